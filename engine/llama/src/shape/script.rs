//! Scripts: a model whose next token follows from the last one alone. Script `a` says `a1 a2 a3 ...` and then ends;
//! every so many words it says something else than its plain text does, which is what drafts stumble over.
//!
//! The embedding of a token is random, and the output row of a token is the embedding of the token before it in the
//! script, so the likeliest next token is the script's.

use std::collections::HashMap;
use std::io::{self, Write};

use super::blocks::{Random, half};
use super::words::{END, SPACE, Vocabulary};
use crate::gguf::TensorType;

/// Words of each script.
pub const WORDS: usize = 320;
/// An edit every so many words, by script: `a` has one every 5, `b` every 10, ..., `f` none.
pub const EDIT_RATES: [usize; 6] = [5, 10, 20, 40, 80, 0];

/// Weights in a block, and where the block's scale is.
const BLOCK: usize = 256;
const SCALE_AT: usize = 208;
const SMALL_BLOCK: usize = 32;

/// A vocabulary and what follows what in it.
pub(super) struct Script {
    pub vocabulary: Vocabulary,
    /// The token whose embedding an output row has; itself where nothing leads to it.
    before: HashMap<usize, usize>,
    /// The last tokens of all scripts have one embedding: they all lead to the end.
    last: HashMap<usize, usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    Embedding,
    Output,
}

impl Script {
    /// All scripts in a vocabulary of so many tokens.
    pub fn new(size: usize) -> Self {
        let mut script = Self { vocabulary: Vocabulary::new(), before: HashMap::new(), last: HashMap::new() };
        let mut ends = Vec::new();
        for (number, rate) in EDIT_RATES.into_iter().enumerate() {
            let letter = char::from(b'a' + number as u8);
            let words = if size < 8192 { WORDS / 4 } else { WORDS };
            ends.extend(script.add(letter, words, rate));
        }
        let shared = ends.first().copied().unwrap_or(END);
        script.last = ends.into_iter().map(|end| (end, shared)).collect();
        script.before.insert(END, shared);
        script.vocabulary.fill(size);
        script
    }

    /// Adds a script; answers its last token. It begins behind the word `a0`.
    fn add(&mut self, letter: char, words: usize, rate: usize) -> Option<usize> {
        let plain: Vec<usize> =
            (0..=words).map(|word| self.vocabulary.word(&format!("{SPACE}{letter}{word}"))).collect();
        let mut said = vec![plain[0]];
        let mut edits = 0;
        for (word, token) in plain.iter().enumerate().skip(1) {
            if rate > 0 && word % rate == 0 {
                edits += 1;
                if edits % 2 == 1 {
                    // The word with a comma, as one token: another token for the same word.
                    said.push(self.vocabulary.word(&format!("{SPACE}{letter}{word},")));
                } else {
                    // A mark of its own, before the word.
                    said.push(self.vocabulary.word(&marks(usize::from(letter as u8 - b'a') * WORDS + edits)));
                    said.push(*token);
                }
            } else {
                said.push(*token);
            }
        }
        for pair in said.windows(2) {
            self.before.insert(pair[1], pair[0]);
        }
        said.last().copied()
    }

    /// Writes the rows of the embedding or of the output, scaled.
    pub fn write_rows(&self, out: &mut impl Write, width: usize, scale: f32, rows: Rows) -> io::Result<()> {
        for token in 0..self.vocabulary.tokens.len() {
            let source = match rows {
                Rows::Embedding => token,
                // A token that nothing leads to gets a row that looks like no token's.
                Rows::Output => self.before.get(&token).copied().unwrap_or(token + (1 << 32)),
            };
            let source = self.last.get(&source).copied().unwrap_or(source);
            // The same row wherever it is needed, without keeping any.
            let mut random = Random::new(source as u64 + 1);
            let kind = if width.is_multiple_of(BLOCK) { TensorType::Q6_K } else { TensorType::Q8_0 };
            let (block, scale_at, spread) =
                if kind == TensorType::Q6_K { (BLOCK, SCALE_AT, 48.0 * 18.5) } else { (SMALL_BLOCK, 0, 73.9) };
            for _ in 0..width / block {
                let mut bytes = random.block(kind, 1.0).to_vec();
                bytes[scale_at..scale_at + 2].copy_from_slice(&half(scale / spread).to_le_bytes());
                out.write_all(&bytes)?;
            }
        }
        Ok(())
    }
}

/// Marks in a row that no other number has; at least two, so that none is a sign of the vocabulary.
fn marks(mut number: usize) -> String {
    let signs = [',', '.', ';', ':', '!'];
    let mut text = String::from("?");
    while number > 0 {
        text.push(signs[number % signs.len()]);
        number /= signs.len();
    }
    text
}

/// The text of a script of so many words without its edits, ending with the word that makes the model say it.
pub fn prompt(letter: char, words: usize) -> String {
    format!("{} {letter}0", plain(letter, words))
}

/// The words of a script.
pub fn plain(letter: char, words: usize) -> String {
    let words: Vec<String> = (1..=words).map(|word| format!("{letter}{word}")).collect();
    words.join(" ")
}

/// What the model says.
pub fn said(letter: char, words: usize, rate: usize) -> String {
    let mut text = String::new();
    let mut edits = 0;
    for word in 1..=words {
        let edit = rate > 0 && word % rate == 0;
        edits += usize::from(edit);
        if edit && edits % 2 == 0 {
            text.push_str(&marks(usize::from(letter as u8 - b'a') * WORDS + edits));
        }
        text.push_str(&format!(" {letter}{word}"));
        if edit && edits % 2 == 1 {
            text.push(',');
        }
    }
    text.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_token_stands_twice_and_the_size_is_kept() {
        for size in [4096, 32_000] {
            let script = Script::new(size);
            let tokens: HashSet<&String> = script.vocabulary.tokens.iter().collect();
            assert_eq!((tokens.len(), script.vocabulary.tokens.len()), (size, size));
        }
    }

    #[test]
    fn edits_come_as_often_as_they_should() {
        let text = said('b', 40, 10);
        assert_eq!(text.split_whitespace().filter(|word| word.ends_with(',')).count(), 2, "{text}");
        assert!(text.contains(" b10, b11") && text.contains(" b19?"), "{text}");
        assert_eq!(said('f', 3, 0), "f1 f2 f3");
    }
}
