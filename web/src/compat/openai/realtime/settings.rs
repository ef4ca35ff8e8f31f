//! A session's settings in both shapes: nested (current) and flat (beta).

use actors::session::Wishes;
use engine::audio::{AudioFormat, Encoding};
use engine::language::Language;
use serde_json::{Value, json};

use super::super::OpenAiError;
use crate::compat::words;
use crate::state::AppState;

const RATE: u32 = 24_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Ga,
    Beta,
}

/// Who says when something was said.
#[derive(Debug, Clone, PartialEq)]
pub enum Turns {
    /// We, after a pause.
    Detected { pause_ms: Option<u32>, shown: Value },
    /// The client, by `commit`.
    Manual,
}

#[derive(Debug, Clone)]
pub struct RealtimeSettings {
    pub dialect: Dialect,
    pub model: Option<String>,
    pub turns: Turns,
    pub logprobs: bool,
    format: AudioFormat,
    language: Option<String>,
    languages: Vec<Language>,
    prompt: Option<String>,
    keywords: Vec<String>,
    transcription: Value,
    noise_reduction: Value,
    include: Value,
}

impl RealtimeSettings {
    pub fn new(dialect: Dialect) -> Self {
        let shown = json!({
            "type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500,
        });
        Self {
            dialect,
            model: None,
            turns: Turns::Detected { pause_ms: None, shown },
            logprobs: false,
            format: AudioFormat::new(Encoding::PcmS16Le, RATE, 1).unwrap_or(AudioFormat::DEFAULT),
            language: None,
            languages: Vec::new(),
            prompt: None,
            keywords: Vec::new(),
            transcription: Value::Null,
            noise_reduction: Value::Null,
            include: Value::Null,
        }
    }

    pub fn is_manual(&self) -> bool {
        self.turns == Turns::Manual
    }

    /// Takes over what an update names; nothing is changed where something of it is wrong.
    pub fn update(&mut self, session: &Value) -> Result<(), OpenAiError> {
        let mut new = self.clone();
        let input = &session["audio"]["input"];
        // Either shape is understood in both dialects: old clients talk to new addresses.
        let pick = |nested: &str, flat: &str| input.get(nested).or_else(|| session.get(flat)).cloned();
        if let Some(format) = pick("format", "input_audio_format") {
            new.format = parse_format(&format)?;
        }
        if let Some(transcription) = pick("transcription", "input_audio_transcription") {
            new.take_transcription(&transcription)?;
        }
        if let Some(turns) = pick("turn_detection", "turn_detection") {
            new.turns = parse_turns(&turns)?;
        }
        if let Some(noise) = pick("noise_reduction", "input_audio_noise_reduction") {
            new.noise_reduction = noise;
        }
        if let Some(include) = session.get("include") {
            let list = include.as_array().into_iter().flatten();
            new.logprobs = list.filter_map(Value::as_str).any(|what| what.ends_with("logprobs"));
            new.include = include.clone();
        }
        *self = new;
        Ok(())
    }

