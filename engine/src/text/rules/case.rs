//! Capitals: the first letter of a sentence, the English "I", weekdays, months and the like.

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::Draft;
use crate::text::edit::EditKind;
use crate::text::lexicon::proper::{is_proper, is_surname};
use crate::text::numbers::english::MONTHS;
use crate::text::sentences::ends_sentence;
use crate::text::style::CasePolicy;
use crate::text::tokens::TokenKind;

/// English words that have a capital wherever they stand (months apart from those that are words too).
#[rustfmt::skip]
const ALWAYS: [&str; 30] = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mondays", "tuesdays", "wednesdays",
    "thursdays", "fridays", "saturdays", "sundays", "english", "french", "german", "russian", "spanish", "italian", "chinese",
    "japanese", "european", "american", "british", "african", "christmas", "easter", "internet's", "mr",
];

/// Words before a month that is a word too ("in may", "last march").
const BEFORE_MONTH: [&str; 9] = ["in", "of", "since", "until", "last", "next", "early", "late", "mid"];

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    if scope.style.case == CasePolicy::Keep {
        return;
    }
    let cased = draft.pieces.iter().any(|piece| piece.edit.is_none() && piece.text.chars().any(char::is_uppercase));
    let mut opens = !scope.continues;
    let mut before: Option<usize> = None;
    let words = draft.words();
    for (n, &i) in words.iter().enumerate() {
        if let Some(previous) = before {
            opens = gap_opens(draft, previous, i, cased);
        }
        before = Some(i);
        let piece = &draft.pieces[i];
        if piece.frozen {
            continue;
        }
        let next = words.get(n + 1).map_or("", |&next| draft.pieces[next].norm.as_str());
        let previous = n.checked_sub(1).map_or("", |n| draft.pieces[words[n]].norm.as_str());
        let english = scope.tongue == Tongue::English;
        let name = !cased && is_name(scope.tongue, &piece.norm, previous);
        let wanted = opens || name || (english && always_capital(&piece.norm, previous, next));
        if wanted && may_rise(&piece.text) {
            let text = capital(&piece.text);
            draft.set_text(i, text, EditKind::Case);
        }
    }
}

/// Whether the marks between two words begin a sentence with the second.
fn gap_opens(draft: &Draft<'_>, before: usize, word: usize, cased: bool) -> bool {
    if goes_on(draft, before, word, cased) {
        return false;
    }
    draft.pieces[before + 1..word].iter().any(|piece| match piece.kind {
        TokenKind::Space => piece.text.contains('\n'),
        TokenKind::Mark => {
            // A mark that was spoken means what it says; the recogniser's dots may only be a pause.
            let spoken = piece.edit == Some(EditKind::SpokenCommand);
            (spoken && matches!(piece.text.as_str(), "." | "!" | "?"))
                || ends_sentence(&piece.text, Some(&draft.pieces[before].text), Some(&draft.pieces[word].text))
        }
        TokenKind::Word => false,
    })
}

/// "Come!" he said; — Готово? — спросил он: what follows the quote or the dash belongs to the sentence. So does what a
/// recogniser that knows capitals wrote small after a question or exclamation mark.
fn goes_on(draft: &Draft<'_>, before: usize, word: usize, cased: bool) -> bool {
    let marks =
        draft.pieces[before + 1..word].iter().filter(|piece| piece.kind == TokenKind::Mark && !piece.text.is_empty());
    let marks: Vec<&str> = marks.map(|piece| piece.text.as_str()).collect();
    let after_stop = marks.iter().skip_while(|mark| !matches!(**mark, "!" | "?" | "." | "…")).skip(1);
    let trusted = cased && marks.iter().all(|mark| matches!(*mark, "!" | "?")) && !marks.is_empty();
    let written_small = draft.pieces[word].edit.is_none() && draft.pieces[word].text.starts_with(char::is_lowercase);
    let leads_on = after_stop.into_iter().any(|mark| matches!(*mark, "\"" | "'" | "”" | "’" | "»" | "—" | "–" | "-"));
    let spoken = draft.pieces[before + 1..word].iter().any(|piece| piece.edit.is_some());
    written_small && (leads_on || (trusted && !spoken))
}

/// Whether the word is a name, as far as a list and the word before it can say.
fn is_name(tongue: Tongue, norm: &str, before: &str) -> bool {
    let titled = matches!(before, "mr" | "mrs" | "ms" | "dr") && norm.chars().count() > 2;
    is_proper(tongue, norm)
        || (titled && tongue == Tongue::English)
        || (is_proper(tongue, before) && is_surname(tongue, norm))
}

fn always_capital(norm: &str, before: &str, after: &str) -> bool {
    if matches!(norm, "i" | "i'm" | "i've" | "i'll" | "i'd") || ALWAYS.contains(&norm) {
        return true;
    }
    if !MONTHS.contains(&norm) {
        return false;
    }
    let day = |word: &str| word.chars().next().is_some_and(|c| c.is_ascii_digit());
    let dated = matches!(before, "on" | "by" | "from" | "after" | "before" | "the") && day(after);
    !matches!(norm, "march" | "may") || day(before) || dated || BEFORE_MONTH.contains(&before)
}

/// Begins with a word in small letters that is no address or file name.
fn may_rise(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    let dotted = text.contains('.') && text.chars().count() > 4;
    text.starts_with(char::is_lowercase)
        && !first.contains(char::is_uppercase)
        && !text.contains(['@', '/', '_'])
        && !dotted
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{english, russian};

    #[test]
    fn sentences_names_of_days_and_i_have_capitals() {
        assert_eq!(english("i think so. on friday i'm off! ok?"), "I think so. On Friday I'm off! Ok?");
        assert_eq!(english("we march in march, you may come in may"), "We march in March, you may come in May.");
        assert_eq!(russian("да. в пятницу. т.е. завтра"), "Да. В пятницу. Т.е. завтра.");
    }

    #[test]
    fn names_get_their_capitals_where_the_recogniser_gives_none() {
        assert_eq!(
            english("we met anna kowalski and mr hill in london"),
            "We met Anna Kowalski and Mr Hill in London."
        );
        assert_eq!(russian("напиши ивану петровичу в москву"), "Напиши Ивану Петровичу в Москву.");
        assert_eq!(english("We met anna."), "We met anna.");
    }

    #[test]
    fn abbreviations_and_addresses_do_not_get_them() {
        assert_eq!(english("See Mr. hill e.g. on foot."), "See Mr. hill e.g. on foot.");
        assert_eq!(english("example.com is down. user@host.org too"), "example.com is down. user@host.org too.");
        assert_eq!(english("iPhone here"), "iPhone here.");
        assert_eq!(english("\"Come!\" he said. The S.W.A.T. team came."), "\"Come!\" he said. The S.W.A.T. team came.");
        assert_eq!(russian("Готово? — спросил он."), "Готово? — спросил он.");
    }
}
