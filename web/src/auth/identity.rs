//! From what a request presents to who is asking.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use actors::ids::Owner;
use futures_util::future::LocalBoxFuture;
use protocol::ErrorCode;
use protocol::api::{AuthKind, Scope};
use store::{AuditRecord, FamilyId, KeyHolder, Moment, SecretHash, Store, StoreError, User, UserId, UserRole};
use tracing::warn;
use uuid::Uuid;

use super::service::LOCAL;
use super::{AccessClaims, Presented, SecretKind, TokenError, address_of};
use crate::http::error::ApiError;
use crate::state::AppState;

/// Echoed to clients that send their token as a subprotocol.
pub const WS_PROTOCOL: &[&str] = &["bearer", "token"];

/// Nobody who wants to speak waits longer for a database that does not answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// A key's use is written into the audit log at most so often.
const KEY_USE_NOTED_EVERY: Duration = Duration::from_secs(3600);

/// Who is asking.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Nil for the local user while the database has never been there.
    pub user: UserId,
    pub name: String,
    pub role: UserRole,
    pub kind: AuthKind,
    pub scopes: Vec<Scope>,
    /// The login, for those who logged in.
    pub family: Option<FamilyId>,
}

impl Identity {
    fn of_user(user: &User, kind: AuthKind, scopes: Vec<Scope>, family: Option<FamilyId>) -> Self {
        Self { user: user.id, name: user.name.clone(), role: user.role, kind, scopes, family }
    }

    /// By this name the actors and the recorder know them.
    pub fn owner(&self) -> Owner {
        match self.kind {
            AuthKind::Local => Owner::new(LOCAL),
            _ => Owner::new(&self.user.to_string()),
        }
    }

    pub fn may(&self, scope: Scope) -> Result<(), ApiError> {
        let role_allows = scope != Scope::Admin || self.role == UserRole::Admin;
        if role_allows && self.scopes.contains(&scope) {
            return Ok(());
        }
        Err(ApiError::forbidden(format!("this needs the right `{}`", scope.name())))
    }

    pub fn is_admin(&self) -> Result<(), ApiError> {
        self.may(Scope::Admin)
    }

    /// Accounts, logins and keys are managed by people, never by programs: a leaked key must not make more of them.
    pub fn is_person(&self) -> Result<(), ApiError> {
        match self.kind {
            AuthKind::Token | AuthKind::Local => Ok(()),
            AuthKind::ApiKey | AuthKind::Ticket => Err(ApiError::forbidden("this needs a login; a key cannot do it")),
        }
    }
}

/// What a login may: everything that its role may.
fn all_scopes(role: UserRole) -> Vec<Scope> {
    Scope::ALL.into_iter().filter(|scope| *scope != Scope::Admin || role == UserRole::Admin).collect()
}

/// Who makes this request. Tickets are for WebSockets only.
pub async fn identify(state: &AppState, request: &HttpRequest) -> Result<Identity, ApiError> {
    let identity = believe(state, Presented::in_headers(request.headers()), request).await?;
    if identity.user == UserId::from_uuid(Uuid::nil()) {
        return Err(ApiError::database_away());
    }
    state.auth().limits.user(identity.user).map_err(ApiError::too_many)?;
    Ok(identity)
}

/// Who opens this WebSocket, and that they may.
///
/// Speech does not wait for the database: a token whose signature is good is believed while nobody can ask whether its
/// login was ended meanwhile (it runs out within minutes).
pub async fn identify_websocket(state: &AppState, request: &HttpRequest) -> Result<Identity, ApiError> {
    let presented = Presented::in_handshake(request.headers(), request.query_string());
    let identity = believe(state, presented, request).await?;
    identity.may(Scope::Transcribe)?;
    Ok(identity)
}

