//! Tokens become words.

use super::Token;
use crate::model::Vocabulary;

/// A word and the tokens that it is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Spelled {
    pub text: String,
    /// Indices of its first and last token with any text.
    pub first: usize,
    pub last: usize,
    /// Geometric mean of its tokens' probabilities.
    pub confidence: f32,
}

/// Puts words together. A word begins where a token begins with a space; a character may be spread over tokens;
/// tokens without text belong to no word. Languages that are written without spaces come out as one word a stretch.
pub fn spell(tokens: &[Token], vocabulary: &Vocabulary) -> Vec<Spelled> {
    let mut words = Vec::new();
    let mut open: Option<Open> = None;
    for (index, token) in tokens.iter().enumerate() {
        let bytes = vocabulary.text(token.id);
        if bytes.is_empty() {
            continue;
        }
        if bytes[0] == b' ' {
            words.extend(open.take().and_then(Open::close));
        }
        let open =
            open.get_or_insert_with(|| Open { bytes: Vec::new(), first: index, last: index, sum: 0.0, count: 0 });
        open.bytes.extend_from_slice(bytes);
        open.last = index;
        open.sum += token.log_probability;
        open.count += 1;
    }
    words.extend(open.and_then(Open::close));
    words
}

struct Open {
    bytes: Vec<u8>,
    first: usize,
    last: usize,
    sum: f32,
    count: u32,
}

impl Open {
    /// The word, unless nothing is left of it (a lone space, half a character).
    fn close(self) -> Option<Spelled> {
        let text = String::from_utf8_lossy(&self.bytes).replace(char::REPLACEMENT_CHARACTER, "");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let confidence = (self.sum / self.count as f32).exp().clamp(0.0, 1.0);
        (!text.is_empty()).then_some(Spelled { text, first: self.first, last: self.last, confidence })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vocabulary(pieces: &[&[u8]]) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        for piece in pieces {
            vocabulary.push(piece);
        }
        vocabulary
    }

    fn spelled(pieces: &[&[u8]]) -> Vec<Spelled> {
        let tokens: Vec<Token> = (0..pieces.len()).map(|id| Token { id: id as i32, log_probability: -0.5 }).collect();
        spell(&tokens, &vocabulary(pieces))
    }

    #[test]
    fn a_space_begins_a_word_and_blanks_belong_to_none() {
        let words = spelled(&[b"", b" He", b"", b"llo", b",", b"", b" wor", b"ld", b"", b"."]);
        let seen: Vec<_> = words.iter().map(|word| (word.text.as_str(), word.first, word.last)).collect();
        assert_eq!(seen, [("Hello,", 1, 4), ("world.", 6, 9)]);
        assert!((words[0].confidence - (-0.5_f32).exp()).abs() < 1e-6);
    }

    #[test]
    fn a_letter_that_is_spread_over_tokens_comes_out_whole() {
        let words = spelled(&[b" \xd0", b"\xb4\xd0", b"\xb0", b" \xd0\xbd\xd0\xb5\xd1"]);
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["да", "не"]);
    }

    #[test]
    fn nothing_is_left_of_spaces_and_of_half_a_letter() {
        assert!(spelled(&[b" ", b" ", b"\n", b" \xd0"]).is_empty());
    }

    proptest! {
        #[test]
        fn no_tokens_bring_a_panic_or_a_word_with_spaces(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..5), 0..40),
        ) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let words = spelled(&pieces);
            for word in &words {
                prop_assert!(!word.text.is_empty() && word.text.trim() == word.text);
                prop_assert!(word.first <= word.last && word.last < pieces.len());
            }
            prop_assert!(words.windows(2).all(|pair| pair[0].last < pair[1].first));
        }
    }
}
