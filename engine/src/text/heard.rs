//! What the recogniser heard: the raw text and, where it gave times, the pauses in it.

use crate::asr::Word;

/// A silence of this length between two words may be the border of a sentence. A longer one ends the utterance (see
/// `segmenter`), a shorter one is a breath.
const PAUSE_MS: u32 = 600;

/// A raw text as the rules take it. `"text".into()` where there are no times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    text: String,
    /// Bytes of the text before each pause, ascending; always the end of a word.
    pauses: Vec<usize>,
}

impl Heard {
    /// The words of a transcript, joined by spaces.
    pub fn from_words(words: &[Word]) -> Self {
        let mut heard = Self::default();
        let mut end_ms = None;
        for word in words.iter().filter(|word| !word.text.is_empty()) {
            if end_ms.is_some_and(|end_ms| word.start_ms.saturating_sub(end_ms) >= PAUSE_MS) {
                heard.pauses.push(heard.text.len());
            }
            if !heard.text.is_empty() {
                heard.text.push(' ');
            }
            heard.text.push_str(&word.text);
            end_ms = Some(word.end_ms);
        }
        heard
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn pauses(&self) -> &[usize] {
        &self.pauses
    }
}

impl From<&str> for Heard {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), pauses: Vec::new() }
    }
}

impl From<&String> for Heard {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_silences_between_words_are_pauses() {
        let word = |text: &str, start_ms, end_ms| Word { text: text.into(), start_ms, end_ms, confidence: 1.0 };
        let words = [word("да", 0, 300), word("идём", 1000, 1300), word("", 1400, 1400), word("туда", 1500, 1800)];
        let heard = Heard::from_words(&words);
        assert_eq!((heard.text(), heard.pauses()), ("да идём туда", &[4][..]));
        assert_eq!(Heard::from("да идём туда").pauses(), &[] as &[usize]);
    }
}
