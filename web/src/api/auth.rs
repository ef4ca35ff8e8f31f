//! Coming in: registering, logging in, renewing, leaving. The only addresses that ask for no token.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use config::Registration;
use protocol::api::{
    LoginRequest, LogoutRequest, RefreshRequest, RegisterRequest, RegistrationMode, ServerFacts, Tokens,
};
use protocol::{ErrorCode, HttpErrorBody};
use store::{AuditRecord, Moment, NewUser, Registration as Registered, Rotation, SecretHash, Store, User, UserRole};

use super::{ApiResult, convert};
use crate::auth::{Identity, NewSecret, PasswordError, SecretKind, address_of, weakness_of};
use crate::http::error::ApiError;
use crate::state::AppState;

/// What a login page needs to know
#[utoipa::path(tag = "accounts", security(()), responses((status = 200, body = ServerFacts)))]
#[get("/api/auth/server")]
pub async fn server_facts(state: Data<AppState>) -> Json<ServerFacts> {
    let registration = match state.auth().registration {
        Registration::Open => RegistrationMode::Open,
        Registration::Invite => RegistrationMode::Invite,
        Registration::Closed => RegistrationMode::Closed,
    };
    Json(ServerFacts { version: env!("CARGO_PKG_VERSION").to_owned(), registration, open: state.auth().open })
}

/// Make an account
#[utoipa::path(tag = "accounts", security(()), responses(
    (status = 201, body = Tokens), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/auth/register")]
pub async fn register(
    request: HttpRequest,
    state: Data<AppState>,
    body: Json<RegisterRequest>,
) -> ApiResult<HttpResponse> {
    let body = body.into_inner();
    let address = caller(&state, &request);
    state
        .auth()
        .limits
        .login(&body.name, address.parse().unwrap_or([0, 0, 0, 0].into()))
        .map_err(ApiError::too_many)?;
    let invite = body.invite.as_deref().map(str::trim).filter(|invite| !invite.is_empty());
    match (state.auth().registration, invite) {
        (Registration::Closed, _) => return Err(refused(ErrorCode::RegistrationClosed, "registration is closed")),
        (Registration::Invite, None) => return Err(refused(ErrorCode::InviteRefused, "registering needs an invite")),
        _ => {}
    }
    check_password(&body.password, &body.name)?;
    let store = state.store()?;
    let password_hash = Some(state.auth().passwords.hash(&body.password).await?);
    let new = NewUser { name: body.name, email: body.email, password_hash, role: UserRole::Member };
    let user = match invite {
        None => store.users().create(&new, Moment::now()).await?,
        Some(code) => match store.users().register(&new, SecretHash::of(code), Moment::now()).await? {
            Registered::Registered(user) => user,
            Registered::InviteRefused => {
                return Err(refused(ErrorCode::InviteRefused, "the invite is unknown, used or out of date"));
            }
        },
    };
    note(&state, &request, "user.registered", Some(&user), &user.name);
    let tokens = open_login(&state, store, user, client_of(body.client, &request)).await?;
    Ok(HttpResponse::Created().json(tokens))
}

/// Log in
#[utoipa::path(tag = "accounts", security(()), responses(
    (status = 200, body = Tokens), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/auth/login")]
pub async fn login(request: HttpRequest, state: Data<AppState>, body: Json<LoginRequest>) -> ApiResult<Json<Tokens>> {
    let body = body.into_inner();
    let address = address_of(&request, &state.settings().limits.trusted_proxies);
    state.auth().limits.login(&body.login, address).map_err(|wait| {
        note(&state, &request, "login.throttled", None, &body.login);
        ApiError::too_many(wait)
    })?;
    let store = state.store()?;
    let known = store.users().by_login(&body.login).await?;
    let hash = known.as_ref().and_then(|known| known.password_hash.as_deref());
    let right = state.auth().passwords.verify(&body.password, hash).await?;
    // Wrong name, wrong password and a disabled account look the same and take the same time.
    let Some(user) = known.filter(|known| right && known.user.disabled_at.is_none()).map(|known| known.user) else {
        note(&state, &request, "login.failed", None, &body.login);
        return Err(wrong_credentials());
    };
    note(&state, &request, "login", Some(&user), &user.name);
    Ok(Json(open_login(&state, store, user, client_of(body.client, &request)).await?))
}

/// Renew the tokens; the refresh token is used up
#[utoipa::path(tag = "accounts", security(()), responses(
    (status = 200, body = Tokens), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/auth/refresh")]
