//! The vocabulary of shape files: words such as `a12` that are one token each, so that a text of so many words has so
//! many tokens, and a text is read back as it was written.

/// Numbers of the special tokens.
pub const UNKNOWN: usize = 0;
pub const BEGIN: usize = 1;
pub const END: usize = 2;

/// Kinds of tokens, as in the file.
const NORMAL: i32 = 1;
const UNKNOWN_KIND: i32 = 2;
const CONTROL: i32 = 3;
const BYTE: i32 = 6;

/// Before a word stands this instead of a space.
pub const SPACE: char = '▁';

/// Tokens with their scores (the higher, the earlier two tokens become this one) and kinds.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    pub tokens: Vec<String>,
    pub scores: Vec<f32>,
    pub types: Vec<i32>,
}

impl Vocabulary {
    /// Specials, bytes, and the signs of which everything else is made.
    pub fn new() -> Self {
        let mut made = Self::default();
        made.push("<unk>", UNKNOWN_KIND);
        made.push("<s>", CONTROL);
        made.push("<|im_end|>", CONTROL);
        for byte in 0..=u8::MAX {
            made.push(&format!("<0x{byte:02X}>"), BYTE);
        }
        for sign in [SPACE].into_iter().chain('a'..='z').chain('0'..='9').chain(",.;:!?".chars()) {
            made.push(&sign.to_string(), NORMAL);
        }
        // A word is put together sign by sign from its beginning.
        for letter in 'a'..='z' {
            made.push(&format!("{SPACE}{letter}"), NORMAL);
        }
        made
    }

    /// Adds a word; answers its number.
    pub fn word(&mut self, text: &str) -> usize {
        self.push(text, NORMAL)
    }

    fn push(&mut self, text: &str, kind: i32) -> usize {
        self.tokens.push(text.to_owned());
        // Longer ones last: each is made of the one before and one more sign.
        self.scores.push(if kind == NORMAL { -(text.chars().count() as f32) } else { 0.0 });
        self.types.push(kind);
        self.tokens.len() - 1
    }

    /// Fills up to so many tokens with words that nobody says.
    pub fn fill(&mut self, size: usize) {
        for number in 0.. {
            if self.tokens.len() >= size {
                break;
            }
            self.push(&format!("{SPACE}z{number}"), NORMAL);
        }
    }
}
