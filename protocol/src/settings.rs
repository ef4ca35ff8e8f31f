//! How a session wants to be treated; the same fields in `start`, `settings` and the first `audio_chunk`.

use serde::{Deserialize, Serialize};

/// Every field is optional: what is absent stays as it is (at first: the server's default).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[serde(default)]
pub struct SessionSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// One language, or `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The languages that `auto` may choose from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    /// Clean-up style: `mail`, `chat`, `code`, `document`, `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// Name of the program that will get the text; chooses the style where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Only before the first sound: the format of what follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioSettings>,
    /// Words to listen for, besides the user's own dictionary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dictionary: Option<Vec<String>>,
    /// The client's own id of this recording; results carry it into the history once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_recording_id: Option<String>,
    /// Whether live text is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partials: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise_suppression: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_gain: Option<bool>,
    /// A fixed pause that ends an utterance, instead of one that adapts to the speaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause_ms: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Each pause finishes an utterance.
    OnPause,
    /// One result after `finish`.
    AfterRecording,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    Normal,
    High,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default)]
pub struct AudioSettings {
    pub encoding: Encoding,
    pub sample_rate: u32,
    pub channels: u16,
}

impl Default for AudioSettings {
    fn default() -> Self {
        Self { encoding: Encoding::PcmS16le, sample_rate: 16_000, channels: 1 }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    #[default]
    #[serde(alias = "pcm16", alias = "linear16")]
    PcmS16le,
    #[serde(alias = "float32", alias = "f32le")]
    PcmF32le,
    #[serde(alias = "pcmu", alias = "mu-law")]
    Mulaw,
    #[serde(alias = "pcma", alias = "a-law")]
    Alaw,
}
