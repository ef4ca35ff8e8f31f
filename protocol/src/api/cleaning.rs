//! Cleaning a text once more.

use serde::{Deserialize, Serialize};

use crate::server::{CleanedBy, TextEdit};

/// `POST /api/clean`: nothing of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewCleaning {
    /// As it was recognised, at most 20000 characters.
    pub text: String,
    /// ISO 639 code.
    pub language: String,
    /// `mail`, `chat`, `code`, `document`, `none`, or `verbatim`.
    pub style: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CleanText {
    pub text: String,
    /// From the text that was sent to this one.
    pub edits: Vec<TextEdit>,
    pub cleaned_by: CleanedBy,
}
