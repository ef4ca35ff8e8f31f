//! Words begun and said again whole: "th- the", "b-b-but", "st the st- the store".

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::lexicon::{is_common, small};
use crate::text::tokens::TokenKind;

/// Consonants alone that are no beginnings but units, titles and names.
#[rustfmt::skip]
const WHOLE: [&str; 42] = [
    "km", "kg", "cm", "mm", "gb", "mb", "kb", "tb", "tv", "pc", "mr", "mrs", "ms", "dr", "st", "vs", "ok", "pm", "ml", "nb",
    "ps", "hr", "ltd", "кг", "см", "мм", "км", "мл", "гг", "вв", "тв", "ст", "др", "пр", "гр", "шт", "рф", "мб", "гб", "кб",
    "стр", "млн",
];

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let view = View::new(draft);
    let mut actions = Vec::new();
    let mut k = 0;
    while k < view.len() {
        if let Some(last) = restarted(&view, k) {
            actions.push(Action::Remove { first: view.words[k], last: view.words[last], kind: EditKind::FalseStart });
            k = last;
        } else if let Some(first) = broken_off(&view, k) {
            actions.push(Action::Remove { first: view.words[first], last: view.words[k], kind: EditKind::FalseStart });
        } else if let Some(whole) = stammered(scope.tongue, view.text(k)) {
            let piece = view.words[k];
            let kind = EditKind::FalseStart;
            actions.push(Action::Replace {
                first: piece,
                last: piece,
                text: whole,
                sort: TokenKind::Word,
                kind,
                frozen: false,
            });
        } else if is_fragment(scope.tongue, &view, k) || is_contracted_next(&view, k) {
            actions.push(Action::Remove { first: view.words[k], last: view.words[k], kind: EditKind::FalseStart });
        }
        k += 1;
    }
    actions.dedup_by(|later, earlier| overlap(earlier, later));
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

/// Whether the later action begins inside the earlier one.
fn overlap(earlier: &Action, later: &Action) -> bool {
    match (earlier, later) {
        (Action::Remove { last, .. }, Action::Remove { first, .. } | Action::Replace { first, .. }) => first <= last,
        _ => false,
    }
}

/// "th- the": word `k` ends in a dash and is said again. Returns where what was given up begins.
fn broken_off(view: &View<'_>, k: usize) -> Option<usize> {
    let gap = view.gap(k + 1);
    let next = view.norm(k + 1);
    if !gap.dash || !gap.tight || gap.stop || gap.other || gap.line_break || next.is_empty() {
        return None;
    }
    if next.starts_with(view.norm(k)) {
        return Some(k);
    }
    // "to the st- to the store": the words before the fragment are said again too.
    (1..=4.min(k)).rev().map(|back| k - back).find(|&first| {
        let back = k - first;
        let again = (0..back).all(|n| view.norm(first + n) == view.norm(k + 1 + n));
        let joined = (first + 1..=k).all(|n| view.gap(n).is_plain());
        again && joined && view.norm(k + 1 + back).starts_with(view.norm(k))
    })
}

/// "We don't need to we don't have to": a clause that breaks off in the middle and begins again with the same words.
/// Returns the last word of what was given up.
fn restarted(view: &View<'_>, k: usize) -> Option<usize> {
    #[rustfmt::skip]
    const SUBJECTS: [&str; 13] =
        ["i", "we", "you", "he", "she", "they", "я", "мы", "ты", "вы", "он", "она", "они"];
    /// Words that cannot end a clause.
    #[rustfmt::skip]
    const OPEN: [&str; 27] = [
        "to", "the", "a", "an", "of", "in", "on", "at", "with", "for", "from", "is", "are", "was", "my", "your", "our", "their",
        "в", "на", "с", "к", "по", "для", "из", "от", "о",
    ];
    let begins = view.opens_sentence(k) || matches!(view.norm_before(k), "and" | "but" | "so" | "и" | "но" | "а");
    if !begins || !SUBJECTS.contains(&view.norm(k)) {
        return None;
    }
    (k + 2..k + 6).find(|&last| {
        let again = last + 1;
        let same = view.norm(again) == view.norm(k) && view.norm(again + 1) == view.norm(k + 1);
        let plain = (k + 1..=again + 2).all(|n| n < view.len() && view.gap(n).is_plain());
        same && plain && OPEN.contains(&view.norm(last))
    })
}

