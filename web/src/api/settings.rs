//! A person's settings: read and replaced as a whole, never over somebody else's change.

use actix_web::http::header;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use protocol::HttpErrorBody;
use protocol::api::{Preferences, Scope, SettingsDocument, SettingsVersion};
use store::Moment;

use super::{ApiResult, etag, preferences};
use crate::auth::Identity;
use crate::state::AppState;

/// One's settings, with their ETag
#[utoipa::path(tag = "settings", responses(
    (status = 200, body = SettingsDocument), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/settings")]
pub async fn get(state: Data<AppState>, identity: Identity) -> ApiResult<HttpResponse> {
    identity.may(Scope::Settings)?;
    let kept = state.store()?.settings().get(identity.user).await?;
    let document = SettingsDocument {
        version: kept.version,
        updated_at: kept.updated_at.map(|at| at.to_string()),
        // What an older version of this program wrote and this one no longer knows counts as not set.
        settings: serde_json::from_value(kept.body).unwrap_or_default(),
    };
    let tag = etag::of(document.version);
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag)).json(document))
}

/// Replace one's settings; `If-Match` says which version
#[utoipa::path(tag = "settings", params(("If-Match" = String, Header, description = "ETag of the version, or `*`")),
    request_body = Preferences,
    responses((status = 200, body = SettingsVersion), (status = "4XX", body = HttpErrorBody)))]
#[put("/api/settings")]
pub async fn put(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    body: Json<Preferences>,
) -> ApiResult<HttpResponse> {
    replace(&request, &state, &identity, &body).await
}

/// The same as `PUT`, for clients that know no other verb
#[utoipa::path(tag = "settings", params(("If-Match" = String, Header, description = "ETag of the version, or `*`")),
    request_body = Preferences,
    responses((status = 200, body = SettingsVersion), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/settings")]
pub async fn post(
    request: HttpRequest,
    state: Data<AppState>,
    identity: Identity,
    body: Json<Preferences>,
) -> ApiResult<HttpResponse> {
    replace(&request, &state, &identity, &body).await
}

async fn replace(
    request: &HttpRequest,
    state: &AppState,
    identity: &Identity,
    wanted: &Preferences,
) -> ApiResult<HttpResponse> {
    identity.may(Scope::Settings)?;
    let expected = etag::expected(request)?;
    preferences::check(wanted)?;
    let body = serde_json::to_value(wanted).expect("preferences are plain data");
    let version = state.store()?.settings().put(identity.user, &body, expected, Moment::now()).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, etag::of(version))).json(SettingsVersion { version }))
}
