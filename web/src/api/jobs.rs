//! What one's jobs are doing.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get};
use protocol::HttpErrorBody;
use protocol::api::{Job, JobPage, Scope};
use serde::Deserialize;
use store::{Cancellation, JobId, JobState, Moment, Store};
use utoipa::IntoParams;

use super::{ApiResult, convert, requests};
use crate::auth::Identity;
use crate::http::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// Items of a page, 1 to 200.
    limit: Option<u32>,
    /// `next` of the page before.
    before: Option<String>,
}

/// One's jobs, newest first
#[utoipa::path(tag = "jobs", params(JobQuery), responses(
    (status = 200, body = JobPage), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/jobs")]
pub async fn page(state: Data<AppState>, identity: Identity, query: Query<JobQuery>) -> ApiResult<Json<JobPage>> {
    identity.may(Scope::Transcribe)?;
    let limit = requests::limit(query.limit)?;
    let before = requests::cursor(query.before.as_deref())?;
    let jobs = state.store()?.jobs().page(identity.user, before, limit).await?;
    let next = (jobs.len() == limit as usize).then(|| jobs.last().map(|job| job.id.to_string())).flatten();
    // Positions cost a count each; a list does without.
    Ok(Json(JobPage { items: jobs.into_iter().map(|job| convert::job(job, None)).collect(), next }))
}

/// One job
#[utoipa::path(tag = "jobs", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, body = Job), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/jobs/{id}")]
pub async fn get(state: Data<AppState>, identity: Identity, id: Path<String>) -> ApiResult<Json<Job>> {
    identity.may(Scope::Transcribe)?;
    let id: JobId = requests::id(&id, "job")?;
    let store = state.store()?;
    let job = store.jobs().get(identity.user, id).await?.ok_or_else(|| ApiError::not_found("job"))?;
    Ok(Json(shown(&state, store, job).await?))
}

/// Cancel a job
#[utoipa::path(tag = "jobs", params(("id" = String, Path, description = "Its id")), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/jobs/{id}")]
pub async fn cancel(state: Data<AppState>, identity: Identity, id: Path<String>) -> ApiResult<HttpResponse> {
    identity.may(Scope::Transcribe)?;
    let id: JobId = requests::id(&id, "job")?;
    match state.store()?.jobs().cancel(identity.user, id, Moment::now()).await? {
        Cancellation::Cancelled => {
            state.offline().discard(id).await;
            Ok(HttpResponse::NoContent().finish())
        }
        Cancellation::Asked => Ok(HttpResponse::NoContent().finish()),
        Cancellation::TooLate => Err(ApiError::conflict("the job has ended", "its result stays; remove that instead")),
        Cancellation::NotFound => Err(ApiError::not_found("job")),
    }
}

/// A job with its place in the queue.
pub(super) async fn shown(state: &AppState, store: &Store, job: store::Job) -> ApiResult<Job> {
    let position = match job.state {
        JobState::Queued => Some(store.jobs().ahead_of(job.id).await?),
        _ => None,
    };
    let heard_ms = state.offline().heard_ms(job.id).filter(|_| job.state == JobState::Running);
    Ok(Job { heard_ms, ..convert::job(job, position) })
}
