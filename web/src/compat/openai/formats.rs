//! A transcription in each of the six forms. Pure.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};

use super::request::{ResponseFormat, TranscriptionRequest};
use crate::compat::recording::{Outcome, Spoken};
use crate::compat::words::{joined, seconds};
use crate::files::subtitles::{TimedWord, cues, srt, vtt};

/// The body of a reply and its type.
pub fn body(request: &TranscriptionRequest, spoken: &[Spoken], outcome: &Outcome) -> (String, &'static str) {
    const JSON: &str = "application/json";
    const TEXT: &str = "text/plain; charset=utf-8";
    match request.format {
        ResponseFormat::Json => (json_form(request, spoken, outcome).to_string(), JSON),
        ResponseFormat::VerboseJson => (verbose(request, spoken, outcome).to_string(), JSON),
        ResponseFormat::DiarizedJson => (diarized(spoken, outcome).to_string(), JSON),
        ResponseFormat::Text => (text(spoken) + "\n", TEXT),
        ResponseFormat::Srt => (srt(&cues(&timed(spoken))), TEXT),
        ResponseFormat::Vtt => (vtt(&cues(&timed(spoken))), "text/vtt; charset=utf-8"),
    }
}

pub fn text(spoken: &[Spoken]) -> String {
    joined(spoken.iter().map(|spoken| &spoken.told))
}

pub fn usage(outcome: &Outcome) -> Value {
    json!({"type": "duration", "seconds": outcome.sound_ms.div_ceil(1000)})
}

fn json_form(request: &TranscriptionRequest, spoken: &[Spoken], outcome: &Outcome) -> Value {
    let mut form = json!({"text": text(spoken), "usage": usage(outcome)});
    if request.logprobs {
        let words = spoken.iter().flat_map(|spoken| &spoken.told.words);
        let one = |word: &actors::session::SessionWord| {
            let token = format!(" {}", word.text);
            json!({"bytes": token.as_bytes(), "logprob": logprob(word.confidence), "token": token})
        };
        form["logprobs"] = words.map(one).collect();
    }
    if !outcome.warnings.is_empty() {
        form["warnings"] = json!(outcome.warnings);
    }
    form
}

fn verbose(request: &TranscriptionRequest, spoken: &[Spoken], outcome: &Outcome) -> Value {
    // Of the language that most was said in.
    let mut heard: Vec<(u64, &str)> = Vec::new();
    for Spoken { told, .. } in spoken {
        let (name, ms) = (told.language.english_name(), told.end_ms.saturating_sub(told.start_ms));
        match heard.iter_mut().find(|(_, known)| *known == name) {
            Some((sum, _)) => *sum += ms,
            None => heard.push((ms, name)),
        }
    }
    let language = heard.iter().max().map_or_else(String::new, |(_, name)| name.to_lowercase());
    let mut form = json!({
        "task": "transcribe",
        "language": language,
        "duration": seconds(outcome.sound_ms),
        "text": text(spoken),
        "usage": usage(outcome),
    });
    if request.segments {
        form["segments"] =
            spoken.iter().enumerate().map(|(at, spoken)| segment(at, spoken, request.temperature)).collect();
    }
    if request.words {
        let words = spoken.iter().flat_map(|spoken| &spoken.told.words);
        let word = |word: &actors::session::SessionWord| json!({"word": word.text, "start": seconds(word.start_ms), "end": seconds(word.end_ms)});
        form["words"] = words.map(word).collect();
    }
    if !outcome.warnings.is_empty() {
        form["warnings"] = json!(outcome.warnings);
    }
    form
}

fn segment(at: usize, Spoken { told, .. }: &Spoken, temperature: f64) -> Value {
    json!({
        "id": at,
        // In hundredths of a second, as Whisper counts.
        "seek": told.start_ms / 10,
        "start": seconds(told.start_ms),
        "end": seconds(told.end_ms),
        "text": told.text,
        // Our tokens mean nothing to anybody else.
        "tokens": [],
        "temperature": temperature,
        "avg_logprob": logprob(told.confidence),
        "compression_ratio": compression_ratio(&told.text),
        // Only what was heard as speech is decoded at all.
        "no_speech_prob": 0.0,
    })
}

fn diarized(spoken: &[Spoken], outcome: &Outcome) -> Value {
    let segments: Value = spoken.iter().enumerate().map(|(at, spoken)| speaker_segment(at, spoken)).collect();
    json!({
        "task": "transcribe",
        "duration": seconds(outcome.sound_ms),
        "text": text(spoken),
        "segments": segments,
        "usage": usage(outcome),
    })
}

pub fn speaker_segment(at: usize, Spoken { channel, told }: &Spoken) -> Value {
    json!({
        "type": "transcript.text.segment",
        "id": format!("seg_{at}"),
        "start": seconds(told.start_ms),
        "end": seconds(told.end_ms),
        "text": told.text,
        "speaker": speaker(*channel),
    })
}

/// A, B, ...
fn speaker(channel: u16) -> String {
    char::from(b'A' + (channel % 26) as u8).to_string()
}

fn timed(spoken: &[Spoken]) -> Vec<TimedWord> {
    let mut words: Vec<TimedWord> = Vec::new();
    for Spoken { told, .. } in spoken {
        // The text's own words (it may have been cleaned); their times from the recognised ones as far as those go.
        let shown: Vec<&str> = told.text.split_whitespace().collect();
        let count = shown.len().max(1) as u64;
        let even = |at: usize| told.start_ms + (told.end_ms - told.start_ms) * at as u64 / count;
        for (at, text) in shown.iter().enumerate() {
            let own = (shown.len() == told.words.len()).then(|| &told.words[at]);
            let (start_ms, end_ms) = own.map_or((even(at), even(at + 1)), |word| (word.start_ms, word.end_ms));
            let start_ms = start_ms.max(words.last().map_or(0, |last| last.end_ms));
            words.push(TimedWord { text: (*text).to_owned(), start_ms, end_ms: end_ms.max(start_ms + 1) });
        }
    }
    words
}

fn logprob(confidence: f32) -> f64 {
    f64::from(confidence.clamp(1e-4, 1.0)).ln()
}

/// As Whisper measures it: repetitions compress well.
fn compression_ratio(text: &str) -> f64 {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    compressed.map_or(1.0, |compressed| text.len() as f64 / compressed.len().max(1) as f64)
}
