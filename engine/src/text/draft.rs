//! A text being rewritten: pieces that remember which part of the raw text they stand for.
//!
//! Every rule changes pieces; at the end each piece that differs from its part of the raw text is one edit. So the edits
//! are complete and never overlap, whatever the rules did to each other's results.

use std::ops::Range;

use super::edit::{Change, EditKind};
use super::tokens::{TokenKind, normal, tokens};
pub(crate) use super::view::{Gap, View};

#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// The part of the raw text it stands for; empty for something inserted.
    pub raw: Range<usize>,
    pub text: String,
    pub kind: TokenKind,
    /// Comparable form of a word, empty for the rest.
    pub norm: String,
    /// Set once a rule changed it.
    pub edit: Option<EditKind>,
    /// Later rules leave its text alone (dictionary terms, snippets).
    pub frozen: bool,
}

/// A change that a rule wants, in pieces of the draft as the rule saw it.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// Drop the words from one piece to another, and the spaces and commas that belonged to them.
    Remove { first: usize, last: usize, kind: EditKind },
    /// Put one piece in the place of several.
    Replace { first: usize, last: usize, text: String, sort: TokenKind, kind: EditKind, frozen: bool },
    /// Put something after a piece.
    Insert { after: usize, text: String, kind: EditKind },
}

