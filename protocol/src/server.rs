//! Server to client.

use serde::{Deserialize, Serialize};

use crate::error::ErrorMessage;
use crate::receipt::Receipt;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    Ready(Ready),
    SpeechStarted {
        utterance: u64,
        at_ms: u64,
    },
    SpeechStopped {
        utterance: u64,
        at_ms: u64,
    },
    PartialText(PartialText),
    FinalText(Box<FinalText>),
    Status {
        state: SessionState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        queue_position: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        eta_ms: Option<u64>,
    },
    /// Sound up to here is safe on the server.
    Received {
        offset: u64,
    },
    Marked {
        id: String,
    },
    Edited(Edited),
    Notice {
        code: NoticeCode,
        message: String,
    },
    Busy {
        retry_after_ms: u64,
        reason: BusyReason,
    },
    Closing {
        reason: String,
        resume_token: String,
    },
    Done {
        receipt: Receipt,
    },
    /// A recording of this person that was uploaded has come to its end; `/api/recordings/{id}` has its text.
    Recording {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_recording_id: Option<String>,
        state: crate::api::JobState,
    },
    Error(ErrorMessage),
    Pong {
        t: serde_json::Value,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Ready {
    pub session: String,
    pub resume_token: String,
    /// Sound before this offset is here already (0 in a new session).
    pub received_offset: u64,
    pub limits: Limits,
    pub models: Vec<String>,
    pub protocol: u16,
    /// The label that the client gave itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub session_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Limits {
    pub max_frame_bytes: u64,
    pub min_sample_rate: u32,
    pub max_sample_rate: u32,
    pub max_channels: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PartialText {
    pub utterance: u64,
    /// `committed` and `tentative` together.
    pub text: String,
    /// Will not change any more.
    pub committed: String,
    /// May still change.
    pub tentative: String,
    /// Sound of the utterance that this text stands for.
    pub audio_ms: u64,
    /// How far this text is behind what was said.
    pub lag_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FinalText {
    pub utterance: u64,
    pub text: String,
    pub raw_text: String,
    pub edits: Vec<TextEdit>,
    pub words: Vec<WordTiming>,
    pub language: String,
    pub confidence: f32,
    pub start_ms: u64,
    pub end_ms: u64,
    pub cleaned_by: CleanedBy,
    pub timings: Timings,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub session_id: Option<String>,
}

/// A selection, changed as an instruction said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Edited {
    pub id: String,
    /// The changed text; the selection as it was where the model's answer was refused.
    pub text: String,
    /// Why the answer was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub refused: Option<String>,
    /// What a person should look at before taking the text: numbers and names that came or went, negations.
    pub warnings: Vec<EditWarning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EditWarning {
    /// `lost_numbers`, `lost_names`, `new_names`, `negations`.
    pub kind: String,
    pub what: Vec<String>,
}

/// One change from `raw_text` to `text`. `at` counts characters of `raw_text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TextEdit {
    pub kind: EditKind,
    pub from: String,
    pub to: String,
    pub at: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EditKind {
    Punctuation,
    Case,
    Filler,
    Repetition,
    FalseStart,
    NumberForm,
    SpokenCommand,
    Snippet,
    Dictionary,
    SelfCorrection,
    Paragraph,
    Spacing,
    /// The same word written otherwise.
    Spelling,
    /// A kind that this version of the client does not know.
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WordTiming {
    pub word: String,
    /// From the start of the session.
    pub start_ms: u64,
    pub end_ms: u64,
    pub confidence: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CleanedBy {
    Llm,
    Rules,
    /// Style `verbatim`: the text is the raw text.
    None,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Timings {
    pub queue_ms: u64,
    pub asr_ms: u64,
    pub llm_ms: u64,
    /// From the last sample with speech to this message.
    pub since_speech_end_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    Listening,
    Queued,
    Processing,
    Generating,
    Ready,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// The server is busy and took a step down the ladder; `message` says which.
    Degraded,
    /// The server is back to full service.
    Restored,
    QuotaWarning,
    Draining,
    /// A setting was understood but cannot be honoured.
    SettingIgnored,
    /// A worker died; the work is being done again.
    Retrying,
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BusyReason {
    QueueFull,
    TooManySessions,
    TooManySessionsOfUser,
    NoWorkers,
    Draining,
    Overloaded,
    QuotaUsedUp,
    #[serde(other)]
    Other,
}
