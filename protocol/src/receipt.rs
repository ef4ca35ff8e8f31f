//! The receipt of a recording: what became of every millisecond in which somebody spoke.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Receipt {
    /// Length of the sound received.
    pub audio_ms: u64,
    /// Milliseconds in which the detector heard speech; the ranges add up to it.
    pub voiced_ms: u64,
    pub words_ms: u64,
    pub inaudible_ms: u64,
    pub no_speech_ms: u64,
    pub cancelled_ms: u64,
    pub ranges: Vec<ReceiptRange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReceiptRange {
    pub start_ms: u64,
    pub end_ms: u64,
    pub became: CoverageKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CoverageKind {
    /// Transcribed.
    Words,
    /// Speech that could not be understood, or whose transcription failed.
    Inaudible,
    /// Taken for speech at first, found to be none.
    NoSpeech,
    /// The user cancelled it.
    Cancelled,
}
