//! A transcription in each of the six forms. Pure.

use std::io::Write as _;

use actors::session::SessionWord;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};

use super::request::{ResponseFormat, TranscriptionRequest};
use crate::compat::recording::{Outcome, Spoken};
use crate::compat::words::{joined, seconds, speaker_name};
use crate::files::subtitles::{TimedWord, cues, spread, srt, vtt};

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
        form["logprobs"] = logprobs(spoken.iter().flat_map(|spoken| &spoken.told.words));
    }
    if !outcome.warnings.is_empty() {
        form["warnings"] = json!(outcome.warnings);
    }
    form
}

/// How sure each word is. Our words stand for tokens, which mean nothing to anybody else.
pub fn logprobs<'a>(words: impl Iterator<Item = &'a SessionWord>) -> Value {
    let one = |word: &SessionWord| {
        let token = format!(" {}", word.text);
        json!({"bytes": token.as_bytes(), "logprob": logprob(word.confidence), "token": token})
    };
    words.map(one).collect()
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
        let word = |word: &SessionWord| json!({"word": word.text, "start": seconds(word.start_ms), "end": seconds(word.end_ms)});
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
    let mut form = json!({
        "task": "transcribe",
        "duration": seconds(outcome.sound_ms),
        "text": text(spoken),
        "segments": speaker_segments(spoken, outcome),
        "usage": usage(outcome),
    });
    if !outcome.warnings.is_empty() {
        form["warnings"] = json!(outcome.warnings);
    }
    form
}

/// Who said what, in the order of `spoken`.
pub fn speaker_segments(spoken: &[Spoken], outcome: &Outcome) -> Vec<Value> {
    let segment = |(at, (Spoken { told, .. }, number)): (usize, (&Spoken, u16))| {
        json!({
            "type": "transcript.text.segment",
            "id": format!("seg_{at}"),
            "start": seconds(told.start_ms),
            "end": seconds(told.end_ms),
            "text": told.text,
            "speaker": speaker_name(number),
        })
    };
    spoken.iter().zip(outcome.speakers_of(spoken)).enumerate().map(segment).collect()
}

fn timed(spoken: &[Spoken]) -> Vec<TimedWord> {
    let mut words = Vec::new();
    for Spoken { told, .. } in spoken {
        let known: Vec<(u64, u64)> = told.words.iter().map(|word| (word.start_ms, word.end_ms)).collect();
        spread(&told.text, (told.start_ms, told.end_ms), &known, &mut words);
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
