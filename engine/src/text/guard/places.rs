//! Where words and gaps stand in a text, and small questions about them.

use std::ops::Range;

use crate::text::Tongue;
use crate::text::draft::View;
use crate::text::sentences::ends_sentence;
use crate::text::tokens::{TokenKind, tokens};

pub(super) fn word_range(view: &View<'_>, i: usize) -> Range<usize> {
    view.draft.pieces[view.words[i]].raw.clone()
}

/// From the end of the word before to the beginning of word `i`; the ends of the text where there is none.
pub(super) fn gap_range(view: &View<'_>, i: usize, length: usize) -> Range<usize> {
    let start = if i == 0 { 0 } else { word_range(view, i - 1).end };
    let end = if i < view.len() { word_range(view, i).start } else { length };
    start..end
}

/// Whether these marks between two words begin a sentence with the second.
pub(super) fn opens_sentence(gap: &str, before: &str, after: &str) -> bool {
    tokens(gap).iter().any(|token| match token.kind {
        TokenKind::Space => token.breaks_line(),
        _ => ends_sentence(token.text, Some(before), Some(after)),
    })
}

pub(super) fn is_greeting(word: &str) -> bool {
    #[rustfmt::skip]
    const GREETINGS: [&str; 16] = [
        "thanks", "thank", "hello", "hi", "hey", "congratulations", "great", "welcome", "happy", "wow", "спасибо", "привет",
        "здравствуйте", "поздравляю", "поздравляем", "ура",
    ];
    GREETINGS.contains(&word)
}

/// Words that ё makes others of.
pub(super) fn is_ambiguous(tongue: Tongue, norm: &str) -> bool {
    #[rustfmt::skip]
    const PAIRS: [&str; 28] = [
        "все", "узнает", "узнаем", "узнаете", "узнают", "осел", "небо", "мел", "чем", "нем", "том", "берет", "падеж", "слез",
        "сел", "вел", "лен", "совершенный", "передохнем", "признает", "признаем", "создает", "солено", "поем", "черт", "моем",
        "твоем", "засекли",
    ];
    tongue == Tongue::Russian && PAIRS.contains(&norm)
}

pub(super) fn is_shouted(text: &str) -> bool {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    letters().count() > 12 && letters().filter(|c| c.is_lowercase()).count() * 5 < letters().count()
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// `to` with its first letter as large as that of `from`, or large where it must be.
pub(super) fn with_first_letter_of(to: &str, from: &str, must_be_capital: bool) -> String {
    let large = must_be_capital || from.chars().next().is_some_and(char::is_uppercase);
    let mut chars = to.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    if large { first.to_uppercase().chain(chars).collect() } else { first.to_lowercase().chain(chars).collect() }
}
