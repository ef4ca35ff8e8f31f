//! From sound to words, step by step: which language, which tokens, which words, and whether to believe them.

pub mod beam;
pub mod greedy;
pub mod language;
pub mod logits;
pub mod policy;
pub mod prompt;
pub mod times;
pub mod words;

use crate::state::StepFailed;

/// The decoder as the passes see it: the library's in the product, a scripted one in tests.
pub trait Decoder {
    /// See [`crate::state::State::decode`].
    fn decode(&mut self, tokens: &[i32], past: usize) -> Result<&mut [f32], StepFailed>;
}

impl Decoder for crate::state::State {
    fn decode(&mut self, tokens: &[i32], past: usize) -> Result<&mut [f32], StepFailed> {
        Self::decode(self, tokens, past)
    }
}

/// Somebody who waits for a decode: is shown that it lives, and may call it off.
pub trait Watcher {
    /// Called before and after the encoder and after every token; false = stop as soon as you can.
    fn go_on(&self, percent: u8) -> bool;
}

/// Nobody waits: for warm-up runs and tools.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn go_on(&self, _: u8) -> bool {
        true
    }
}

/// Why a decode ended without a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    #[error("called off")]
    CalledOff,
    #[error(transparent)]
    Failed(#[from] StepFailed),
}

/// A token with how sure the model was of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token {
    pub id: i32,
    pub log_probability: f32,
}

/// What one run of the decoder gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pass {
    /// Text tokens only: the end is not among them.
    pub tokens: Vec<Token>,
    /// The model did not come to an end by itself.
    pub truncated: bool,
    /// Mean over the tokens, the end included.
    pub average_log_probability: f32,
}

/// What stands before the text: the prompt, the start, the language and the task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub tokens: Vec<i32>,
    /// How many of them the decoder has been given already.
    pub given: usize,
}
