//! Recordings made offline: announced, uploaded in pieces, transcribed once.

use actix_web::web::{Data, Json, Path, Payload, Query};
use actix_web::{HttpResponse, get, post, put};
use futures_util::StreamExt as _;
use protocol::api::{Job, NewRecording, RecordingEncoding, Scope, UploadState};
use protocol::{ErrorCode, HttpErrorBody};
use serde::Deserialize;
use store::{Creation, JobId, JobKind, JobState, Moment, NewJob, Store, UserId};
use utoipa::IntoParams;

use super::jobs::shown;
use super::{ApiResult, requests};
use crate::auth::{Identity, Standing};
use crate::http::error::ApiError;
use crate::offline::{UploadError, Wanted};
use crate::state::AppState;

const MAX_ID_CHARS: usize = 200;

/// Announce a recording; announced again, it is answered as it is now
#[utoipa::path(tag = "recordings", responses(
    (status = 200, body = Job, description = "It was announced before"),
    (status = 201, body = Job), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/recordings")]
pub async fn create(state: Data<AppState>, identity: Identity, body: Json<NewRecording>) -> ApiResult<HttpResponse> {
    identity.may(Scope::Transcribe)?;
    let body = body.into_inner();
    let recorded_at = check(&state, &body)?;
    let store = state.store()?;
    if let Standing::UsedUp { what } = state.standing_of(identity.user).await? {
        return Err(ApiError::quota_used_up(what));
    }
    let kind = if body.encoding == RecordingEncoding::File { JobKind::File } else { JobKind::Recording };
    let wanted = Wanted { encoding: body.encoding, speakers: body.speakers, settings: body.settings };
    let new = NewJob {
        kind,
        client: body.client,
        client_recording_id: Some(body.client_recording_id),
        recorded_at,
        request: serde_json::to_value(wanted).expect("wishes are plain data"),
        total_bytes: Some(body.total_bytes),
        receiving: true,
    };
    match store.jobs().create(identity.user, &new, Moment::now()).await? {
        Creation::Created(job) => Ok(HttpResponse::Created().json(shown(&state, store, job).await?)),
        Creation::Existing(job) => Ok(HttpResponse::Ok().json(shown(&state, store, job).await?)),
    }
}

fn check(state: &AppState, new: &NewRecording) -> ApiResult<Moment> {
    let id = new.client_recording_id.trim();
    if id.is_empty() || id.chars().count() > MAX_ID_CHARS || id.chars().any(char::is_control) {
        return Err(ApiError::bad_request("`client_recording_id` is not acceptable", "give 1 to 200 characters"));
    }
    if new.client.chars().count() > MAX_ID_CHARS || new.client.chars().any(char::is_control) {
        return Err(ApiError::bad_request("`client` is not acceptable", "give at most 200 characters"));
    }
    let most = u64::from(state.settings().limits.recording_mb) << 20;
    if new.total_bytes == 0 || new.total_bytes > most {
        let message = "`total_bytes` is out of range";
        return Err(ApiError::bad_request(message, &format!("give 1 to {most} bytes")));
    }
    crate::ws::convert::wishes(new.settings.clone(), state.languages())
        .map_err(|error| ApiError::bad_request(format!("`settings`: {}", error.message), &error.hint))?;
    let recorded_at = requests::moment("recorded_at", Some(&new.recorded_at))?;
    let recorded_at =
        recorded_at.ok_or_else(|| ApiError::bad_request("`recorded_at` is empty", "say when it was recorded"))?;
    // A client's clock may be wrong; a recording of next year would stand before everything else for a year.
    Ok(recorded_at.min(Moment::now()))
}

/// How a recording is
#[utoipa::path(tag = "recordings", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, body = Job), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/recordings/{id}")]
pub async fn get(state: Data<AppState>, identity: Identity, id: Path<String>) -> ApiResult<Json<Job>> {
    identity.may(Scope::Transcribe)?;
    let id: JobId = requests::id(&id, "recording")?;
    let store = state.store()?;
    let job = recording(store, identity.user, id).await?;
    Ok(Json(shown(&state, store, job).await?))
}

async fn recording(store: &Store, owner: UserId, id: JobId) -> ApiResult<store::Job> {
    let job = store.jobs().get(owner, id).await?.filter(|job| matches!(job.kind, JobKind::Recording | JobKind::File));
    job.ok_or_else(|| ApiError::not_found("recording"))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DataQuery {
    /// Where in the recording the body belongs; not beyond what was received.
    #[serde(default)]
    offset: u64,
}

/// Upload a recording or the rest of one; what was received before is passed over
#[utoipa::path(tag = "recordings", params(("id" = String, Path, description = "Its id"), DataQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = UploadState), (status = "4XX", body = HttpErrorBody)))]
#[put("/api/recordings/{id}/data")]
pub async fn data(
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
    query: Query<DataQuery>,
    mut payload: Payload,
) -> ApiResult<Json<UploadState>> {
    identity.may(Scope::Transcribe)?;
    let id: JobId = requests::id(&id, "recording")?;
    let store = state.store()?;
    // One upload of a recording at a time; the others find out how far it is when it is their turn.
    let _turn = state.offline().turn(id).await;
    let job = recording(store, identity.user, id).await?;
    let total = job.total_bytes.unwrap_or(0);
    if job.state == JobState::Cancelled {
        return Err(ApiError::conflict("the recording was cancelled", "announce it under another id"));
    }
    if job.state != JobState::Receiving {
        return Ok(Json(UploadState { received_bytes: total, total_bytes: total, complete: true }));
    }
    let mut upload = state.offline().open(id, total, query.offset).await.map_err(of_upload)?;
    while let Some(chunk) = payload.next().await {
        // What came before the line broke is kept: the client asks how far it is and goes on from there.
        let Ok(chunk) = chunk else { break };
        upload.write(&chunk).await.map_err(of_upload)?;
    }
    let received = upload.finish().await.map_err(of_upload)?;
    store.jobs().received(identity.user, id, received).await?;
    if received == total {
        store.jobs().enqueue(identity.user, id).await?;
        state.offline().wake();
    }
    Ok(Json(UploadState { received_bytes: received, total_bytes: total, complete: received == total }))
}

fn of_upload(error: UploadError) -> ApiError {
    match &error {
        UploadError::Gap { received } => {
            ApiError::conflict(error.to_string(), &format!("go on from offset {received}"))
        }
        UploadError::TooLong { .. } => {
            let status = actix_web::http::StatusCode::PAYLOAD_TOO_LARGE;
            ApiError::new(status, ErrorCode::PayloadTooLarge, error.to_string(), "announce its true length")
        }
        UploadError::Disk(_) => {
            tracing::error!(%error, "an upload could not be written");
            ApiError::unavailable("the upload could not be written", "try again later")
        }
    }
}
