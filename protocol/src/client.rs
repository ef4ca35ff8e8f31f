//! Client to server.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};

use crate::settings::SessionSettings;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// Configure the session; optional, and only before the first sound.
    Start(SessionSettings),
    /// Sound as JSON, for clients that can do nothing else.
    AudioChunk(AudioChunk),
    /// Answered by `marked` once everything before it is transcribed.
    Mark { id: String },
    /// End of the recording: final results, then `done`.
    Finish,
    /// Forget the utterance that is being spoken.
    Cancel,
    /// First message after a broken connection.
    Resume { session: String, resume_token: String },
    /// Change a selected text as an instruction says; answered by `edited`.
    Edit(EditSelection),
    /// The client has this final safely.
    Ack { utterance: u64 },
    /// Change settings from now on.
    Settings(SessionSettings),
    Ping {
        #[serde(default)]
        t: serde_json::Value,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AudioChunk {
    /// Base64 of samples in the session's format (16-bit little endian, 16 kHz, mono where nothing was said).
    pub audio: String,
    /// The client's own label; it opens nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub session_id: Option<String>,
    /// Offset of the first sample; without it the chunk follows the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub offset: Option<u64>,
    /// The first chunk of a session that sent no `start` configures it.
    // Both have an `audio`, which TypeScript cannot say; the browser sends binary frames.
    #[cfg_attr(feature = "typescript", ts(skip))]
    #[serde(flatten)]
    pub settings: SessionSettings,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EditSelection {
    /// The client's own name of this question; it comes back in the answer.
    #[serde(default)]
    pub id: String,
    pub selection: String,
    pub instruction: String,
    /// Language of the selection; otherwise the one that was spoken last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub language: Option<String>,
}

/// Why a text frame could not be understood.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("the frame is not JSON: {source}")]
    NotJson {
        #[source]
        source: serde_json::Error,
    },
    #[error("the message has no `type`")]
    NoType,
    #[error("unknown message type `{given}`")]
    UnknownType { given: String },
    #[error("`{kind}` has a wrong field: {source}")]
    WrongField {
        kind: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("`audio` is not base64: {source}")]
    NotBase64 {
        #[source]
        source: base64::DecodeError,
    },
}

/// Every `type` that a client may send.
pub const CLIENT_TYPES: [&str; 10] =
    ["start", "audio_chunk", "mark", "finish", "cancel", "resume", "edit", "ack", "settings", "ping"];

impl ClientMessage {
    /// Reads a text frame; the error says what exactly is wrong with it.
    pub fn decode(text: &str) -> Result<Self, DecodeError> {
        // The common case costs one pass; only a refused frame is looked at again to say why.
        serde_json::from_str(text).map_err(|source| Self::explain(text, source))
    }

    fn explain(text: &str, source: serde_json::Error) -> DecodeError {
        let value: serde_json::Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(source) => return DecodeError::NotJson { source },
        };
        match value.get("type").and_then(serde_json::Value::as_str) {
            None => DecodeError::NoType,
            Some(kind) if CLIENT_TYPES.contains(&kind) => DecodeError::WrongField { kind: kind.to_owned(), source },
            Some(kind) => DecodeError::UnknownType { given: kind.chars().take(40).collect() },
        }
    }
}

impl AudioChunk {
    /// The bytes of the samples. Padding may be missing.
    pub fn samples(&self) -> Result<Vec<u8>, DecodeError> {
        const LENIENT: GeneralPurpose = GeneralPurpose::new(
            &base64::alphabet::STANDARD,
            GeneralPurposeConfig::new().with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
        );
        LENIENT.decode(self.audio.trim()).map_err(|source| DecodeError::NotBase64 { source })
    }
}
