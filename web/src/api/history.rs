//! The history: read, searched, corrected, removed.

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, patch, post};
use protocol::HttpErrorBody;
use protocol::api::{HistoryPage, Scope, TranscriptChange, TranscriptDetail};
use serde::Deserialize;
use store::{HistoryFilter, Moment, SearchOrder, SearchQuery, SearchRequest, TranscriptId};
use tokio::task::spawn_blocking;
use utoipa::IntoParams;

use super::preferences::WRITTEN_STYLES;
use super::{ApiResult, convert, requests};
use crate::auth::Identity;
use crate::http::error::ApiError;
use crate::kept_audio;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Items of a page, 1 to 200.
    limit: Option<u32>,
    /// `next` of the page before.
    before: Option<String>,
    /// Words that must occur in any form, `"phrases"`, `begin*`.
    q: Option<String>,
    /// `relevance` (default) or `newest`; only with `q`.
    order: Option<String>,
    language: Option<String>,
    style: Option<String>,
    app: Option<String>,
    session: Option<String>,
    /// Said at this time or later: RFC 3339, or a day.
    from: Option<String>,
    /// Said before this time.
    to: Option<String>,
}

impl HistoryQuery {
    fn filter(&self) -> ApiResult<HistoryFilter> {
        let given = |field: &Option<String>| field.clone().filter(|value| !value.is_empty());
        Ok(HistoryFilter {
            language: given(&self.language),
            style: given(&self.style),
            app: given(&self.app),
            session: given(&self.session),
            from: requests::moment("from", self.from.as_deref())?,
            to: requests::moment("to", self.to.as_deref())?,
        })
    }

    fn order(&self) -> ApiResult<SearchOrder> {
        match self.order.as_deref() {
            None | Some("" | "relevance") => Ok(SearchOrder::Relevance),
            Some("newest") => Ok(SearchOrder::Newest),
            Some(_) => Err(ApiError::bad_request("`order` is unknown", "give `relevance` or `newest`")),
        }
    }
}

/// A page of one's history, or of what a search found in it
#[utoipa::path(tag = "history", params(HistoryQuery), responses(
    (status = 200, body = HistoryPage), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/history")]
pub async fn page(
    state: Data<AppState>,
    identity: Identity,
    query: Query<HistoryQuery>,
) -> ApiResult<Json<HistoryPage>> {
    identity.may(Scope::HistoryRead)?;
    let (filter, limit) = (query.filter()?, requests::limit(query.limit)?);
    let before = query.before.as_deref();
    let transcripts = state.store()?;
    let transcripts = transcripts.transcripts();
    let asked = query.q.as_deref().map(str::trim).filter(|asked| !asked.is_empty());
    let Some(asked) = asked else {
        let page = transcripts.page(identity.user, &filter, requests::cursor(before)?, limit).await?;
        let next = page.next.map(|id| id.to_string());
        return Ok(Json(HistoryPage { items: page.transcripts.into_iter().map(convert::transcript).collect(), next }));
    };
    let (order, after) = (query.order()?, requests::cursor(before)?);
    // Without a word in it nothing can be found.
    let Some(search) = SearchQuery::parse(asked) else {
        return Ok(Json(HistoryPage { items: Vec::new(), next: None }));
    };
    let page = transcripts.search(identity.user, &SearchRequest { query: search, filter, order, after, limit }).await?;
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(Json(HistoryPage { items: page.hits.into_iter().map(convert::hit).collect(), next }))
}

/// One utterance with all that is known of it
#[utoipa::path(tag = "history", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, body = TranscriptDetail), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/history/{id}")]
pub async fn get(state: Data<AppState>, identity: Identity, id: Path<String>) -> ApiResult<Json<TranscriptDetail>> {
    identity.may(Scope::HistoryRead)?;
    let id: TranscriptId = requests::id(&id, "transcript")?;
    let found = state.store()?.transcripts().get(identity.user, id).await?;
    Ok(Json(convert::detail(found.ok_or_else(|| ApiError::not_found("transcript"))?)))
}

