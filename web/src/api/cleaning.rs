//! A text cleaned once more: something of the history in another style, or the example of a style.

use actix_web::post;
use actix_web::web::{Data, Json};
use actors::rewriting::Rewriting;
use actors::session::TextOptions;
use engine::language::Language;
use protocol::HttpErrorBody;
use protocol::api::{CleanText, NewCleaning, Scope};
use store::{Consumption, Moment};
use tracing::warn;

use super::ApiResult;
use super::preferences::WRITTEN_STYLES;
use crate::auth::{Identity, Standing};
use crate::http::error::ApiError;
use crate::state::AppState;
use crate::ws::convert;

/// Far more than anybody says in one go.
const MAX_CHARS: usize = 20_000;

/// Clean a text in a style, as if it had just been recognised
#[utoipa::path(tag = "history", responses(
    (status = 200, body = CleanText), (status = "4XX", body = HttpErrorBody)))]
#[post("/api/clean")]
pub async fn clean(state: Data<AppState>, identity: Identity, body: Json<NewCleaning>) -> ApiResult<Json<CleanText>> {
    identity.may(Scope::Transcribe)?;
    let language = check(&body)?;
    let NewCleaning { text, style, .. } = body.into_inner();
    if let Standing::UsedUp { what } = state.standing_of(identity.user).await? {
        return Err(ApiError::quota_used_up(what));
    }
    let vocabulary = state.person(identity.user).await.map(|person| person.vocabulary).unwrap_or_default();
    let options = TextOptions::new(&vocabulary, &[], Some(&style), None);
    let owner = identity.owner();
    let rewritten = state.system().rewrite(&owner, Rewriting { raw: text, language, options }).await;
    if rewritten.llm_tokens > 0 {
        let more = Consumption { llm_tokens: u64::from(rewritten.llm_tokens), ..Consumption::default() };
        if let Err(error) = state.store()?.usage().add(identity.user, Moment::now().day(), more).await {
            warn!(%error, "what was consumed could not be noted");
        }
    }
    Ok(Json(CleanText {
        text: rewritten.text,
        edits: rewritten.edits.into_iter().map(convert::text_edit).collect(),
        cleaned_by: convert::cleaned_by(rewritten.cleaned_by),
    }))
}

fn check(asked: &NewCleaning) -> ApiResult<Language> {
    if asked.text.chars().count() > MAX_CHARS {
        return Err(ApiError::bad_request("`text` is too long", "send at most 20000 characters"));
    }
    if !WRITTEN_STYLES.contains(&asked.style.as_str()) {
        let hint = format!("give one of `{}`", WRITTEN_STYLES.join("`, `"));
        return Err(ApiError::bad_request("`style` is not acceptable", &hint));
    }
    asked
        .language
        .parse()
        .map_err(|_| ApiError::bad_request("`language` is not acceptable", "give a code such as `en` or `ru`"))
}
