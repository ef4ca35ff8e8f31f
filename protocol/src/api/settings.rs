//! A person's settings, and how a form for them looks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::settings::{Mode, Quality};

/// What a person may set. Everything has a default: what is left out of a document is as it is by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    pub mode: Mode,
    pub quality: Quality,
    /// `auto`, or the one language that is spoken.
    pub language: String,
    /// What `auto` chooses from; empty: the server's.
    pub languages: Vec<String>,
    /// Clean-up style where the program says nothing: `auto`, `mail`, `chat`, `code`, `document`, `none`,
    /// `verbatim`.
    pub style: String,
    /// Clean-up style by program: name of the program to style.
    pub app_styles: BTreeMap<String, String>,
    /// Live text while speaking.
    pub partials: bool,
    pub noise_suppression: bool,
    pub auto_gain: bool,
    /// Pause that ends an utterance, in milliseconds; 0: learnt from the speaker.
    pub pause_ms: u32,
    /// Whether what is said goes into the history.
    pub keep_history: bool,
    /// Whether the sound is kept, where the server keeps any.
    pub keep_audio: bool,
    /// Language of the page: `auto`, `en`, `ru`.
    pub ui_language: String,
    /// `system`, `light`, `dark`.
    pub theme: String,
    /// A sound when recording begins and ends.
    pub sounds: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            mode: Mode::OnPause,
            quality: Quality::Normal,
            language: "auto".to_owned(),
            languages: Vec::new(),
            style: "auto".to_owned(),
            app_styles: BTreeMap::new(),
            partials: true,
            noise_suppression: false,
            auto_gain: true,
            pause_ms: 0,
            keep_history: true,
            keep_audio: true,
            ui_language: "auto".to_owned(),
            theme: "system".to_owned(),
            sounds: false,
        }
    }
}

/// `GET /api/settings`; the version is also the ETag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SettingsDocument {
    /// 0 where nothing was ever saved.
    pub version: u64,
    pub updated_at: Option<String>,
    pub settings: Preferences,
}

/// The answer to a change of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SettingsVersion {
    pub version: u64,
}

/// `GET /api/settings/schema`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SettingsSchema {
    pub groups: Vec<SettingGroup>,
}

/// Settings that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SettingGroup {
    pub key: String,
    pub title: LocalText,
    pub fields: Vec<SettingField>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SettingField {
    /// Name of the field in the document.
    pub key: String,
    pub title: LocalText,
    pub hint: LocalText,
    pub kind: SettingKind,
    pub default: serde_json::Value,
    /// What can be chosen; for `choice`, and as suggestions for `text_list`.
    #[serde(default)]
    pub options: Vec<SettingOption>,
    #[serde(default)]
    pub min: Option<u32>,
    #[serde(default)]
    pub max: Option<u32>,
    /// `ms`
    #[serde(default)]
    pub unit: Option<String>,
}

/// What kind of field shows a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SettingKind {
    Boolean,
    Number,
    Choice,
    Text,
    TextList,
    /// Names to one of the options each.
    ChoiceMap,
}

/// A value to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SettingOption {
    pub value: String,
    pub title: LocalText,
}

/// A text for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LocalText {
    pub en: String,
    pub ru: String,
}