async fn believe(state: &AppState, presented: Presented, request: &HttpRequest) -> Result<Identity, ApiError> {
    match presented {
        Presented::Bearer(key) if key.starts_with(SecretKind::ApiKey.prefix()) => {
            let holder = state.store()?.api_keys().verify(SecretHash::of(&key), Moment::now()).await?;
            let holder = holder.ok_or_else(|| ApiError::unauthorized("the key is unknown, revoked or out of date"))?;
            note_key_use(state, &holder, request);
            Ok(of_key(&holder))
        }
        Presented::Bearer(token) => of_token(state, &token).await,
        Presented::Ticket(ticket) => {
            let ticket = state.store()?.sessions().redeem_ticket(SecretHash::of(&ticket), Moment::now()).await?;
            let ticket = ticket.ok_or_else(|| ApiError::unauthorized("the ticket was used before or has run out"))?;
            let scopes = ticket.scopes.iter().filter_map(|scope| Scope::parse(scope)).collect();
            Ok(Identity::of_user(&ticket.user, AuthKind::Ticket, scopes, None))
        }
        Presented::Nothing if state.auth().open => identify_local(state).await,
        Presented::Nothing => Err(ApiError::unauthorized("nobody is logged in")),
    }
}

async fn of_token(state: &AppState, token: &str) -> Result<Identity, ApiError> {
    let claims = state.auth().keys.verify(token).map_err(|error| match error {
        TokenError::Expired => ApiError::new(
            actix_web::http::StatusCode::UNAUTHORIZED,
            ErrorCode::TokenExpired,
            error.to_string(),
            "renew it with the refresh token",
        ),
        TokenError::Invalid => ApiError::unauthorized(error.to_string()),
    })?;
    let Ok(store) = state.store() else { return Ok(of_claims(&claims)) };
    let asked = tokio::time::timeout(PATIENCE, live_user(store, &claims)).await;
    match asked
        .unwrap_or_else(|_| Err(StoreError::Unavailable { reason: "it takes too long".to_owned(), source: None }))
    {
        Ok(Some(user)) => Ok(Identity::of_user(&user, AuthKind::Token, all_scopes(user.role), Some(claims.fam))),
        Ok(None) => Err(ApiError::unauthorized("this login was ended")),
        Err(error) if error.is_transient() => {
            warn!(%error, "a token was believed without asking whether its login was ended");
            Ok(of_claims(&claims))
        }
        Err(error) => Err(error.into()),
    }
}

/// The user, if they may still come in and the login was not ended.
async fn live_user(store: &Store, claims: &AccessClaims) -> store::Result<Option<User>> {
    if !store.sessions().is_live(claims.sub, claims.fam, Moment::now()).await? {
        return Ok(None);
    }
    Ok(store.users().get(claims.sub).await?.filter(|user| user.disabled_at.is_none()))
}

fn of_claims(claims: &AccessClaims) -> Identity {
    Identity {
        user: claims.sub,
        name: claims.name.clone(),
        role: claims.role,
        kind: AuthKind::Token,
        scopes: all_scopes(claims.role),
        family: Some(claims.fam),
    }
}

fn of_key(holder: &KeyHolder) -> Identity {
    let scopes = holder.key.scopes.iter().filter_map(|scope| Scope::parse(scope)).collect();
    Identity::of_user(&holder.user, AuthKind::ApiKey, scopes, None)
}

/// The one user of a server that asks nobody who they are.
pub async fn identify_local(state: &AppState) -> Result<Identity, ApiError> {
    let found = match state.store() {
        Ok(store) => tokio::time::timeout(PATIENCE, state.auth().local_user(store)).await.ok().and_then(Result::ok),
        Err(_) => None,
    };
    let (user, name) =
        found.map_or_else(|| (UserId::from_uuid(Uuid::nil()), LOCAL.to_owned()), |user| (user.id, user.name));
    let role = UserRole::Admin;
    Ok(Identity { user, name, role, kind: AuthKind::Local, scopes: all_scopes(role), family: None })
}

fn note_key_use(state: &AppState, holder: &KeyHolder, request: &HttpRequest) {
    let now = Moment::now();
    if holder.key.last_used_at.is_some_and(|last| last > now.minus(KEY_USE_NOTED_EVERY)) {
        return;
    }
    let address = address_of(request, &state.settings().limits.trusted_proxies).to_string();
    state.audit(AuditRecord {
        actor: Some(holder.user.id),
        action: "key.used".to_owned(),
        subject: holder.key.id.to_string(),
        address,
        details: holder.key.name.clone(),
    });
}

impl FromRequest for Identity {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = request.app_data::<web::Data<AppState>>().expect("every route has the state").clone();
            identify(&state, &request).await
        })
    }
}
