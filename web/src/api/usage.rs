//! What one consumed this month, and how much is left.

use actix_web::get;
use actix_web::web::{Data, Json};
use protocol::HttpErrorBody;
use protocol::api::{DayUsage, QuotaState, Usage};
use store::Moment;

use super::ApiResult;
use crate::auth::{Identity, Quotas, next_month, percent};
use crate::state::AppState;

/// This month's consumption
#[utoipa::path(tag = "usage", responses((status = 200, body = Usage), (status = "4XX", body = HttpErrorBody)))]
#[get("/api/usage")]
pub async fn usage(state: Data<AppState>, identity: Identity) -> ApiResult<Json<Usage>> {
    let (store, now) = (state.store()?, Moment::now());
    let (first, today) = (now.day().first_of_month(), now.day());
    let used = Quotas::consumed(store, identity.user, now).await?;
    let days = store.usage().days(identity.user, first, today).await?;
    let quotas = state.auth().quotas;
    let of = |used: u64, limit: Option<u64>| QuotaState { used, limit, percent: percent(used, limit) };
    let day = |day: store::DayConsumption| DayUsage {
        day: day.day.to_string(),
        audio_ms: day.consumed.audio_ms,
        llm_tokens: day.consumed.llm_tokens,
        stored_bytes: day.consumed.stored_bytes,
    };
    Ok(Json(Usage {
        from: first.to_string(),
        until: next_month(today).to_string(),
        audio_ms: of(used.audio_ms, quotas.audio_ms),
        llm_tokens: of(used.llm_tokens, quotas.llm_tokens),
        stored_bytes: of(used.stored_bytes, quotas.stored_bytes),
        days: days.into_iter().map(day).collect(),
    }))
}
