//! Texts of files that were uploaded as recordings, in the forms that people use them in.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, delete, get};
use protocol::HttpErrorBody;
use protocol::api::{FileTranscript, Scope};
use serde::Deserialize;
use store::{JobId, JobKind, JobState, UserId};
use utoipa::{IntoParams, ToSchema};

use super::{ApiResult, requests};
use crate::auth::Identity;
use crate::files::subtitles::{TimedWord, cues, spread, srt, vtt};
use crate::http::error::ApiError;
use crate::offline::ResultKey;
use crate::state::AppState;

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResultFormat {
    #[default]
    Json,
    /// The bare text, a paragraph per speaker where they are told apart.
    Text,
    Srt,
    Vtt,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResultQuery {
    /// `json` where it is left out.
    #[serde(default)]
    format: ResultFormat,
}

/// The text of a file
#[utoipa::path(tag = "recordings", params(("id" = String, Path, description = "Its id"), ResultQuery), responses(
    (status = 200, body = FileTranscript, description = "Or text, or subtitles"),
    (status = "4XX", body = HttpErrorBody)))]
#[get("/api/recordings/{id}/result")]
pub async fn get(
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
    query: Query<ResultQuery>,
) -> ApiResult<HttpResponse> {
    identity.may(Scope::Transcribe)?;
    let key = key_of(&state, identity.user, &id).await?;
    let found = state.offline().results().find(identity.user, &key).ok_or_else(gone)?;
    let mut response = HttpResponse::Ok();
    Ok(match query.format {
        ResultFormat::Json => response.json(found),
        ResultFormat::Text => response.content_type("text/plain; charset=utf-8").body(plain(&found)),
        ResultFormat::Srt => response
            .content_type("application/x-subrip; charset=utf-8")
            .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"subtitles.srt\""))
            .body(srt(&cues(&words(&found)))),
        ResultFormat::Vtt => response.content_type("text/vtt; charset=utf-8").body(vtt(&cues(&words(&found)))),
    })
}

/// Forget the text of a file; the job stays in the list
#[utoipa::path(tag = "recordings", params(("id" = String, Path, description = "Its id")), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/recordings/{id}/result")]
pub async fn remove(state: Data<AppState>, identity: Identity, id: Path<String>) -> ApiResult<HttpResponse> {
    identity.may(Scope::Transcribe)?;
    let key = key_of(&state, identity.user, &id).await?;
    let removed = state.offline().results().remove(identity.user, &key).map_err(|error| {
        tracing::error!(%error, "a result could not be removed");
        ApiError::internal("the text could not be removed")
    })?;
    if removed { Ok(HttpResponse::NoContent().finish()) } else { Err(gone()) }
}

fn gone() -> ApiError {
    ApiError::not_found("text; it was removed, or kept for as long as `retention.keep_jobs_days` says")
}

async fn key_of(state: &AppState, owner: UserId, id: &str) -> ApiResult<ResultKey> {
    let id: JobId = requests::id(id, "recording")?;
    let job = state.store()?.jobs().get(owner, id).await?.filter(|job| job.kind == JobKind::File);
    let job = job.ok_or_else(|| ApiError::not_found("file"))?;
    if job.state != JobState::Done {
        let hint = "`GET /api/recordings/{id}` says how it is";
        return Err(ApiError::conflict("the file has no text (yet)", hint));
    }
    let key = job.result.as_ref().and_then(|result| result["key"].as_str()).and_then(ResultKey::parse);
    key.ok_or_else(gone)
}

fn plain(found: &FileTranscript) -> String {
    let mut text = String::new();
    let mut last: Option<&str> = None;
    for part in &found.parts {
        let speaker = part.speaker.as_deref();
        match speaker {
            Some(name) if last != speaker => {
                if !text.is_empty() {
                    text.push('\n');
                }
                text += &format!("{name}: {}", part.text);
            }
            _ => {
                if !text.is_empty() {
                    text.push(' ');
                }
                text += &part.text;
            }
        }
        last = speaker;
    }
    text + "\n"
}

fn words(found: &FileTranscript) -> Vec<TimedWord> {
    let mut words = Vec::new();
    for part in &found.parts {
        let known: Vec<(u64, u64)> = part.words.iter().map(|word| (word.start_ms, word.end_ms)).collect();
        spread(&part.text, (part.start_ms, part.end_ms), &known, &mut words);
    }
    words
}
