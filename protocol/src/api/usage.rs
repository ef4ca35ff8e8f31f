//! What was consumed, and how much is left.

use serde::{Deserialize, Serialize};

/// `GET /api/usage`: this month (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Usage {
    /// First day that counts, `2025-03-01`.
    pub from: String,
    /// First day that counts no more.
    pub until: String,
    /// Sound, in milliseconds.
    pub audio_ms: QuotaState,
    pub llm_tokens: QuotaState,
    /// Bytes of sound that are kept now.
    pub stored_bytes: QuotaState,
    pub days: Vec<DayUsage>,
}

/// How much of something is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct QuotaState {
    pub used: u64,
    /// None: as much as one likes.
    pub limit: Option<u64>,
    /// 0 without a limit. From 80 on the client is told, at 100 further work is refused.
    pub percent: u32,
}

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DayUsage {
    pub day: String,
    pub audio_ms: u64,
    pub llm_tokens: u64,
    pub stored_bytes: u64,
}