/// Correct the text of an utterance
#[utoipa::path(tag = "history", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, body = TranscriptDetail), (status = "4XX", body = HttpErrorBody)))]
#[patch("/api/history/{id}")]
pub async fn change(
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
    body: Json<TranscriptChange>,
) -> ApiResult<Json<TranscriptDetail>> {
    identity.may(Scope::HistoryWrite)?;
    let id: TranscriptId = requests::id(&id, "transcript")?;
    let style = body.style.as_deref();
    if style.is_some_and(|style| !WRITTEN_STYLES.contains(&style)) {
        let hint = format!("give one of `{}`", WRITTEN_STYLES.join("`, `"));
        return Err(ApiError::bad_request("`style` is not acceptable", &hint));
    }
    let store = state.store()?;
    if !store.transcripts().correct(identity.user, id, &body.text, style).await? {
        return Err(ApiError::not_found("transcript"));
    }
    let found = store.transcripts().get(identity.user, id).await?;
    Ok(Json(convert::detail(found.ok_or_else(|| ApiError::not_found("transcript"))?)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RemovalQuery {
    /// At once and for good, with its sound; otherwise it can be restored for a while.
    #[serde(default)]
    forever: bool,
}

/// Remove an utterance
#[utoipa::path(tag = "history", params(("id" = String, Path, description = "Its id"), RemovalQuery), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/history/{id}")]
pub async fn remove(
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
    query: Query<RemovalQuery>,
) -> ApiResult<HttpResponse> {
    identity.may(Scope::HistoryWrite)?;
    let id: TranscriptId = requests::id(&id, "transcript")?;
    let store = state.store()?;
    let removed = if query.forever {
        store.transcripts().purge(identity.user, id, Moment::now()).await?
    } else {
        store.transcripts().delete(identity.user, id, Moment::now()).await?
    };
    // What is kept to answer faster goes with it.
    state.system().forget(&identity.owner());
    if !removed {
        return Err(ApiError::not_found("transcript"));
    }
    if query.forever {
        kept_audio::sweep(store, &state.settings().audio_folder()).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Bring a removed utterance back
#[utoipa::path(tag = "history", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, body = TranscriptDetail), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/history/{id}/restore")]
pub async fn restore(state: Data<AppState>, identity: Identity, id: Path<String>) -> ApiResult<Json<TranscriptDetail>> {
    identity.may(Scope::HistoryWrite)?;
    let id: TranscriptId = requests::id(&id, "transcript")?;
    let store = state.store()?;
    if !store.transcripts().undo_delete(identity.user, id).await? {
        return Err(ApiError::not_found("transcript"));
    }
    let found = store.transcripts().get(identity.user, id).await?;
    Ok(Json(convert::detail(found.ok_or_else(|| ApiError::not_found("transcript"))?)))
}

/// The sound of an utterance, where it was kept
#[utoipa::path(tag = "history", params(("id" = String, Path, description = "Its id")), responses(
    (status = 200, description = "A WAV file", content_type = "audio/wav"), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/history/{id}/audio")]
pub async fn audio(state: Data<AppState>, identity: Identity, id: Path<String>) -> ApiResult<HttpResponse> {
    identity.may(Scope::HistoryRead)?;
    let id: TranscriptId = requests::id(&id, "transcript")?;
    let store = state.store()?;
    let found = store.transcripts().get(identity.user, id).await?;
    let found = found.ok_or_else(|| ApiError::not_found("transcript"))?;
    let file = match found.transcript.audio {
        Some(audio) => store.audio().get(identity.user, audio).await?,
        None => None,
    };
    let file = file.ok_or_else(|| ApiError::not_found("sound"))?;
    let kept = state.kept_audio().clone();
    let opened = spawn_blocking(move || kept.open(&file).map_err(|error| error.to_string())).await;
    let sound = opened.map_err(|error| error.to_string()).flatten().map_err(|error| {
        tracing::error!(error, "kept sound cannot be read");
        ApiError::internal("the sound cannot be read")
    })?;
    let name = format!("attachment; filename=\"{id}.wav\"");
    let body = SizedStream::new(sound.length(), kept_audio::stream(sound));
    Ok(HttpResponse::Ok().content_type("audio/wav").insert_header((header::CONTENT_DISPOSITION, name)).body(body))
}
