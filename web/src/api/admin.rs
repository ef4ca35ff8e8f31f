//! For admins: people, invites, the audit log.

use std::time::Duration;

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use protocol::HttpErrorBody;
use protocol::api::{AuditPage, CreatedInvite, InviteList, NewInvite, User, UserChange, UserPage};
use serde::Deserialize;
use store::{AuditFilter, InviteId, Moment, UserId};
use utoipa::IntoParams;

use super::auth::note_act;
use super::{ApiResult, convert, requests};
use crate::auth::{Identity, NewSecret, SecretKind};
use crate::http::error::ApiError;
use crate::kept_audio;
use crate::state::AppState;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// Items of a page, 1 to 200.
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Everybody
#[utoipa::path(tag = "admin", params(UserQuery), responses(
    (status = 200, body = UserPage), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/admin/users")]
pub async fn users(state: Data<AppState>, identity: Identity, query: Query<UserQuery>) -> ApiResult<Json<UserPage>> {
    identity.is_admin()?;
    let limit = requests::limit(query.limit)?;
    let users = state.store()?.users().page(requests::cursor(query.after.as_deref())?, limit).await?;
    let next = (users.len() == limit as usize).then(|| users.last().map(|user| user.id.to_string())).flatten();
    Ok(Json(UserPage { items: users.into_iter().map(convert::user).collect(), next }))
}

/// Give or take rights, let in or lock out
#[utoipa::path(tag = "admin", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, body = User), (status = "4XX", body = HttpErrorBody)))]
#[patch("/api/admin/users/{id}")]
pub async fn change_user(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
    body: Json<UserChange>,
) -> ApiResult<Json<User>> {
    identity.is_admin()?;
    let id: UserId = requests::id(&id, "user")?;
    not_oneself(&identity, id)?;
    let (store, now) = (state.store()?, Moment::now());
    if let Some(role) = body.role {
        store.users().set_role(id, convert::role_of(role), now).await?;
        note_act(&state, &request, &identity, "user.role", &id.to_string(), &format!("{role:?}").to_lowercase());
    }
    match body.disabled {
        Some(true) => store.users().disable(id, now).await?,
        Some(false) => store.users().enable(id, now).await?,
        None => {}
    }
    if let Some(disabled) = body.disabled {
        let action = if disabled { "user.disabled" } else { "user.enabled" };
        note_act(&state, &request, &identity, action, &id.to_string(), "");
    }
    let user = store.users().get(id).await?.ok_or_else(|| ApiError::not_found("user"))?;
    Ok(Json(convert::user(user)))
}

/// Remove a person with all that is theirs
#[utoipa::path(tag = "admin", params(("id" = String, Path, description = "Its id")), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/admin/users/{id}")]
pub async fn remove_user(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    identity.is_admin()?;
    let id: UserId = requests::id(&id, "user")?;
    not_oneself(&identity, id)?;
    let store = state.store()?;
    store.users().remove(id, Moment::now()).await?;
    note_act(&state, &request, &identity, "user.removed", &id.to_string(), "");
    kept_audio::sweep(store, &state.settings().audio_folder()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// All invites, newest first
#[utoipa::path(tag = "admin", responses((status = 200, body = InviteList), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/admin/invites")]
pub async fn invites(state: Data<AppState>, identity: Identity) -> ApiResult<Json<InviteList>> {
    identity.is_admin()?;
    let invites = state.store()?.invites().list().await?;
    Ok(Json(InviteList { items: invites.into_iter().map(convert::invite).collect() }))
}

/// Invite somebody; the answer is the only one that shows the code
#[utoipa::path(tag = "admin", responses((status = 201, body = CreatedInvite), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/admin/invites")]
pub async fn invite(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    body: Json<NewInvite>,
) -> ApiResult<HttpResponse> {
    identity.is_admin()?;
    let days @ 1..=365 = body.expires_in_days.unwrap_or(7) else {
        return Err(ApiError::bad_request("`expires_in_days` is out of range", "give 1 to 365"));
    };
    if body.note.chars().count() > 200 {
        return Err(ApiError::bad_request("`note` is too long", "give at most 200 characters"));
    }
    let (code, now) = (NewSecret::random(SecretKind::Invite), Moment::now());
    let (role, expires_at) = (convert::role_of(body.role), now.plus(DAY * days));
    let store = state.store()?;
    let invite = store.invites().create(identity.user, code.hash(), role, &body.note, now, expires_at).await?;
    note_act(&state, &request, &identity, "invite.created", &invite.id.to_string(), &body.note);
    Ok(HttpResponse::Created().json(CreatedInvite { invite: convert::invite(invite), code: code.reveal() }))
}

/// Revoke an invite
#[utoipa::path(tag = "admin", params(("id" = String, Path, description = "Its id")), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/admin/invites/{id}")]
pub async fn revoke_invite(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    identity.is_admin()?;
    let id: InviteId = requests::id(&id, "invite")?;
    if !state.store()?.invites().revoke(id, Moment::now()).await? {
        return Err(ApiError::not_found("invite"));
    }
    note_act(&state, &request, &identity, "invite.revoked", &id.to_string(), "");
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Items of a page, 1 to 200.
    limit: Option<u32>,
    /// `next` of the page before.
    before: Option<String>,
    /// Only what this user did.
    actor: Option<String>,
    /// Only this action, such as `login.failed`.
    action: Option<String>,
}

/// Who did what, newest first
#[utoipa::path(tag = "admin", params(AuditQuery), responses(
    (status = 200, body = AuditPage), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/admin/audit")]
pub async fn audit(state: Data<AppState>, identity: Identity, query: Query<AuditQuery>) -> ApiResult<Json<AuditPage>> {
    identity.is_admin()?;
    let query = query.into_inner();
    let limit = requests::limit(query.limit)?;
    let actor = requests::cursor(query.actor.as_deref())?;
    let filter = AuditFilter { actor, action: query.action.filter(|action| !action.is_empty()) };
    let entries = state.store()?.audit().page(&filter, requests::cursor(query.before.as_deref())?, limit).await?;
    let next = (entries.len() == limit as usize).then(|| entries.last().map(|e| e.id.to_string())).flatten();
    Ok(Json(AuditPage { items: entries.into_iter().map(convert::audit).collect(), next }))
}

/// Whoever locks themselves out cannot let themselves in again.
fn not_oneself(identity: &Identity, id: UserId) -> ApiResult<()> {
    if identity.user == id {
        return Err(ApiError::conflict("that is you", "ask another admin"));
    }
    Ok(())
}
