//! What was said.

use serde::{Deserialize, Serialize};

use crate::server::{CleanedBy, TextEdit, Timings, WordTiming};

/// One utterance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Transcript {
    /// Later said means greater, as text, too.
    pub id: String,
    pub session: String,
    /// Unique among the owner's.
    pub utterance: String,
    pub client_recording_id: Option<String>,
    pub recorded_at: String,
    pub created_at: String,
    /// ISO 639 code.
    pub language: String,
    pub style: String,
    pub app: String,
    pub text: String,
    /// As it came out of the recogniser.
    pub raw_text: String,
    pub confidence: f64,
    pub audio_ms: u64,
    pub cleaned_by: CleanedBy,
    /// Whether its sound was kept: `GET /api/history/{id}/audio`.
    pub has_audio: bool,
    /// Where the search hit it; only in answers to a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<TextSnippet>,
}

/// Part of a text around its hits, in pieces, so that nobody has to escape marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TextSnippet {
    pub pieces: Vec<SnippetPiece>,
    /// Whether there is text before the first piece.
    pub cut_start: bool,
    /// Whether there is text after the last piece.
    pub cut_end: bool,
    /// Whether it is of the raw text, because the clean text has no hit.
    pub in_raw_text: bool,
}

/// A run of text that is a hit or is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SnippetPiece {
    pub text: String,
    pub hit: bool,
}

/// `GET /api/history`: newest first, or best first where something was searched for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HistoryPage {
    pub items: Vec<Transcript>,
    /// `before` of the next page; none where this is the last.
    pub next: Option<String>,
}

/// `GET /api/history/{id}`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TranscriptDetail {
    #[serde(flatten)]
    pub transcript: Transcript,
    pub words: Vec<WordTiming>,
    pub edits: Vec<TextEdit>,
    pub timings: Timings,
}

/// `PATCH /api/history/{id}`: the text as the person wants it. The raw text stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TranscriptChange {
    pub text: String,
    /// The style that the text is written in now; what is left out stays.
    #[serde(default)]
    pub style: Option<String>,
}
