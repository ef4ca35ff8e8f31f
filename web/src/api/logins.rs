//! What somebody who is in does with their own account: logins, password, tickets.

use std::time::Duration;

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use protocol::HttpErrorBody;
use protocol::api::{Ended, LoginList, LoginSession, Me, NewTicket, PasswordChange, Scope, Ticket, Tokens};
use store::{FamilyId, Moment};

use super::auth::{check_password, client_of, note_act, open_login, wrong_credentials};
use super::{ApiResult, convert, requests};
use crate::auth::{Identity, NewSecret, SecretKind, address_of};
use crate::http::error::ApiError;
use crate::state::AppState;

/// A ticket is used at once.
const TICKET_LIFETIME: Duration = Duration::from_secs(60);

/// End all logins
#[utoipa::path(tag = "accounts", responses((status = 200, body = Ended), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/auth/logout-all")]
pub async fn logout_all(request: HttpRequest, state: Data<AppState>, identity: Identity) -> ApiResult<Json<Ended>> {
    identity.is_person()?;
    let count = state.store()?.sessions().end_all(identity.user, Moment::now()).await?;
    note_act(&state, &request, &identity, "logout.all", "", "");
    Ok(Json(Ended { count }))
}

/// Who one is
#[utoipa::path(tag = "accounts", responses((status = 200, body = Me), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/auth/me")]
pub async fn me(state: Data<AppState>, identity: Identity) -> ApiResult<Json<Me>> {
    let user = state.store()?.users().get(identity.user).await?.ok_or_else(|| ApiError::not_found("user"))?;
    Ok(Json(Me { user: convert::user(user), auth: identity.kind, scopes: identity.scopes }))
}

/// One's logins
#[utoipa::path(tag = "accounts", responses((status = 200, body = LoginList), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/auth/sessions")]
pub async fn list(state: Data<AppState>, identity: Identity) -> ApiResult<Json<LoginList>> {
    identity.is_person()?;
    let logins = state.store()?.sessions().list(identity.user, Moment::now()).await?;
    let one = |login: store::Login| LoginSession {
        current: Some(login.id) == identity.family,
        id: login.id.to_string(),
        client: login.client,
        created_at: login.created_at.to_string(),
        last_used_at: login.last_used_at.to_string(),
        expires_at: login.expires_at.to_string(),
    };
    Ok(Json(LoginList { items: logins.into_iter().map(one).collect() }))
}

/// End one of one's logins
#[utoipa::path(tag = "accounts", params(("id" = String, Path, description = "Its id")), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/auth/sessions/{id}")]
pub async fn end(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    identity.is_person()?;
    let family: FamilyId = requests::id(&id, "login")?;
    if !state.store()?.sessions().end(identity.user, family, Moment::now()).await? {
        return Err(ApiError::not_found("login"));
    }
    note_act(&state, &request, &identity, "logout", &family.to_string(), "");
    Ok(HttpResponse::NoContent().finish())
}

/// Change the password; all logins end, and a new one begins
#[utoipa::path(tag = "accounts", responses((status = 200, body = Tokens), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/auth/password")]
pub async fn change_password(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    body: Json<PasswordChange>,
) -> ApiResult<Json<Tokens>> {
    identity.is_person()?;
    let address = address_of(&request, &state.settings().limits.trusted_proxies);
    state.auth().limits.login(&identity.name, address).map_err(ApiError::too_many)?;
    let store = state.store()?;
    let known = store.users().by_login(&identity.name).await?.ok_or_else(|| ApiError::not_found("user"))?;
    if !state.auth().passwords.verify(&body.current, known.password_hash.as_deref()).await? {
        note_act(&state, &request, &identity, "password.failed", "", "");
        return Err(wrong_credentials());
    }
    check_password(&body.new, &identity.name)?;
    let hash = state.auth().passwords.hash(&body.new).await?;
    store.users().set_password(identity.user, &hash, Moment::now()).await?;
    note_act(&state, &request, &identity, "password.changed", "", "");
    Ok(Json(open_login(&state, store, known.user, client_of(None, &request)).await?))
}

/// A ticket that opens one WebSocket, for clients that can send no header
#[utoipa::path(tag = "accounts", responses((status = 201, body = Ticket), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/auth/ws-ticket")]
pub async fn ticket(state: Data<AppState>, identity: Identity, body: Json<NewTicket>) -> ApiResult<HttpResponse> {
    identity.may(Scope::Transcribe)?;
    let scopes = body.into_inner().scopes.unwrap_or_else(|| identity.scopes.clone());
    if let Some(scope) = scopes.iter().find(|scope| !identity.scopes.contains(scope)) {
        return Err(ApiError::forbidden(format!("a ticket cannot have the right `{}`", scope.name())));
    }
    let scopes: Vec<String> = scopes.iter().map(|scope| scope.name().to_owned()).collect();
    let (ticket, expires_at) = (NewSecret::random(SecretKind::Ticket), Moment::now().plus(TICKET_LIFETIME));
    state.store()?.sessions().issue_ticket(identity.user, ticket.hash(), &scopes, expires_at).await?;
    let ticket = Ticket { ticket: ticket.reveal(), expires_at: expires_at.to_string() };
    Ok(HttpResponse::Created().json(ticket))
}
