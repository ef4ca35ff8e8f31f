//! What callers of one particular speech model must respect.

use serde::Deserialize;

/// The plain data of `engine`'s facts of a model (this package knows no other, so whoever loads a model copies them
/// over). What an entry leaves out is as for a stock Whisper model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AsrFacts {
    /// Smallest encoder context in 20 ms frames at which the model still works.
    pub audio_ctx_floor: u16,
    /// Silence kept after the speech inside the encoder context, in milliseconds.
    pub audio_ctx_margin_ms: u32,
    /// Longest utterance that the model transcribes well, in milliseconds.
    pub longest_utterance_ms: u32,
    /// Whether an initial prompt helps; some models must not be given one.
    pub takes_prompt: bool,
    /// Temperatures tried after the first greedy pass failed its checks; empty = never.
    pub temperature_ladder: Vec<f32>,
    /// Beam width of finals and batch work; 1 = greedy.
    pub beam: u8,
    /// Most tokens one second of speech can need.
    pub tokens_per_second: f32,
    /// Whether flash attention gives the right answers and is faster with this file.
    pub flash_attention: bool,
    /// Whether the model's own entropy and log-probability measures mean anything.
    pub trustworthy_scores: bool,
}

impl Default for AsrFacts {
    /// A stock Whisper model: trained on 30 s windows only, so short contexts need a floor and a margin.
    fn default() -> Self {
        Self {
            audio_ctx_floor: 512,
            audio_ctx_margin_ms: 2000,
            longest_utterance_ms: 28_000,
            takes_prompt: true,
            temperature_ladder: vec![0.2, 0.4],
            beam: 1,
            tokens_per_second: 8.0,
            flash_attention: false,
            trustworthy_scores: true,
        }
    }
}
