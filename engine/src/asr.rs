//! What a speech recogniser is asked, what it answers, and what must be known of a model to ask it rightly.
//!
//! These types cross the process border (see `engine-worker`), so they are plain data.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// What callers of one particular model must respect. Comes from the model catalogue; nothing in the code
/// knows a model by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFacts {
    /// Languages the model was trained for; empty = whatever the file itself says.
    pub languages: Vec<Language>,
    /// Smallest encoder context in 20 ms frames at which the model still works (stock models: 512).
    pub audio_ctx_floor: u16,
    /// Silence kept after the speech inside the encoder context, in milliseconds (stock models: 2000).
    pub audio_ctx_margin_ms: u32,
    /// Longest utterance that the model transcribes well, in milliseconds.
    pub longest_utterance_ms: u32,
    /// Whether an initial prompt (dictionary, previous text) helps; some models must not be given one.
    pub takes_prompt: bool,
    /// Temperatures tried after the first greedy pass failed its checks; empty = never.
    pub temperature_ladder: Vec<f32>,
    /// Beam width of finals and batch work; 1 = greedy. Partials are always greedy.
    pub beam: u8,
    /// Most tokens one second of speech can need (the cap of a decode).
    pub tokens_per_second: f32,
    /// Whether flash attention gives the right answers and is faster with this file: it encodes 30 s a fifth faster, and
    /// doubles the time of a decoder step over them.
    pub flash_attention: bool,
    /// Whether the model's own entropy / log-probability measures mean anything.
    pub trustworthy_scores: bool,
}

impl Default for ModelFacts {
    /// A stock Whisper model.
    fn default() -> Self {
        Self {
            languages: Vec::new(),
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

/// Which languages a decode may come out in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LanguageChoice {
    /// Said by the user.
    Fixed(Language),
    /// Detected among these (empty = all that the model knows), the first being the likeliest before any sound.
    Among(Vec<Language>),
}

/// Why a decode is wanted: decides beam, retries and how much patience it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    Partial,
    Final,
    Batch,
}

/// How much encoder context a decode gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContextSize {
    /// As long as the sound plus the model's margin.
    Fitted,
    /// The smallest that holds the sound: margin halved (a step of degradation under load).
    Tight,
    /// The model's full window.
    Full,
}

/// Everything about a decode except its sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecodeOptions {
    pub purpose: Purpose,
    pub language: LanguageChoice,
    pub context: ContextSize,
    /// Words to listen for and the text before; ignored where the model takes no prompt.
    pub prompt: Option<String>,
    /// Translate into English instead of transcribing (only models trained for it).
    pub translate: bool,
    /// Milliseconds of the sound in which somebody speaks, as the detector measured them (for the density check).
    pub voiced_ms: u32,
}

/// One recognised word. Times count from the first sample of the decoded sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// As written, punctuation included, no surrounding spaces.
    pub text: String,
    pub start_ms: u32,
    pub end_ms: u32,
    /// Geometric mean of its tokens' probabilities, 0..=1.
    pub confidence: f32,
}

/// What came out of one decode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    pub language: Language,
    /// Probability of the language when it was detected, else 1.
    pub language_probability: f32,
    pub words: Vec<Word>,
    pub no_speech_probability: f32,
    /// Mean log probability of the tokens.
    pub average_log_probability: f32,
    /// Encoder context used, in 20 ms frames.
    pub audio_ctx: u16,
    /// Decodes it took (1 = the first was good).
    pub passes: u8,
    /// Checks that made a pass be thrown away or cut.
    pub tripped: Vec<Trip>,
}

/// Why a pass was not taken as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Trip {
    /// The same words over and over.
    Loop,
    /// More words than anyone can say in the voiced time.
    TooDense,
    /// Too few words for the voiced time.
    TooSparse,
    /// Tokens scattered as in noise, or improbable.
    Unlikely,
    /// The prompt came back as text.
    PromptEcho,
    /// The token cap was reached before the end.
    Truncated,
}

impl Transcript {
    /// Nothing was said.
    pub fn empty(language: Language) -> Self {
        Self {
            language,
            language_probability: 1.0,
            words: Vec::new(),
            no_speech_probability: 1.0,
            average_log_probability: 0.0,
            audio_ctx: 0,
            passes: 0,
            tripped: Vec::new(),
        }
    }

    /// The words joined by spaces.
    pub fn text(&self) -> String {
        join_words(&self.words)
    }

    /// Mean confidence of the words, 0 where there are none.
    pub fn confidence(&self) -> f32 {
        if self.words.is_empty() {
            return 0.0;
        }
        self.words.iter().map(|w| w.confidence).sum::<f32>() / self.words.len() as f32
    }
}

/// Words as text: joined by single spaces.
pub fn join_words(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}
