//! Dictionary and snippets.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpResponse, delete, get, post};
use protocol::HttpErrorBody;
use protocol::api::{
    DictionaryEntry, DictionaryImport, DictionaryList, NewDictionaryEntry, NewSnippet, Scope, Shelf, Snippet,
    SnippetImport, SnippetList,
};
use serde::Deserialize;
use store::{EntryId, Moment, NewEntry, SnippetId};
use utoipa::IntoParams;

use super::{ApiResult, convert, requests};
use crate::auth::Identity;
use crate::http::error::ApiError;
use crate::state::AppState;

/// Items of one import.
const MOST_AT_ONCE: usize = 5000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ShelfQuery {
    /// `personal` (default) or `team`.
    #[serde(default)]
    shelf: Shelf,
}

impl ShelfQuery {
    /// Everybody reads both shelves.
    fn readable(&self, identity: &Identity) -> ApiResult<store::Shelf> {
        identity.may(Scope::Settings)?;
        Ok(convert::shelf_of(self.shelf, identity.user))
    }

    /// The team's is changed by admins.
    fn writable(&self, identity: &Identity) -> ApiResult<store::Shelf> {
        let shelf = self.readable(identity)?;
        if self.shelf == Shelf::Team {
            identity.is_admin()?;
        }
        Ok(shelf)
    }
}

fn one_import(items: usize) -> ApiResult<()> {
    if items <= MOST_AT_ONCE {
        return Ok(());
    }
    Err(ApiError::bad_request("`items` has too many items", "import at most 5000 at once"))
}

fn new_entry(new: NewDictionaryEntry) -> NewEntry {
    NewEntry { term: new.term, sounds_like: new.sounds_like, language: new.language }
}

/// The words of a shelf
#[utoipa::path(tag = "vocabulary", params(ShelfQuery), responses(
    (status = 200, body = DictionaryList), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/dictionary")]
pub async fn dictionary_list(
    state: Data<AppState>,
    identity: Identity,
    query: Query<ShelfQuery>,
) -> ApiResult<Json<DictionaryList>> {
    let shelf = query.readable(&identity)?;
    let entries = state.store()?.dictionary().list(shelf).await?;
    Ok(Json(DictionaryList { items: entries.into_iter().map(convert::entry).collect() }))
}

/// Add a word, or replace the one that is written the same
#[utoipa::path(tag = "vocabulary", params(ShelfQuery), responses(
    (status = 200, body = DictionaryEntry), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/dictionary")]
pub async fn dictionary_put(
    state: Data<AppState>,
    identity: Identity,
    query: Query<ShelfQuery>,
    body: Json<NewDictionaryEntry>,
) -> ApiResult<Json<DictionaryEntry>> {
    let shelf = query.writable(&identity)?;
    let new = [new_entry(body.into_inner())];
    let entry = state.store()?.dictionary().put(shelf, &new, Moment::now()).await?.into_iter().next();
    Ok(Json(convert::entry(entry.ok_or_else(|| ApiError::internal("nothing was kept"))?)))
}

/// Add many words, all or none
#[utoipa::path(tag = "vocabulary", params(ShelfQuery), responses(
    (status = 200, body = DictionaryList), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/dictionary/import")]
pub async fn dictionary_import(
    state: Data<AppState>,
    identity: Identity,
    query: Query<ShelfQuery>,
    body: Json<DictionaryImport>,
) -> ApiResult<Json<DictionaryList>> {
    let shelf = query.writable(&identity)?;
    let items = body.into_inner().items;
    one_import(items.len())?;
    let new: Vec<NewEntry> = items.into_iter().map(new_entry).collect();
    let entries = state.store()?.dictionary().put(shelf, &new, Moment::now()).await?;
    Ok(Json(DictionaryList { items: entries.into_iter().map(convert::entry).collect() }))
}

/// Remove a word
#[utoipa::path(tag = "vocabulary", params(("id" = String, Path,), ShelfQuery), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/dictionary/{id}")]
pub async fn dictionary_remove(
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
    query: Query<ShelfQuery>,
) -> ApiResult<HttpResponse> {
    let shelf = query.writable(&identity)?;
    let id: EntryId = requests::id(&id, "dictionary entry")?;
    if !state.store()?.dictionary().remove(shelf, id).await? {
        return Err(ApiError::not_found("dictionary entry"));
    }
    Ok(HttpResponse::NoContent().finish())
}

fn new_snippet(new: NewSnippet) -> store::NewSnippet {
    store::NewSnippet { phrase: new.phrase, body: new.body }
}

/// The snippets of a shelf
#[utoipa::path(tag = "vocabulary", params(ShelfQuery), responses(
    (status = 200, body = SnippetList), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/snippets")]
pub async fn snippet_list(
    state: Data<AppState>,
    identity: Identity,
    query: Query<ShelfQuery>,
) -> ApiResult<Json<SnippetList>> {
    let shelf = query.readable(&identity)?;
    let saved = state.store()?.snippets().list(shelf).await?;
    Ok(Json(SnippetList { items: saved.into_iter().map(convert::snippet).collect() }))
}

/// Add a snippet, or replace the one with the same phrase
#[utoipa::path(tag = "vocabulary", params(ShelfQuery), responses(
    (status = 200, body = Snippet), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/snippets")]
pub async fn snippet_put(
    state: Data<AppState>,
    identity: Identity,
    query: Query<ShelfQuery>,
    body: Json<NewSnippet>,
) -> ApiResult<Json<Snippet>> {
    let shelf = query.writable(&identity)?;
    let new = [new_snippet(body.into_inner())];
    let saved = state.store()?.snippets().put(shelf, &new, Moment::now()).await?.into_iter().next();
    Ok(Json(convert::snippet(saved.ok_or_else(|| ApiError::internal("nothing was kept"))?)))
}

/// Add many snippets, all or none
#[utoipa::path(tag = "vocabulary", params(ShelfQuery), responses(
    (status = 200, body = SnippetList), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/snippets/import")]
pub async fn snippet_import(
    state: Data<AppState>,
    identity: Identity,
    query: Query<ShelfQuery>,
    body: Json<SnippetImport>,
) -> ApiResult<Json<SnippetList>> {
    let shelf = query.writable(&identity)?;
    let items = body.into_inner().items;
    one_import(items.len())?;
    let new: Vec<store::NewSnippet> = items.into_iter().map(new_snippet).collect();
    let saved = state.store()?.snippets().put(shelf, &new, Moment::now()).await?;
    Ok(Json(SnippetList { items: saved.into_iter().map(convert::snippet).collect() }))
}

/// Remove a snippet
#[utoipa::path(tag = "vocabulary", params(("id" = String, Path,), ShelfQuery), responses(
    (status = 204), (status = "4XX", body = HttpErrorBody)))]
#[delete("/api/snippets/{id}")]
pub async fn snippet_remove(
    state: Data<AppState>,
    identity: Identity,
    id: Path<String>,
    query: Query<ShelfQuery>,
) -> ApiResult<HttpResponse> {
    let shelf = query.writable(&identity)?;
    let id: SnippetId = requests::id(&id, "snippet")?;
    if !state.store()?.snippets().remove(shelf, id).await? {
        return Err(ApiError::not_found("snippet"));
    }
    Ok(HttpResponse::NoContent().finish())
}