/// "b-b-but" as "but": the whole word at the end, with the capital of the first part.
fn stammered(tongue: Tongue, text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let (whole, begun) = parts.split_last()?;
    let folded = whole.to_lowercase();
    let first = begun.first()?;
    let starts = |part: &&str| !part.is_empty() && folded.starts_with(&part.to_lowercase()) && part.len() < whole.len();
    if !begun.iter().all(|part| starts(part) && part.chars().count() <= 3 && part.chars().all(char::is_alphabetic)) {
        return None;
    }
    let certain = begun.len() > 1
        || (first.chars().count() > 1 && !has_vowel(first) && !WHOLE.contains(&first.to_lowercase().as_str()))
        || small::is_small(tongue, &folded);
    if !certain {
        return None;
    }
    let capital = first.chars().next().is_some_and(char::is_uppercase);
    let mut chars = whole.chars();
    let head = chars.next()?;
    Some(if capital { head.to_uppercase().chain(chars).collect() } else { (*whole).to_owned() })
}

/// "th the" without a dash: consonants that only begin the next word.
fn is_fragment(tongue: Tongue, view: &View<'_>, k: usize) -> bool {
    let (norm, next) = (view.norm(k), view.norm(k + 1));
    let length = norm.chars().count();
    tongue != Tongue::Other
        && (2..=4).contains(&length)
        && view.gap(k + 1).is_soft()
        && norm.chars().all(char::is_alphabetic)
        && !has_vowel(norm)
        && view.text(k).chars().skip(1).all(char::is_lowercase)
        && next.len() > norm.len()
        && next.starts_with(norm)
        && !is_common(tongue, norm)
        && !WHOLE.contains(&norm)
}

/// "we we're": the next word is this one with a verb hung on. "I assure you you're right" is none: what can be an object
/// must stand where only a subject can.
fn is_contracted_next(view: &View<'_>, k: usize) -> bool {
    let subject = view.opens_sentence(k)
        || matches!(view.norm_before(k), "and" | "but" | "so" | "because" | "if" | "when" | "well" | "think");
    let contracted = view.norm(k + 1).strip_prefix(view.norm(k)).is_some_and(|rest| rest.starts_with('\''));
    contracted
        && view.gap(k + 1).is_plain()
        && match view.norm(k) {
            "i" | "we" | "he" | "she" | "they" => true,
            "you" | "it" | "that" | "there" => subject,
            _ => false,
        }
}

fn has_vowel(text: &str) -> bool {
    text.chars().flat_map(char::to_lowercase).any(|c| "aeiouyаеёиоуыэюя".contains(c))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{english, russian};

    #[test]
    fn begun_words_go_when_they_are_said_whole() {
        assert_eq!(english("th- the window"), "The window.");
        assert_eq!(english("I went to the st- to the store."), "I went to the store.");
        assert_eq!(english("B-b-but why"), "But why.");
        assert_eq!(english("th the wh- what"), "The what.");
        assert_eq!(english("you you're early"), "You're early.");
        assert_eq!(english("I assure you you're early"), "I assure you you're early.");
        assert_eq!(english("we don't need to we don't have to pay"), "We don't have to pay.");
        assert_eq!(russian("обе- обещал п-п-понимаешь"), "Обещал понимаешь.");
    }

    #[test]
    fn real_words_and_compounds_stay() {
        for text in ["A t-test and an x-ray.", "Co-owner of a TV set.", "Five - no, six.", "Mr Mrozek is here.", "I do what I can I do more."] {
            assert_eq!(english(text), text);
        }
        for text in ["Кто-то по-прежнему там.", "Чуть-чуть левее.", "Др дракон."]
        {
            assert_eq!(russian(text), text);
        }
    }
}
