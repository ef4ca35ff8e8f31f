//! Text to words: cut, folded, stemmed.
//!
//! What comes out consists of letters, digits and marks only, in lower case. That is what lets SQLite's `ascii`
//! tokenizer and PostgreSQL's `tsvector` cast take the words exactly as they are.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Counts changes to this file (or to the stemmer) that make other stems of the same text: stored ones are then made
/// again. The test `stems_are_the_ones_that_are_stored` fails when it should have been counted up.
pub const STEMS_VERSION: u32 = 1;

/// Longer runs of letters are no words; PostgreSQL takes lexemes up to 2046 bytes.
const MAX_WORD_CHARS: usize = 64;

/// PostgreSQL takes search vectors up to 1 MiB; words after this many bytes of stems are not searchable.
const MAX_STEMS_BYTES: usize = 512 * 1024;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// Lower case, ё as е, without accents on Latin letters.
    pub folded: String,
    pub stem: String,
}

/// The words of a text in order.
pub fn words_of(text: &str) -> impl Iterator<Item = Word> {
    text.split_word_bound_indices()
        .flat_map(|(at, piece)| pieces(piece).map(move |range| (at, piece, range)))
        .filter_map(|(at, piece, range)| {
            let folded = fold_word(&piece[range.clone()]);
            if folded.is_empty() {
                return None;
            }
            let stem = stem(&folded).into_owned();
            Some(Word { range: at + range.start..at + range.end, folded, stem })
        })
}

/// The stems of all texts, separated by spaces; between two texts a `|`, over which no phrase reaches.
pub fn stems_of(texts: &[&str]) -> String {
    let mut stems = String::new();
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            stems.push_str(" |");
        }
        for word in words_of(text) {
            if stems.len() + word.stem.len() >= MAX_STEMS_BYTES {
                return stems;
            }
            if !stems.is_empty() {
                stems.push(' ');
            }
            stems.push_str(&word.stem);
        }
    }
    stems
}

