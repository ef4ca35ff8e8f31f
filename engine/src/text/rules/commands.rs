//! Spoken marks and line breaks, and "scratch that".
//!
//! A command counts only where the words around it do not show that it is talked about ("the comma is missing").

use super::Scope;
use super::self_corrections::replaced;
use super::{commands_english, commands_russian};
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::tokens::TokenKind;

/// What a spoken command puts into the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// A mark right after the word before.
    Mark(&'static str),
    /// A mark with spaces on both sides.
    Between(&'static str),
    /// A mark with no spaces at all.
    Join(&'static str),
    /// The first of a pair, and what closes it.
    Open(&'static str),
    Close(&'static str),
    Break(&'static str),
    /// Takes back what was said since the last border.
    Scratch,
}

/// A command's words and the neighbours with which they are no command.
pub(super) struct Spoken {
    pub words: &'static [&'static str],
    pub does: Does,
    pub not_after: &'static [&'static str],
    pub not_before: &'static [&'static str],
    /// A further reason to leave the words alone.
    pub literal: fn(&View<'_>, usize, usize) -> bool,
}

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let table = match scope.tongue {
        Tongue::English => commands_english::TABLE,
        Tongue::Russian => commands_russian::TABLE,
        Tongue::Other => return,
    };
    // One at a time: each changes what stands around the next. Every round moves on, so the end is certain.
    let mut from = 0;
    while let Some((k, command)) = next_command(table, &View::new(draft), from) {
        let words_left = draft.words().len() - k;
        carry_out(draft, scope.tongue, k, command);
        let now = draft.words().len();
        from = now.saturating_sub(words_left.saturating_sub(command.words.len()));
    }
}

/// The first command at word `from` or later, the longest of those that begin at one word.
fn next_command<'t>(table: &'t [Spoken], view: &View<'_>, from: usize) -> Option<(usize, &'t Spoken)> {
    (from..view.len()).find_map(|k| table.iter().find(|spoken| is_command(table, spoken, view, k)).map(|s| (k, s)))
}

fn is_command(table: &[Spoken], spoken: &Spoken, view: &View<'_>, k: usize) -> bool {
    let len = spoken.words.len();
    if !view.phrase_at(k, spoken.words) || (k..k + len).any(|n| view.frozen(n)) {
        return false;
    }
    let (left, right) = (view.gap(k), view.gap(k + len));
    // A sentence of its own ("New line.") is a command whatever stands around.
    let alone = view.opens_sentence(k) && view.ends_sentence(k + len - 1);
    let linked_left = k > 0 && !left.ends_sentence();
    let linked_right = right.is_plain() && k + len < view.len();
    if linked_left && spoken.not_after.contains(&view.norm_before(k)) {
        return false;
    }
    if linked_right && spoken.not_before.contains(&view.norm(k + len)) {
        return false;
    }
    if !alone && (spoken.literal)(view, k, len) {
        return false;
    }
    match spoken.does {
        Does::Mark(_) | Does::Between(_) | Does::Join(_) => k > 0 && !left.line_break,
        Does::Break(_) => k > 0 || k + len < view.len(),
        Does::Open(_) => closing_of(table, view, k + len).is_some(),
        Does::Close(open) => is_open(view, k, open),
        Does::Scratch => true,
    }
}

/// Whether a closing command follows in the same sentence or the next ones.
fn closing_of(table: &[Spoken], view: &View<'_>, from: usize) -> Option<usize> {
    (from + 1..view.len())
        .find(|&k| table.iter().any(|spoken| matches!(spoken.does, Does::Close(_)) && view.phrase_at(k, spoken.words)))
}

/// Whether the mark `open` stands before word `k` without its partner. `open` is what closes too where both look alike.
fn is_open(view: &View<'_>, k: usize, open: &str) -> bool {
    let before = &view.draft.pieces[..view.words[k]];
    let count = |mark: &str| before.iter().filter(|piece| piece.edit.is_some() && piece.text.trim() == mark).count();
    match open {
        "\"" => count("\"") % 2 == 1,
        "»" => count("«") > count("»"),
        ")" => count("(") > count(")"),
        "]" => count("[") > count("]"),
        _ => false,
    }
}

fn carry_out(draft: &mut Draft<'_>, tongue: Tongue, k: usize, command: &Spoken) {
    let view = View::new(draft);
    let (first, last) = (view.words[k], view.words[k + command.words.len() - 1]);
    if command.does == Does::Scratch {
        let next = k + command.words.len();
        let begin = scratch_from(tongue, &view, k, next);
        let remove = Action::Remove { first: view.words[begin], last, kind: EditKind::SpokenCommand };
        return draft.perform(vec![remove]);
    }
    let pieces = &draft.pieces;
    let untouched = |i: usize| pieces[i].edit.is_none() || pieces[i].text.is_empty();
    let space = |i: usize| pieces[i].kind == TokenKind::Space && !pieces[i].text.contains('\n');
    let soft = |i: usize| pieces[i].kind == TokenKind::Mark && matches!(pieces[i].text.as_str(), "," | "—" | "–" | "-");
    let stop = |i: usize| {
        pieces[i].kind == TokenKind::Mark && matches!(pieces[i].text.as_str(), "." | "!" | "?" | ":" | ";" | "…")
    };
    let (mut start, mut end) = (first, last + 1);
    let takes_left = !matches!(command.does, Does::Open(_));
    let replaces_marks = matches!(command.does, Does::Mark(_) | Does::Between(_) | Does::Join(_));
    if takes_left {
        while start > 0
            && untouched(start - 1)
            && (space(start - 1) || (replaces_marks && (soft(start - 1) || stop(start - 1))))
        {
            start -= 1;
        }
    }
    // Marks that the recogniser put behind the command mean nothing; the space behind them stays for the next word.
    let mut marks_end = end;
    while end < pieces.len() && untouched(end) && (space(end) || soft(end) || stop(end)) {
        end += 1;
        if !space(end - 1) {
            marks_end = end;
        }
    }
    let takes_right_space = matches!(command.does, Does::Join(_) | Does::Open(_) | Does::Break(_));
    if matches!(command.does, Does::Close(_)) {
        marks_end = last + 1;
    }
    let end = if takes_right_space { end } else { marks_end };
    let text = match command.does {
        Does::Mark(mark) | Does::Join(mark) | Does::Open(mark) | Does::Close(mark) | Does::Break(mark) => {
            mark.to_owned()
        }
        Does::Between(mark) => format!(" {mark}"),
        Does::Scratch => return,
    };
    let kind = if matches!(command.does, Does::Break(_)) { TokenKind::Space } else { TokenKind::Mark };
    draft.replace(start..end, text, kind, EditKind::SpokenCommand);
}

/// The first word that "scratch that" at word `k` takes back.
fn scratch_from(tongue: Tongue, view: &View<'_>, k: usize, next: usize) -> usize {
    let mut start = view.sentence_start(k);
    // "We need chairs. Scratch that." means the sentence before.
    if start == k && k > 0 && !view.gap(k).line_break {
        start = view.sentence_start(k - 1);
    } else if next < view.len()
        && view.gap(next).is_soft()
        && let Some(part) = replaced(tongue, view, (start, k), next, false, true)
    {
        start = part;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::super::tests::{english, russian};
    use super::super::{commands_english, commands_russian};

    /// What the tables there promise is tested by `tests/text_handbook.rs`.
    #[test]
    fn every_command_stands_in_the_handbook() {
        let handbook = include_str!("../../../../docs/text.md");
        for spoken in commands_english::TABLE.iter().chain(commands_russian::TABLE) {
            let words = spoken.words.join(" ");
            assert!(handbook.contains(&format!("`{words}`")), "docs/text.md does not tell people about `{words}`");
        }
    }

    #[test]
    fn spoken_marks_become_marks() {
        assert_eq!(english("hello comma tom period are you there question mark"), "Hello, tom. Are you there?");
        assert_eq!(english("Hello, comma, Tom. New paragraph. Bye."), "Hello, Tom.\n\nBye.");
        assert_eq!(english("he said quote come back unquote and left"), "He said \"come back\" and left.");
        assert_eq!(english("rain dash much hyphen needed"), "Rain — much-needed.");
        assert_eq!(russian("привет запятая как дела вопросительный знак"), "Привет, как дела?");
        assert_eq!(russian("он сказал открыть кавычки да закрыть кавычки"), "Он сказал «да».");
    }

    #[test]
    fn scratch_that_takes_back_the_sentence_or_the_part_that_is_said_again() {
        assert_eq!(english("Keep this. send it now scratch that call them"), "Keep this. Call them.");
        assert_eq!(english("Keep this. Drop this. Scratch that. And go."), "Keep this. And go.");
        assert_eq!(english("We meet at two scratch that at three."), "We meet at three.");
        assert_eq!(russian("Оставь это. отправь сейчас удали это отправь завтра"), "Оставь это. Отправь завтра.");
    }

    #[test]
    fn words_about_marks_stay_words() {
        for text in [
            "The comma is missing.",
            "A period of time.",
            "They have a new line of products.",
            "He got a quote.",
            "Don't scratch that itch.",
            "He has colon cancer.",
            "A full stop.",
            "Please delete that file.",
        ] {
            assert_eq!(english(text), text);
        }
        for text in [
            "Моя точка зрения.",
            "Здесь лишняя запятая.",
            "Исправь второй абзац.",
            "Удали это письмо.",
            "Нет и точка.",
            "Точки над и.",
        ] {
            assert_eq!(russian(text), text);
        }
    }
}
