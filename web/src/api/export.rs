//! Everything of one person's, as it is read: constant memory however long the history is.

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use futures_util::stream;
use protocol::HttpErrorBody;
use protocol::api::Scope;

use super::ApiResult;
use super::auth::note_act;
use crate::auth::Identity;
use crate::state::AppState;

/// Everything of one's own: one JSON object per line, each with `kind` and `item`
#[utoipa::path(tag = "history", responses(
    (status = 200, description = "Lines of JSON", content_type = "application/x-ndjson"),
    (status = "4XX", body = HttpErrorBody)))]
#[get("/api/export")]
pub async fn export(request: HttpRequest, state: Data<AppState>, identity: Identity) -> ApiResult<HttpResponse> {
    identity.may(Scope::HistoryRead)?;
    identity.is_person()?;
    note_act(&state, &request, &identity, "export", &identity.user.to_string(), "");
    let mut export = state.store()?.export(identity.user);
    // Its first item fails where there is no such user; after it the answer has begun.
    let first = export.next().await?;
    let lines = stream::try_unfold((export, first), |(mut export, item)| async move {
        let Some(item) = item else { return Ok::<_, std::io::Error>(None) };
        let mut line = serde_json::to_vec(&item)?;
        line.push(b'\n');
        let next = export.next().await.map_err(std::io::Error::other)?;
        Ok(Some((Bytes::from(line), (export, next))))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"alfavoice.jsonl\""))
        .streaming(lines))
}