    fn take_transcription(&mut self, given: &Value) -> Result<(), OpenAiError> {
        let bad =
            |message: String| OpenAiError::bad(message, Some("session.audio.input.transcription"), "invalid_value");
        if let Some(model) = given["model"].as_str() {
            self.model = Some(model.to_owned());
        }
        let one = given["language"].as_str().into_iter();
        let many = given["languages"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut languages = Vec::new();
        for code in one.chain(many) {
            languages.extend(words::language(code).map_err(bad)?);
        }
        languages.dedup();
        self.language = given["language"].as_str().map(str::to_owned);
        self.languages = languages;
        self.prompt = given["prompt"].as_str().map(str::to_owned);
        let keywords = given["keywords"].as_array().into_iter().flatten();
        self.keywords = keywords.filter_map(Value::as_str).map(str::to_owned).collect();
        self.transcription = given.clone();
        Ok(())
    }

    /// How our session is to be.
    pub fn wishes(&self, state: &AppState) -> Wishes {
        let mut terms = self.keywords.clone();
        terms.extend(self.prompt.as_deref().map(words::terms_of_prompt).unwrap_or_default());
        let languages = if self.languages.is_empty() { state.languages().to_vec() } else { self.languages.clone() };
        let pause_ms = match &self.turns {
            Turns::Detected { pause_ms, .. } => *pause_ms,
            Turns::Manual => None,
        };
        Wishes {
            format: Some(self.format),
            languages: Some(languages),
            dictionary: Some(terms),
            pause_ms,
            denoise: (!self.noise_reduction.is_null()).then(|| self.noise_reduction["type"] == "far_field"),
            partials: Some(true),
            ..words::wishes_of_model(self.model.as_deref().unwrap_or_default())
        }
    }

    /// The format, as long as no sound was sent.
    pub fn format(&self) -> AudioFormat {
        self.format
    }

    /// The session as the client is shown it.
    pub fn shown(&self, id: &str) -> Value {
        let turns = match &self.turns {
            Turns::Detected { shown, .. } => shown.clone(),
            Turns::Manual => Value::Null,
        };
        match self.dialect {
            Dialect::Ga => {
                let format = match self.format.encoding() {
                    Encoding::MuLaw => json!({"type": "audio/pcmu"}),
                    Encoding::ALaw => json!({"type": "audio/pcma"}),
                    _ => json!({"type": "audio/pcm", "rate": self.format.sample_rate()}),
                };
                json!({
                    "type": "transcription", "object": "realtime.transcription_session", "id": id,
                    "audio": {"input": {
                        "format": format, "noise_reduction": self.noise_reduction,
                        "transcription": self.transcription, "turn_detection": turns,
                    }},
                    "include": self.include,
                })
            }
            Dialect::Beta => {
                let format = match self.format.encoding() {
                    Encoding::MuLaw => "g711_ulaw",
                    Encoding::ALaw => "g711_alaw",
                    _ => "pcm16",
                };
                json!({
                    "object": "realtime.transcription_session", "id": id, "input_audio_format": format,
                    "input_audio_transcription": self.transcription, "turn_detection": turns,
                    "input_audio_noise_reduction": self.noise_reduction, "include": self.include,
                    "modalities": ["text"],
                })
            }
        }
    }
}

fn parse_format(given: &Value) -> Result<AudioFormat, OpenAiError> {
    let name = given.as_str().or_else(|| given["type"].as_str()).unwrap_or_default();
    let rate = given["rate"].as_u64().and_then(|rate| u32::try_from(rate).ok());
    let (encoding, usual) = match name {
        "audio/pcm" | "pcm16" => (Encoding::PcmS16Le, RATE),
        "audio/pcmu" | "g711_ulaw" => (Encoding::MuLaw, 8000),
        "audio/pcma" | "g711_alaw" => (Encoding::ALaw, 8000),
        other => {
            let message = format!("`format` is `{other}`; send `audio/pcm`, `audio/pcmu` or `audio/pcma`");
            return Err(OpenAiError::bad(message, Some("session.audio.input.format"), "invalid_value"));
        }
    };
    AudioFormat::new(encoding, rate.unwrap_or(usual), 1)
        .map_err(|error| OpenAiError::bad(error.to_string(), Some("session.audio.input.format"), "invalid_value"))
}

fn parse_turns(given: &Value) -> Result<Turns, OpenAiError> {
    if given.is_null() {
        return Ok(Turns::Manual);
    }
    let pause_ms = match given["type"].as_str() {
        Some("server_vad") | None => given["silence_duration_ms"].as_u64().map(|ms| ms.clamp(100, 10_000) as u32),
        // The pause is learnt from the speaker; eagerness sets it outright.
        Some("semantic_vad") => match given["eagerness"].as_str() {
            Some("low") => Some(1200),
            Some("high") => Some(350),
            _ => None,
        },
        Some(other) => {
            let message = format!("`turn_detection` is `{other}`; send `server_vad`, `semantic_vad` or null");
            return Err(OpenAiError::bad(message, Some("session.audio.input.turn_detection"), "invalid_value"));
        }
    };
    let mut shown = given.clone();
    if given["type"] == "server_vad" {
        for (key, usual) in
            [("threshold", json!(0.5)), ("prefix_padding_ms", json!(300)), ("silence_duration_ms", json!(500))]
        {
            if shown.get(key).is_none() {
                shown[key] = usual;
            }
        }
    }
    Ok(Turns::Detected { pause_ms, shown })
}
