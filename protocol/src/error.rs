//! Errors as clients see them: a stable code, a sentence, a way out.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ErrorMessage {
    pub code: ErrorCode,
    pub message: String,
    pub hint: String,
    /// The connection ends after it.
    pub fatal: bool,
}

/// Stable names; clients may match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
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
    /// No model here follows instructions.
    EditingUnavailable,
    EditingFailed,
    /// No token, or one that is not ours.
    Unauthorized,
    /// The access token has run out; a refresh brings the next.
    TokenExpired,
    /// The refresh token was used before: the login is ended.
    TokenReused,
    /// Name and password do not belong together.
    WrongCredentials,
    WeakPassword,
    RegistrationClosed,
    InviteRefused,
    Forbidden,
    NotFound,
    Conflict,
    /// It was changed by somebody else since it was read.
    Stale,
    /// The change must say which version it is of (`If-Match`).
    PreconditionRequired,
    QuotaUsedUp,
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HttpErrorBody {
    pub error: HttpError,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HttpError {
    pub code: ErrorCode,
    pub message: String,
    pub hint: String,
    pub request_id: String,
}
