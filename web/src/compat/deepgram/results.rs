//! Texts in Deepgram's words. Pure.

use actors::session::{Final, Partial};
use serde_json::{Value, json};

use super::model_uuid;
use crate::compat::words::{bare, seconds};

/// What is the same in every result of a stream.
#[derive(Debug, Clone)]
pub struct Stream {
    pub request_id: String,
    pub model: String,
    pub punctuate: bool,
    pub channels: u16,
    pub label_speakers: bool,
}

/// Which part of the stream a result is about, and what it settles.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    pub channel: u16,
    pub start_ms: u64,
    pub end_ms: u64,
    pub is_final: bool,
    pub speech_final: bool,
    pub from_finalize: bool,
}

impl Stream {
    pub fn result(&self, place: Place, alternative: &Value) -> Value {
        json!({
            "type": "Results",
            "channel_index": [place.channel, self.channels],
            "duration": seconds(place.end_ms.saturating_sub(place.start_ms)),
            "start": seconds(place.start_ms),
            "is_final": place.is_final,
            "speech_final": place.speech_final,
            "from_finalize": place.from_finalize,
            "channel": {"alternatives": [alternative]},
            "metadata": {
                "request_id": self.request_id, "model_info": self.model_info(), "model_uuid": model_uuid(&self.model),
            },
        })
    }

    pub fn model_info(&self) -> Value {
        json!({"name": self.model, "version": env!("CARGO_PKG_VERSION"), "arch": "whisper"})
    }

    /// A text that will not change.
    pub fn alternative(&self, told: &Final, speaker: u16) -> Value {
        let words: Vec<Value> = self.words(told, speaker);
        let transcript = if self.punctuate { told.text.clone() } else { plain(&told.text) };
        let language = told.language.code();
        json!({"transcript": transcript, "confidence": told.confidence, "words": words, "languages": [language]})
    }

    pub fn words(&self, told: &Final, speaker: u16) -> Vec<Value> {
        let one = |word: &actors::session::SessionWord| {
            let mut value = json!({
                "word": bare(&word.text),
                "start": seconds(word.start_ms),
                "end": seconds(word.end_ms),
                "confidence": word.confidence,
                "punctuated_word": word.text.trim(),
                "language": told.language.code(),
            });
            if self.label_speakers {
                value["speaker"] = json!(speaker);
            }
            value
        };
        told.words.iter().map(one).collect()
    }

    /// A text that may still change; its words are spread evenly, because only the final knows their times.
    pub fn interim(&self, partial: &Partial, place: Place) -> Value {
        let text = [partial.committed.trim(), partial.tentative.trim()].join(" ");
        let shown: Vec<&str> = text.split_whitespace().collect();
        let (count, length) = (shown.len().max(1) as u64, place.end_ms.saturating_sub(place.start_ms));
        let at = |n: usize| seconds(place.start_ms + length * n as u64 / count);
        let word = |(n, text): (usize, &&str)| {
            json!({
                "word": bare(text), "punctuated_word": text, "start": at(n), "end": at(n + 1), "confidence": 0.5,
            })
        };
        let words: Vec<Value> = shown.iter().enumerate().map(word).collect();
        let transcript = if self.punctuate { shown.join(" ") } else { plain(&text) };
        self.result(place, &json!({"transcript": transcript, "confidence": 0.5, "words": words}))
    }

    pub fn nothing() -> Value {
        json!({"transcript": "", "confidence": 0.0, "words": []})
    }

    pub fn metadata(&self, sound_ms: u64, sha256: &str, created: &str) -> Value {
        let uuid = model_uuid(&self.model);
        json!({
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": self.request_id,
            "sha256": sha256,
            "created": created,
            "duration": seconds(sound_ms),
            "channels": self.channels,
            "models": [uuid],
            "model_info": {uuid: self.model_info()},
        })
    }
}

/// Without marks and capitals.
fn plain(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(bare).collect();
    words.join(" ")
}