/// A name in the form in which names are compared: folded words, single spaces.
pub fn fold(text: &str) -> String {
    let compatible: String = text.nfkc().collect();
    let lower = compatible.to_lowercase().replace('ё', "е");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs of word characters inside what Unicode calls one word ("3.14" and "foo_bar" are two to us, "don't" is one).
fn pieces(piece: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = 0..piece.len();
    std::iter::from_fn(move || {
        let tail = &piece[rest.clone()];
        let start = rest.start + tail.find(is_word_char)?;
        let end = piece[start..]
            .char_indices()
            .find(|&(at, c)| !(is_word_char(c) || is_apostrophe(c) && letter_follows(&piece[start + at..])))
            .map_or(piece.len(), |(at, _)| start + at);
        rest.start = end;
        Some(start..end)
    })
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

fn letter_follows(from_apostrophe: &str) -> bool {
    from_apostrophe.chars().nth(1).is_some_and(char::is_alphabetic)
}

fn fold_word(word: &str) -> String {
    let possessive = ["'s", "’s", "'S", "’S"].iter().find_map(|end| word.strip_suffix(end));
    let latin = word.chars().all(|c| c.is_ascii() || is_latin(c) || is_combining_mark(c) || is_apostrophe(c));
    let compatible = possessive.unwrap_or(word).nfkc().flat_map(char::to_lowercase);
    let mut folded = String::with_capacity(word.len());
    if latin {
        folded.extend(compatible.nfd().filter(|c| c.is_alphanumeric()));
    } else {
        // Composed again, because lower case can decompose. Й keeps its mark (it is a letter of its own), a stress
        // mark goes, Ё is written as Е by half the people who use it.
        folded.extend(
            compatible.nfc().filter(|&c| is_word_char(c) && !is_stress(c)).map(|c| if c == 'ё' { 'е' } else { c }),
        );
    }
    if folded.chars().count() > MAX_WORD_CHARS { folded.chars().take(MAX_WORD_CHARS).collect() } else { folded }
}

fn is_stress(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}')
}

fn is_latin(c: char) -> bool {
    matches!(c, '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff21}'..='\u{ff5a}')
        && c.is_alphabetic()
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

/// Russian for Cyrillic letters, English for Latin ones, nothing for the rest and for words with digits in them.
/// Other languages in these alphabets lose an ending here or there, but text and query lose the same one.
fn stem(folded: &str) -> Cow<'_, str> {
    static RUSSIAN: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::Russian));
    static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    let stemmed = if folded.chars().all(is_cyrillic) {
        RUSSIAN.stem(folded)
    } else if folded.bytes().all(|b| b.is_ascii_lowercase()) {
        ENGLISH.stem(folded)
    } else {
        Cow::Borrowed(folded)
    };
    if stemmed.is_empty() { Cow::Borrowed(folded) } else { stemmed }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stems(text: &str) -> String {
        stems_of(&[text])
    }

    #[test]
    fn inflected_forms_share_a_stem() {
        for forms in [
            &["отчёт", "отчеты", "отчёты", "Отчётами", "отчета"][..],
            &["run", "running", "runs", "RUN"],
            &["встреча", "встречи", "встречу", "встречами"],
            &["report", "reports", "reported", "Report's", "report’s"],
            &["работать", "работал", "работали"],
            &["café", "cafe", "CAFÉS"],
            &["за́мок", "замок"],
        ] {
            let first = stems(forms[0]);
            for form in forms {
                assert_eq!(stems(form), first, "{form}");
            }
        }
    }

    #[test]
    fn different_words_keep_different_stems() {
        assert_ne!(stems("байт"), stems("баит"));
        assert_ne!(stems("report"), stems("rapport"));
        assert_ne!(stems("2024"), stems("2025"));
    }

    #[test]
    fn stems_are_the_ones_that_are_stored() {
        // When one of these changes, rows written before are not found any more: count up `STEMS_VERSION`.
        assert_eq!(
            stems("Отчёты по продажам за 2024-й год: e-mail'ы, running quickly; don't 3.14 foo_bar 会議室"),
            "отчет по продаж за 2024 й год e mailы run quick dont 3 14 foo bar 会 議 室"
        );
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "«Ёлки», don't stop";
        let found: Vec<&str> = words_of(text).map(|word| &text[word.range]).collect();
        assert_eq!(found, ["Ёлки", "don't", "stop"]);
    }

    #[test]
    fn two_texts_are_kept_apart() {
        assert_eq!(stems_of(&["one two", "three"]), "one two | three");
        assert_eq!(stems_of(&["", "three"]), " | three");
    }

    #[test]
    fn names_are_compared_without_case_width_or_yo() {
        assert_eq!(fold("  Пётр   ИВАНОВ "), "петр иванов");
        assert_eq!(fold("ＡＢＣ"), "abc");
    }

    #[test]
    fn endless_text_and_endless_words_stay_within_the_databases_limits() {
        let long_word = "я".repeat(10_000);
        assert!(words_of(&long_word).all(|word| word.stem.chars().count() <= MAX_WORD_CHARS));
        let long_text = "слово ".repeat(400_000);
        assert!(stems(&long_text).len() <= MAX_STEMS_BYTES);
    }

    proptest! {
        /// The databases split stems at spaces and ASCII punctuation and must split nothing else.
        #[test]
        fn a_stem_holds_nothing_that_a_database_would_split_or_fold(text in any::<String>()) {
            for word in words_of(&text) {
                prop_assert!(!word.stem.is_empty());
                prop_assert!(word.stem.chars().all(is_word_char), "{:?}", word.stem);
                prop_assert!(!word.stem.bytes().any(|b| b.is_ascii_uppercase()));
                prop_assert!(text.is_char_boundary(word.range.start) && text.is_char_boundary(word.range.end));
            }
        }

        /// A query made of a word of the text is the word again.
        #[test]
        fn a_word_taken_from_a_text_has_the_same_stem_alone(text in "[а-яА-ЯёЁa-zA-Z0-9 ,.'’-]{0,60}") {
            for word in words_of(&text) {
                let alone: Vec<Word> = words_of(&text[word.range.clone()]).collect();
                prop_assert_eq!(alone.len(), 1);
                prop_assert_eq!(&alone[0].stem, &word.stem);
            }
        }
    }
}