pub async fn refresh(
    request: HttpRequest,
    state: Data<AppState>,
    body: Json<RefreshRequest>,
) -> ApiResult<Json<Tokens>> {
    let (now, next) = (Moment::now(), NewSecret::random(SecretKind::Refresh));
    let expires_at = state.auth().refresh_expires_at(now);
    let presented = SecretHash::of(&body.refresh_token);
    let rotation = state.store()?.sessions().rotate(presented, next.hash(), now, expires_at).await?;
    match rotation {
        Rotation::Rotated { user, family } => {
            let access_token = state.auth().keys.sign(&user, family, now);
            Ok(Json(tokens(&state, user, access_token, next, expires_at)))
        }
        Rotation::Reused { user, family } => {
            let address = caller(&state, &request);
            tracing::warn!(%user, %family, address, "a refresh token was used twice; its login is ended");
            state.audit(AuditRecord {
                actor: Some(user),
                action: "login.reuse".to_owned(),
                subject: family.to_string(),
                address,
                details: "a refresh token was used twice; the login was ended".to_owned(),
            });
            let message = "the refresh token was used before; the login is ended";
            let hint = "log in again; if that was not you, change the password";
            Err(ApiError::new(StatusCode::UNAUTHORIZED, ErrorCode::TokenReused, message, hint))
        }
        Rotation::Expired => Err(ApiError::unauthorized("the login has run out")),
        Rotation::Ended | Rotation::Disabled => Err(ApiError::unauthorized("the login was ended")),
        Rotation::Unknown => Err(ApiError::unauthorized("the refresh token is not one of this server's")),
    }
}

/// End the login of a refresh token
#[utoipa::path(tag = "accounts", security(()), responses((status = 204), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/auth/logout")]
pub async fn logout(request: HttpRequest, state: Data<AppState>, body: Json<LogoutRequest>) -> ApiResult<HttpResponse> {
    let ended = state.store()?.sessions().end_by_token(SecretHash::of(&body.refresh_token), Moment::now()).await?;
    if let Some(user) = ended {
        state.audit(AuditRecord {
            actor: Some(user),
            action: "logout".to_owned(),
            address: caller(&state, &request),
            ..AuditRecord::default()
        });
    }
    // Also for a token that was none: whoever wants to be logged out is.
    Ok(HttpResponse::NoContent().finish())
}

/// Begins a login.
pub(super) async fn open_login(state: &AppState, store: &Store, user: User, client: String) -> ApiResult<Tokens> {
    let (now, first) = (Moment::now(), NewSecret::random(SecretKind::Refresh));
    let expires_at = state.auth().refresh_expires_at(now);
    let family = store.sessions().open(user.id, first.hash(), &client, now, expires_at).await?;
    let access_token = state.auth().keys.sign(&user, family, now);
    Ok(tokens(state, user, access_token, first, expires_at))
}

fn tokens(state: &AppState, user: User, access_token: String, renewal: NewSecret, expires_at: Moment) -> Tokens {
    Tokens {
        access_token,
        token_type: "Bearer".to_owned(),
        expires_in: state.auth().keys.lifetime_s(),
        refresh_token: renewal.reveal(),
        refresh_expires_at: expires_at.to_string(),
        user: convert::user(user),
    }
}

/// What the client says it is, or its browser says.
pub(super) fn client_of(given: Option<String>, request: &HttpRequest) -> String {
    let agent = || request.headers().get("user-agent").and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    let client = given.filter(|given| !given.trim().is_empty()).or_else(agent).unwrap_or_default();
    client.chars().filter(|c| !c.is_control()).take(120).collect()
}

fn caller(state: &AppState, request: &HttpRequest) -> String {
    address_of(request, &state.settings().limits.trusted_proxies).to_string()
}

/// Writes into the audit log what somebody who is known did.
pub(super) fn note_act(
    state: &AppState,
    request: &HttpRequest,
    identity: &Identity,
    action: &str,
    subject: &str,
    details: &str,
) {
    state.audit(AuditRecord {
        actor: Some(identity.user),
        action: action.to_owned(),
        subject: subject.to_owned(),
        address: caller(state, request),
        details: details.to_owned(),
    });
}

pub(super) fn check_password(password: &str, name: &str) -> ApiResult<()> {
    match weakness_of(password, name) {
        None => Ok(()),
        Some(weakness) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::WeakPassword,
            format!("the password is too weak: {weakness}"),
            "take a sentence of several words",
        )),
    }
}

pub(super) fn wrong_credentials() -> ApiError {
    let message = "name and password do not belong together";
    ApiError::new(StatusCode::UNAUTHORIZED, ErrorCode::WrongCredentials, message, "check keyboard layout and case")
}

fn refused(code: ErrorCode, message: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, code, message, "ask an admin")
}

fn note(state: &AppState, request: &HttpRequest, action: &str, actor: Option<&User>, subject: &str) {
    state.audit(AuditRecord {
        actor: actor.map(|user| user.id),
        action: action.to_owned(),
        subject: subject.chars().take(200).collect(),
        address: caller(state, request),
        details: String::new(),
    });
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::too_many(std::time::Duration::from_secs(2)),
            PasswordError::Failed(reason) => {
                tracing::error!(reason, "a password could not be hashed");
                Self::internal("the password could not be checked")
            }
        }
    }
}
