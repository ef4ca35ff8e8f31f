//! What stands before the text, and the prompt's words as tokens.

use std::collections::HashMap;

use engine::language::Language;

use super::Opening;
use crate::model::{Vocabulary, Weights};

/// Turns a prompt's text into tokens: the longest piece of the vocabulary each time, as whisper.cpp does it, but
/// without its regular expressions, which recurse once per letter.
#[derive(Debug)]
pub struct Tokenizer {
    pieces: HashMap<Box<[u8]>, i32>,
    longest: usize,
}

impl Tokenizer {
    pub fn new(vocabulary: &Vocabulary, end: i32) -> Self {
        let pieces: HashMap<Box<[u8]>, i32> = vocabulary
            .tokens_where(end, |text| !text.is_empty())
            .map(|token| (Box::from(vocabulary.text(token)), token))
            .collect();
        let longest = pieces.keys().map(|piece| piece.len()).max().unwrap_or(0);
        Self { pieces, longest }
    }

    /// Bytes that no piece begins with are left out.
    pub fn tokens(&self, text: &str) -> Vec<i32> {
        let words = text.split_whitespace().flat_map(|word| [" ", word]);
        let text: String = words.collect();
        // A piece never goes over the border of a word: each word is taken by itself, with the space before it.
        let mut tokens = Vec::new();
        for word in split_before_spaces(text.as_bytes()) {
            let mut rest = word;
            while !rest.is_empty() {
                let mut lengths = (1..=rest.len().min(self.longest)).rev();
                match lengths.find_map(|length| Some((length, *self.pieces.get(&rest[..length])?))) {
                    Some((length, token)) => {
                        tokens.push(token);
                        rest = &rest[length..];
                    }
                    None => rest = &rest[1..],
                }
            }
        }
        tokens
    }
}

fn split_before_spaces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts: Vec<usize> = (0..text.len()).filter(|at| *at == 0 || text[*at] == b' ').collect();
    let ends: Vec<usize> = starts.iter().copied().skip(1).chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(move |(start, end)| &text[start..end])
}

/// What a pass begins with. The start token, which the language is asked of, has been given to the decoder already;
/// a prompt comes before it, so then everything is given anew.
pub fn opening(weights: &Weights, prompt: &[i32], language: Language, translate: bool) -> Opening {
    let special = weights.tokens;
    let mut tokens = Vec::new();
    if !prompt.is_empty() {
        // The library's own limit: half of the text context, the marker counted.
        let room = weights.file.shape.text_context as usize / 2 - 1;
        tokens.push(special.previous);
        tokens.extend_from_slice(&prompt[prompt.len().saturating_sub(room)..]);
    }
    let given = usize::from(tokens.is_empty());
    tokens.push(special.start);
    if let Some(token) = weights.language_token(language) {
        tokens.push(token);
        tokens.push(if translate { special.translate } else { special.transcribe });
    }
    tokens.push(special.no_timestamps);
    Opening { tokens, given }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::model::builtin;

    #[test]
    fn a_prompt_becomes_the_longest_pieces_and_reads_back() {
        let mut vocabulary = Vocabulary::default();
        for text in ["a", "b", " a", " ab", "abc", " ", "\u{43a}"] {
            vocabulary.push(text.as_bytes());
        }
        let tokenizer = Tokenizer::new(&vocabulary, 7);
        assert_eq!(tokenizer.tokens("ab  abc\nb"), [3, 3, 5, 1]);
        assert_eq!(tokenizer.tokens("\u{43a}x\u{43a}"), [5, 6, 6], "unknown letters are left out");
        assert!(tokenizer.tokens("  \n ").is_empty());
    }

    #[test]
    fn a_very_long_prompt_is_no_trouble() {
        let mut vocabulary = Vocabulary::default();
        vocabulary.push(b"a");
        assert_eq!(Tokenizer::new(&vocabulary, 1).tokens(&"a".repeat(100_000)).len(), 100_000);
    }

    #[test]
    fn an_opening_with_a_prompt_is_given_whole_and_keeps_the_prompts_end() {
        let weights = Weights::load(Cursor::new(builtin::BYTES), false).unwrap();
        let special = weights.tokens;
        let plain = opening(&weights, &[], Language::RUSSIAN, false);
        assert_eq!(plain.given, 1);
        assert_eq!(plain.tokens, [special.start, 50_263, special.transcribe, special.no_timestamps]);
        let prompt: Vec<i32> = (0..1000).collect();
        let prompted = opening(&weights, &prompt, Language::ENGLISH, true);
        assert_eq!((prompted.given, prompted.tokens[0]), (0, special.previous));
        assert_eq!(prompted.tokens[319], 999);
        assert_eq!(prompted.tokens[320..], [special.start, 50_259, special.translate, special.no_timestamps]);
    }
}
