//! Constrained decoding: at every step a model may only say the next word of a text (as it stands, with a small or with
//! a capital letter), put a mark behind the last one, skip what may be skipped, or end. Whatever it prefers, the reply
//! then consists of the text's words in their order.
//!
//! A [`Plan`] is made once per text from its [`words`] and a model's [`Spelling`]; a [`Cursor`] walks it token by token.
//! Where the same tokens can stand for several places of the text ("the" of two that may be one too many), the cursor
//! keeps all of them.

mod cursor;
#[cfg(test)]
mod plan_tests;
pub mod words;

pub use cursor::{Cursor, Step};

use super::{Skips, Token};

/// Marks that may stand behind a word; at most one.
pub const MARKS: [&str; 7] = [",", ".", "?", "!", ":", ";", " —"];

/// How a model's vocabulary writes.
pub trait Spelling {
    /// The tokens of a text that goes on after other text; a word brings the space before it.
    fn continued(&self, text: &str) -> Vec<Token>;

    /// The tokens of a text with which a reply begins; several ways where models may differ (with a space or without).
    fn opening(&self, text: &str) -> Vec<Vec<Token>>;

    /// The tokens by which a reply ends.
    fn ends(&self) -> &[Token];
}

/// Everything that may be said, in tokens.
#[derive(Debug, Clone)]
pub struct Plan {
    words: Vec<Forms>,
    /// Positions at which to go on instead of each position, see [`Skips::reachable`].
    reachable: Vec<Vec<usize>>,
    marks: Vec<Vec<Token>>,
    ends: Vec<Token>,
}

/// The ways in which a word may be written.
#[derive(Debug, Clone)]
struct Forms {
    opening: Vec<Vec<Token>>,
    continued: Vec<Vec<Token>>,
}

/// A text that cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("there are no words to keep")]
    NoWords,
    #[error("the model's vocabulary cannot write `{word}`")]
    Unspellable { word: String },
}

impl Plan {
    /// The plan of a text: one paragraph, its line breaks are not kept.
    pub fn new(text: &str, skips: &Skips, spelling: &impl Spelling) -> Result<Self, PlanError> {
        let words = words::parse(text);
        if words.is_empty() {
            return Err(PlanError::NoWords);
        }
        let plain: Vec<String> = words.iter().map(|word| word.plain.clone()).collect();
        let words = words.iter().map(|word| Forms::new(word, spelling)).collect::<Result<_, _>>()?;
        Ok(Self {
            words,
            reachable: skips.reachable(&plain),
            marks: MARKS.iter().map(|mark| spelling.continued(mark)).filter(|mark| !mark.is_empty()).collect(),
            ends: spelling.ends().to_vec(),
        })
    }

    /// No reply is longer, in tokens, its end included.
    pub fn longest_reply(&self) -> usize {
        let longest = |ways: &[Vec<Token>]| ways.iter().map(Vec::len).max().unwrap_or(0);
        let mark = longest(&self.marks);
        self.words.iter().map(|forms| longest(&forms.opening).max(longest(&forms.continued)) + mark).sum::<usize>() + 1
    }
}

impl Forms {
    fn new(word: &words::Word, spelling: &impl Spelling) -> Result<Self, PlanError> {
        let texts = word.forms();
        let mut forms = Self {
            opening: texts.iter().flat_map(|text| spelling.opening(text)).collect(),
            continued: texts.iter().map(|text| spelling.continued(&format!(" {text}"))).collect(),
        };
        for ways in [&mut forms.opening, &mut forms.continued] {
            ways.retain(|way| !way.is_empty());
            ways.sort();
            ways.dedup();
            if ways.is_empty() {
                return Err(PlanError::Unspellable { word: word.text.clone() });
            }
        }
        Ok(forms)
    }
}
