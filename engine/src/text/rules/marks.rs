//! The mark at the end: a full stop or a question mark where none was said, none after a chat message.

use super::{Scope, question};
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::style::FinalMark;
use crate::text::tokens::TokenKind;

/// A line of so few words is a greeting, a name or an item, not a sentence.
const SHORT_LINE: usize = 3;

/// Whether anybody, the recogniser or the speaker, set a mark inside or behind a sentence.
pub(super) fn any(draft: &Draft<'_>) -> bool {
    draft.pieces.iter().any(|piece| {
        let mark = matches!(piece.text.trim(), "." | "," | "?" | "!" | "…" | ";" | ":" | "—" | "–");
        piece.kind == TokenKind::Mark && (mark || piece.text.starts_with(".."))
    })
}

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    match scope.style.final_mark {
        FinalMark::Keep => {}
        FinalMark::Add => add(draft, scope, true),
        FinalMark::DropFullStop => {
            add(draft, scope, false);
            drop_full_stop(draft);
        }
    }
}

/// Marks at the ends of paragraphs and of the text. `full_stops` off: question marks only.
fn add(draft: &mut Draft<'_>, scope: &Scope<'_>, full_stops: bool) {
    let view = View::new(draft);
    let lines = view.draft.pieces.iter().any(|piece| piece.kind == TokenKind::Space && piece.text.contains('\n'));
    let mut actions = Vec::new();
    for k in 0..view.len() {
        let last = k + 1 == view.len();
        let gap = view.gap(k + 1);
        let paragraph_ends = last || (gap.line_break && paragraph_ends(&view, k));
        if !paragraph_ends {
            continue;
        }
        let line_start = (0..=k).rev().find(|&n| n == 0 || view.gap(n).line_break).unwrap_or(0);
        let short = lines && k + 1 - line_start <= SHORT_LINE;
        let start = view.sentence_start(k);
        let asks = question::is_question(scope.tongue, &words(&view, start, k + 1));
        let mark = if asks { "?" } else { "." };
        if (!asks && (short || !full_stops)) || !can_end(scope.tongue, view.text(k)) {
            continue;
        }
        if let Some(action) = ending(&view, k, mark) {
            actions.push(action);
        }
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

/// Comparable words `from..to`, with the commas between them.
fn words<'v>(view: &View<'v>, from: usize, to: usize) -> Vec<question::Said<'v>> {
    (from..to).map(|k| question::Said { word: view.norm(k), after_comma: k > from && view.gap(k).comma }).collect()
}

/// Whether an empty line, not only a new line, follows word `k`.
fn paragraph_ends(view: &View<'_>, k: usize) -> bool {
    let to = view.words.get(k + 1).copied().unwrap_or(view.draft.pieces.len());
    view.draft.pieces[view.words[k] + 1..to].iter().any(|piece| piece.text.contains("\n\n"))
}

/// How to end the sentence of word `k` with `mark`; none where it has an end.
fn ending(view: &View<'_>, k: usize, mark: &str) -> Option<Action> {
    let pieces = &view.draft.pieces;
    if view.gap(k + 1).stop {
        return None;
    }
    let mut after = view.words[k];
    if pieces[after].frozen && pieces[after].text.contains('\n') {
        return None;
    }
    for (i, piece) in pieces.iter().enumerate().skip(view.words[k] + 1) {
        match piece.kind {
            TokenKind::Word => break,
            TokenKind::Space if piece.text.contains('\n') => break,
            TokenKind::Space => {}
            TokenKind::Mark => match piece.text.as_str() {
                "," | ";" | "—" | "–" | "-" if piece.edit.is_none() => {
                    let (text, kind) = (mark.to_owned(), EditKind::Punctuation);
                    return Some(Action::Replace {
                        first: i,
                        last: i,
                        text,
                        sort: TokenKind::Mark,
                        kind,
                        frozen: false,
                    });
                }
                "\"" | "»" | ")" | "]" | "”" => after = i,
                _ => return None,
            },
        }
    }
    Some(Action::Insert { after, text: mark.to_owned(), kind: EditKind::Punctuation })
}

/// Whether a full stop of ours fits behind this word.
fn can_end(tongue: Tongue, text: &str) -> bool {
    let last = text.chars().next_back().unwrap_or(' ');
    let known =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '\u{c0}'..='\u{52f}' | '%' | '$' | '€' | '₽' | '+' | '#');
    let address = text.contains("://") || text.starts_with("www.");
    known(last) && !address && (tongue != Tongue::Other || text.chars().any(known))
}

fn drop_full_stop(draft: &mut Draft<'_>) {
    let Some(last) = draft.pieces.iter().rposition(|piece| piece.kind != TokenKind::Space && !piece.text.is_empty())
    else {
        return;
    };
    let word = draft.pieces[..last].iter().rfind(|piece| piece.kind == TokenKind::Word);
    let abbreviation =
        word.is_some_and(|word| !crate::text::sentences::ends_sentence(".", Some(&word.text), Some("A")));
    let spoken = draft.pieces[last].edit == Some(EditKind::SpokenCommand);
    if draft.pieces[last].text == "." && !abbreviation && !spoken {
        draft.set_text(last, String::new(), EditKind::Punctuation);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{english, russian};

    #[test]
    fn a_sentence_gets_its_mark() {
        assert_eq!(english("we are here"), "We are here.");
        assert_eq!(english("where are you"), "Where are you?");
        assert_eq!(russian("где вы"), "Где вы?");
        assert_eq!(english("we are here,"), "We are here.");
        assert_eq!(english("he said \"come\""), "He said \"come\".");
        assert_eq!(english("Really?"), "Really?");
    }

    #[test]
    fn greetings_and_items_on_lines_of_their_own_get_none() {
        assert_eq!(english("milk new line eggs"), "Milk\nEggs");
        assert_eq!(english("we met him on sunday new paragraph best regards"), "We met him on Sunday.\n\nBest regards");
    }
}
