//! Capitals: the first letter of a sentence, the English "I", weekdays, months and the like.

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::Draft;
use crate::text::edit::EditKind;
use crate::text::numbers::english::MONTHS;
use crate::text::sentences::ends_sentence;
use crate::text::style::CasePolicy;
use crate::text::tokens::TokenKind;

/// English words that have a capital wherever they stand (months apart from those that are words too).
const ALWAYS: [&str; 30] = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mondays", "tuesdays", "wednesdays",
    "thursdays", "fridays", "saturdays", "sundays", "english", "french", "german", "russian", "spanish", "italian", "chinese",
    "japanese", "european", "american", "british", "african", "christmas", "easter", "internet's", "mr",
];

/// Words before a month that is a word too ("in may", "last march").
const BEFORE_MONTH: [&str; 10] = ["in", "of", "since", "until", "last", "next", "this", "early", "late", "mid"];

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    if scope.style.case == CasePolicy::Keep {
        return;
    }
    let mut opens = !scope.continues;
    let mut before: Option<usize> = None;
    let words = draft.words();
    for (n, &i) in words.iter().enumerate() {
        if let Some(previous) = before {
            opens = gap_opens(draft, previous, i);
        }
        before = Some(i);
        let piece = &draft.pieces[i];
        if piece.frozen {
            continue;
        }
        let next = words.get(n + 1).map_or("", |&next| draft.pieces[next].norm.as_str());
        let previous = n.checked_sub(1).map_or("", |n| draft.pieces[words[n]].norm.as_str());
        let wanted = opens || (scope.tongue == Tongue::English && always_capital(&piece.norm, previous, next));
        if wanted && may_rise(&piece.text) {
            let text = capital(&piece.text);
            draft.set_text(i, text, EditKind::Case);
        }
    }
}

/// Whether the marks between two words begin a sentence with the second.
fn gap_opens(draft: &Draft<'_>, before: usize, word: usize) -> bool {
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

fn always_capital(norm: &str, before: &str, after: &str) -> bool {
    if matches!(norm, "i" | "i'm" | "i've" | "i'll" | "i'd") || ALWAYS.contains(&norm) {
        return true;
    }
    if !MONTHS.contains(&norm) {
        return false;
    }
    let day = |word: &str| word.chars().next().is_some_and(|c| c.is_ascii_digit());
    !matches!(norm, "march" | "may") || day(before) || day(after) || BEFORE_MONTH.contains(&before)
}

/// Small letters throughout, and no address or file name.
fn may_rise(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_lowercase)
        && !text.chars().any(char::is_uppercase)
        && !text.contains(['@', '/', '_'])
        && !(text.contains('.') && text.len() > 4)
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
    fn abbreviations_and_addresses_do_not_get_them() {
        assert_eq!(english("See Mr. hill e.g. on foot."), "See Mr. hill e.g. on foot.");
        assert_eq!(english("example.com is down. user@host.org too"), "example.com is down. user@host.org too.");
        assert_eq!(english("iPhone here"), "iPhone here.");
    }
}
