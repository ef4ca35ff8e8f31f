//! Errors as clients see them: a stable code, a sentence, a way out.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorMessage {
    pub code: ErrorCode,
    pub message: String,
    pub hint: String,
    /// The connection ends after it.
    pub fatal: bool,
}

/// Stable names; clients may match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    BadJson,
    UnknownType,
    BadField,
    BadBase64,
    FrameTooShort,
    FrameTooLarge,
    OddByteCount,
    BadSampleRate,
    BadChannels,
    BadEncoding,
    BadLanguage,
    BadStyle,
    OffsetGap,
    OffsetOverlap,
    /// Sound after `finish`, `start` after sound, `resume` in the middle.
    WrongOrder,
    UnknownSession,
    TranscriptionFailed,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    TooManyRequests,
    PayloadTooLarge,
    Invalid,
    Unavailable,
    Internal,
    #[serde(other)]
    Other,
}

/// The body of every HTTP error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpErrorBody {
    pub error: HttpError,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpError {
    pub code: ErrorCode,
    pub message: String,
    pub hint: String,
    pub request_id: String,
}
