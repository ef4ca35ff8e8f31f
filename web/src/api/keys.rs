//! Keys for programs: made by people, shown once.

use std::time::Duration;

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use protocol::HttpErrorBody;
use protocol::api::{ApiKeyList, CreatedApiKey, NewApiKey};
use store::{ApiKeyId, Moment};

use super::auth::note_act;
use super::{ApiResult, convert, requests};
use crate::auth::{Identity, NewSecret, SecretKind};
use crate::http::error::ApiError;
use crate::state::AppState;

const DAY: Duration = Duration::from_secs(24 * 3600);
const MAX_DAYS: u32 = 3650;

/// One's keys, revoked ones too
#[utoipa::path(tag = "keys", responses((status = 200, body = ApiKeyList), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/keys")]
pub async fn list(state: Data<AppState>, identity: Identity) -> ApiResult<Json<ApiKeyList>> {
    identity.is_person()?;
    let keys = state.store()?.api_keys().list(identity.user).await?;
    Ok(Json(ApiKeyList { items: keys.into_iter().map(convert::key).collect() }))
}

/// Make a key; the answer is the only one that shows it
#[utoipa::path(tag = "keys", responses((status = 201, body = CreatedApiKey), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/keys")]
pub async fn create(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    body: Json<NewApiKey>,
) -> ApiResult<HttpResponse> {
    identity.is_person()?;
    let body = body.into_inner();
    if body.scopes.is_empty() {
        return Err(ApiError::bad_request("`scopes` is empty", "say what the key may do"));
    }
    body.scopes.iter().try_for_each(|scope| identity.may(*scope))?;
    let now = Moment::now();
    let expires_at = match body.expires_in_days {
        None => None,
        Some(days @ 1..=MAX_DAYS) => Some(now.plus(DAY * days)),
        Some(_) => {
            return Err(ApiError::bad_request("`expires_in_days` is out of range", "give 1 to 3650, or nothing"));
        }
    };
    let secret = NewSecret::random(SecretKind::ApiKey);
    let mut scopes: Vec<String> = body.scopes.iter().map(|scope| scope.name().to_owned()).collect();
    scopes.sort();
    scopes.dedup();
    let new = store::NewApiKey {
        name: body.name,
        prefix: secret.shown_prefix().to_owned(),
        hash: secret.hash(),
        scopes,
        expires_at,
    };
    let key = state.store()?.api_keys().create(identity.user, &new, now).await?;
    note_act(&state, &request, &identity, "key.created", &key.id.to_string(), &key.name);
    let created = CreatedApiKey { key: convert::key(key), secret: secret.reveal() };
    Ok(HttpResponse::Created().json(created))
}

/// Revoke a key
#[utoipa::path(tag = "keys", params(("id" = String, Path, description = "Its id")), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/keys/{id}")]
pub async fn revoke(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
) -> ApiResult<HttpResponse> {
    identity.is_person()?;
    let id: ApiKeyId = requests::id(&id, "key")?;
    if !state.store()?.api_keys().revoke(identity.user, id, Moment::now()).await? {
        return Err(ApiError::not_found("key"));
    }
    note_act(&state, &request, &identity, "key.revoked", &id.to_string(), "");
    Ok(HttpResponse::NoContent().finish())
}