impl Action {
    fn place(&self) -> (usize, u8) {
        match *self {
            Self::Remove { first, .. } | Self::Replace { first, .. } => (first, 0),
            Self::Insert { after, .. } => (after, 1),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Draft<'r> {
    raw: &'r str,
    pub pieces: Vec<Piece>,
}

impl<'r> Draft<'r> {
    pub fn new(raw: &'r str) -> Self {
        let pieces = tokens(raw)
            .into_iter()
            .map(|token| Piece {
                raw: token.start..token.end(),
                text: token.text.to_owned(),
                kind: token.kind,
                norm: if token.kind == TokenKind::Word { normal(token.text) } else { String::new() },
                edit: None,
                frozen: false,
            })
            .collect();
        Self { raw, pieces }
    }

    /// Indexes of the pieces that are words.
    pub fn words(&self) -> Vec<usize> {
        (0..self.pieces.len()).filter(|&i| self.pieces[i].kind == TokenKind::Word).collect()
    }

    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Carries out actions that do not overlap, the last one first, so that the others' indexes stay right.
    pub fn perform(&mut self, mut actions: Vec<Action>) {
        actions.sort_by_key(|action| std::cmp::Reverse(action.place()));
        for action in actions {
            match action {
                Action::Remove { first, last, kind } => self.remove(first, last, kind),
                Action::Replace { first, last, text, sort, kind, frozen } => {
                    self.replace(first..last + 1, text, sort, kind);
                    self.pieces[first].frozen = frozen;
                }
                Action::Insert { after, text, kind } => self.insert_after(after, text, kind),
            }
        }
    }

    /// One piece in the place of `range`.
    pub fn replace(&mut self, range: Range<usize>, text: String, kind: TokenKind, edit: EditKind) {
        let raw = self.pieces[range.start].raw.start..self.pieces[range.end - 1].raw.end;
        let norm = if kind == TokenKind::Word { normal(&text) } else { String::new() };
        let piece = Piece { raw, text, kind, norm, edit: Some(edit), frozen: false };
        self.pieces.splice(range, [piece]);
    }

    /// Changes a piece's text; what the piece was changed for before stays its kind.
    pub fn set_text(&mut self, i: usize, text: String, edit: EditKind) {
        let piece = &mut self.pieces[i];
        if piece.kind == TokenKind::Word {
            piece.norm = normal(&text);
        }
        piece.text = text;
        piece.edit.get_or_insert(edit);
    }

    /// A mark, or a break where the text is a line break, after piece `i`.
    pub fn insert_after(&mut self, i: usize, text: String, edit: EditKind) {
        let at = self.pieces[i].raw.end;
        let kind = if text.trim().is_empty() { TokenKind::Space } else { TokenKind::Mark };
        let piece = Piece { raw: at..at, text, kind, norm: String::new(), edit: Some(edit), frozen: false };
        self.pieces.insert(i + 1, piece);
    }

    /// Drops the words `first..=last` with what only they needed: see the cases inside.
    fn remove(&mut self, first: usize, last: usize, kind: EditKind) {
        let before = (0..first).rev().find(|&i| self.pieces[i].kind == TokenKind::Word);
        let after = (last + 1..self.pieces.len()).find(|&i| self.pieces[i].kind == TokenKind::Word);
        let left = self.gap(before.map_or(0, |i| i + 1)..first);
        let right = self.gap(last + 1..after.unwrap_or(self.pieces.len()));
        let opens = before.is_none() || left.ends_sentence() || left.other;
        let mut start = first;
        let mut end = last + 1;
        let mut text = String::new();
        if opens {
            // "Um, send" and "Um. Send": everything up to the next word or line goes.
            while end < self.pieces.len() && self.untouched(end) && self.goes_with_opening(end, after.is_none()) {
                end += 1;
            }
        } else if after.is_none() || right.ends_sentence() || right.other {
            // "it, um.": the mark that ends the sentence stays.
            while start > 0 && self.untouched(start - 1) && self.is_soft_mark_or_space(start - 1) {
                start -= 1;
            }
        } else if left.is_plain() && right.is_plain() && !left.dash && !right.dash {
            if self.untouched(end) && self.pieces[end].kind == TokenKind::Space {
                end += 1;
            } else if self.untouched(start - 1) && self.pieces[start - 1].kind == TokenKind::Space {
                start -= 1;
            }
        } else {
            while start > 0 && self.untouched(start - 1) && self.is_soft_mark_or_space(start - 1) {
                start -= 1;
            }
            while end < self.pieces.len() && self.untouched(end) && self.is_soft_mark_or_space(end) {
                end += 1;
            }
            let word = |i: Option<usize>| i.map_or("", |i| self.pieces[i].norm.as_str());
            let opening = before.is_some_and(|i| self.opens_sentence(i));
            let addressed = before.is_some_and(|i| self.ends_greeting(i));
            let stays = comma_stays(word(before), word(after), left, right, opening, addressed);
            text = if stays { ", " } else { " " }.into();
        }
        self.replace(start..end, text, TokenKind::Space, kind);
    }

    fn untouched(&self, i: usize) -> bool {
        self.pieces[i].edit.is_none()
    }

    fn goes_with_opening(&self, i: usize, to_the_end: bool) -> bool {
        let piece = &self.pieces[i];
        match piece.kind {
            TokenKind::Space => to_the_end || !piece.text.contains('\n'),
            TokenKind::Mark => {
                to_the_end
                    || matches!(piece.text.as_str(), "," | "." | "?" | "!" | "…" | "—" | "–" | "-" | ":")
                    || piece.text.starts_with("..")
            }
            TokenKind::Word => false,
        }
    }

    fn is_soft_mark_or_space(&self, i: usize) -> bool {
        let piece = &self.pieces[i];
        match piece.kind {
            TokenKind::Space => !piece.text.contains('\n'),
            TokenKind::Mark => {
                matches!(piece.text.as_str(), "," | "—" | "–" | "-" | "…") || piece.text.starts_with("..")
            }
            TokenKind::Word => false,
        }
    }

    fn opens_sentence(&self, word: usize) -> bool {
        let before = (0..word).rev().find(|&i| self.pieces[i].kind == TokenKind::Word);
        before.is_none_or(|before| self.gap(before + 1..word).ends_sentence())
    }

    /// Whether the sentence so far is a greeting and a name ("Hello Kate", "Здравствуйте, Катя").
    fn ends_greeting(&self, word: usize) -> bool {
        #[rustfmt::skip]
        const GREETINGS: [&str; 12] = [
            "hi", "hello", "hey", "dear", "привет", "здравствуйте", "здравствуй", "уважаемый", "уважаемая", "уважаемые",
            "дорогой", "дорогая",
        ];
        let mut first = word;
        let mut count = 1;
        while !self.opens_sentence(first) {
            let Some(before) = (0..first).rev().find(|&i| self.pieces[i].kind == TokenKind::Word) else {
                break;
            };
            first = before;
            count += 1;
        }
        (2..=3).contains(&count) && GREETINGS.contains(&self.pieces[first].norm.as_str())
    }

    /// What the pieces of `range`, none of them words, say together.
    pub fn gap(&self, range: Range<usize>) -> Gap {
        let mut gap = Gap::default();
        let mut spaced = false;
        for piece in &self.pieces[range] {
            match piece.kind {
                TokenKind::Space => {
                    gap.line_break |= piece.text.contains('\n');
                    gap.comma |= piece.text.contains(',');
                    spaced |= !piece.text.is_empty();
                }
                TokenKind::Mark => {
                    let first = !spaced && gap.is_plain();
                    match piece.text.trim() {
                        "," => gap.comma = true,
                        "?" => (gap.stop, gap.question) = (true, true),
                        "!" => (gap.stop, gap.exclamation) = (true, true),
                        "…" => gap.stop = true,
                        "-" | "–" | "—" => (gap.dash, gap.tight) = (true, gap.tight || first),
                        mark if mark.starts_with('.') => gap.stop = true,
                        _ => gap.other = true,
                    }
                }
                TokenKind::Word => {}
            }
        }
        gap
    }

    /// The finished text and what was changed on the way.
    pub fn finish(self) -> (String, Vec<Change>) {
        let text = self.text();
        let mut changes = Vec::new();
        for piece in self.pieces {
            let from = &self.raw[piece.raw.clone()];
            if from == piece.text {
                continue;
            }
            let kind = piece.edit.unwrap_or(EditKind::Spacing);
            changes.push(trimmed(from, Change { kind, range: piece.raw, to: piece.text }));
        }
        (text, changes)
    }
}

/// A deletion or insertion without the spaces and commas that it leaves as they were.
fn trimmed(from: &str, change: Change) -> Change {
    let tail = common(from.chars().rev(), change.to.chars().rev());
    let head = common(from[..from.len() - tail].chars(), change.to[..change.to.len() - tail].chars());
    if head + tail != change.to.len() && head + tail != from.len() {
        return change;
    }
    Change {
        kind: change.kind,
        range: change.range.start + head..change.range.end - tail,
        to: change.to[head..change.to.len() - tail].to_owned(),
    }
}

/// Bytes of the longest common beginning.
fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

/// Whether the sentence needs the comma that stood beside a dropped word.
fn comma_stays(before: &str, after: &str, left: Gap, right: Gap, opening: bool, addressed: bool) -> bool {
    /// Words before which a comma stands for its own sake.
    #[rustfmt::skip]
    const OPENERS: [&str; 26] = [
        "but", "so", "because", "which", "although", "though", "if", "when", "who", "where", "while", "а", "но", "что",
        "чтобы", "который", "которая", "которые", "которое", "потому", "если", "когда", "где", "поэтому", "хотя", "куда",
    ];
    /// Words that stand alone before a comma at the beginning.
    #[rustfmt::skip]
    const INTERJECTIONS: [&str; 20] = [
        "well", "yes", "no", "okay", "ok", "hi", "hello", "hey", "thanks", "sorry", "now", "да", "нет", "привет",
        "здравствуйте", "спасибо", "извините", "хорошо", "ладно", "итак",
    ];
    if !(left.comma || right.comma) {
        return false;
    }
    OPENERS.contains(&after) || (opening && INTERJECTIONS.contains(&before)) || addressed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::edit::apply_changes;

    /// Drops word number `k` as a filler.
    fn without(raw: &str, k: usize) -> String {
        let mut draft = Draft::new(raw);
        let word = draft.words()[k];
        draft.perform(vec![Action::Remove { first: word, last: word, kind: EditKind::Filler }]);
        let (text, changes) = draft.finish();
        assert_eq!(apply_changes(raw, &changes), text);
        text
    }

    #[test]
    fn a_dropped_word_takes_its_space_and_its_commas_along() {
        assert_eq!(without("um send it", 0), "send it");
        assert_eq!(without("Um. Send it.", 0), "Send it.");
        assert_eq!(without("send um it", 1), "send it");
        assert_eq!(without("send it, um.", 2), "send it.");
        assert_eq!(without("send it um", 2), "send it");
        assert_eq!(without("The cat, um, jumped.", 2), "The cat jumped.");
        assert_eq!(without("I think, um, but no.", 2), "I think, but no.");
        assert_eq!(without("Well, um, send it.", 1), "Well, send it.");
        assert_eq!(without("(um) it", 0), "() it");
        assert_eq!(without("um", 0), "");
    }

    #[test]
    fn an_edit_holds_no_more_than_what_went() {
        let mut draft = Draft::new("The cat, um, jumped");
        let word = draft.words()[2];
        draft.perform(vec![Action::Remove { first: word, last: word, kind: EditKind::Filler }]);
        let (_, changes) = draft.finish();
        assert_eq!(changes, [Change { kind: EditKind::Filler, range: 7..12, to: String::new() }]);
    }

    #[test]
    fn a_piece_changed_twice_is_one_edit_of_the_first_kind() {
        let mut draft = Draft::new("five apples");
        draft.replace(0..1, "5".into(), TokenKind::Word, EditKind::NumberForm);
        draft.set_text(0, "V".into(), EditKind::Case);
        let (text, changes) = draft.finish();
        assert_eq!(text, "V apples");
        assert_eq!(changes, [Change { kind: EditKind::NumberForm, range: 0..4, to: "V".into() }]);
    }
}
