//! One change to a raw text, and how changes are applied and taken back.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What a change does. The name on the wire is the snake-case name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditKind {
    Punctuation,
    Case,
    /// A sound or word that says nothing was dropped.
    Filler,
    /// A word or phrase said twice was written once.
    Repetition,
    /// The beginning of a word that was then said whole was dropped.
    FalseStart,
    /// The same value in written form.
    NumberForm,
    /// A spoken mark, line break or "scratch that" was carried out.
    SpokenCommand,
    /// A snippet's trigger became its text.
    Snippet,
    /// A word of the dictionary got its spelling.
    Dictionary,
    /// What the speaker took back was dropped.
    SelfCorrection,
    /// A line or paragraph break.
    Paragraph,
    Spacing,
    /// The same word, written otherwise: ё, hyphen, apostrophe, contraction.
    Spelling,
    WordOrder,
    Negation,
    Name,
    NumberValue,
    LostWord,
    NewWord,
    ReplacedWord,
}

impl EditKind {
    /// Whether such a change would alter what the speaker said. The guard accepts none of these.
    pub fn changes_meaning(self) -> bool {
        matches!(
            self,
            Self::WordOrder
                | Self::Negation
                | Self::Name
                | Self::NumberValue
                | Self::LostWord
                | Self::NewWord
                | Self::ReplacedWord
        )
    }

    /// Whether the change touches no word.
    pub fn is_cosmetic(self) -> bool {
        matches!(self, Self::Punctuation | Self::Case | Self::Spacing | Self::Paragraph)
    }
}

/// A replacement in a raw text. The edits of one text are in order and never overlap.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edit {
    pub kind: EditKind,
    /// What stands in the raw text; empty where something is inserted.
    pub from: String,
    /// What stands in its place; empty where something is dropped.
    pub to: String,
    /// Characters (Unicode scalar values, not bytes) of the raw text before `from`.
    pub at: usize,
}

/// The edits do not belong to the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("edit {index} expects `{expected}` at character {at}; give the raw text that the edits were made for")]
    Mismatch { index: usize, expected: String, at: usize },
    #[error("edit {index} starts inside an earlier one; give the edits in the order in which they came")]
    OutOfOrder { index: usize },
    #[error("there is no edit {index}, only {count}")]
    NoSuchEdit { index: usize, count: usize },
}

/// The raw text with these edits made. Any subset of a text's edits may be given.
pub fn apply<'e>(raw: &str, edits: impl IntoIterator<Item = &'e Edit>) -> Result<String, EditError> {
    let mut text = String::with_capacity(raw.len() + 16);
    let mut rest = raw;
    let mut passed = 0;
    for (index, edit) in edits.into_iter().enumerate() {
        let skip = edit.at.checked_sub(passed).ok_or(EditError::OutOfOrder { index })?;
        let mismatch = || EditError::Mismatch { index, expected: edit.from.clone(), at: edit.at };
        let offset = byte_offset(rest, skip).ok_or_else(mismatch)?;
        let (kept, from_here) = rest.split_at(offset);
        text.push_str(kept);
        rest = from_here.strip_prefix(edit.from.as_str()).ok_or_else(mismatch)?;
        text.push_str(&edit.to);
        passed = edit.at + edit.from.chars().count();
    }
    text.push_str(rest);
    Ok(text)
}

/// Takes one edit back: the text without it, and the edits that are left.
pub fn undo(raw: &str, edits: &[Edit], index: usize) -> Result<(String, Vec<Edit>), EditError> {
    if index >= edits.len() {
        return Err(EditError::NoSuchEdit { index, count: edits.len() });
    }
    let mut left = edits.to_vec();
    left.remove(index);
    Ok((apply(raw, &left)?, left))
}

/// Byte offset of the character number `count`; none where the text is shorter.
fn byte_offset(text: &str, count: usize) -> Option<usize> {
    text.char_indices().map(|(offset, _)| offset).chain([text.len()]).nth(count)
}

/// An edit inside the engine: the same with byte offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub kind: EditKind,
    pub range: Range<usize>,
    pub to: String,
}

/// Changes as edits of `raw`. They must be in order and inside the text.
pub(crate) fn to_edits(raw: &str, changes: &[Change]) -> Vec<Edit> {
    let mut passed = 0;
    let mut characters = 0;
    changes
        .iter()
        .map(|change| {
            characters += raw[passed..change.range.start].chars().count();
            passed = change.range.start;
            Edit {
                kind: change.kind,
                from: raw[change.range.clone()].to_owned(),
                to: change.to.clone(),
                at: characters,
            }
        })
        .collect()
}

/// The way back; edits that do not belong to `raw` are an error.
pub(crate) fn to_changes(raw: &str, edits: &[Edit]) -> Result<Vec<Change>, EditError> {
    let mut passed = 0;
    let mut characters = 0;
    let mut changes = Vec::with_capacity(edits.len());
    for (index, edit) in edits.iter().enumerate() {
        let mismatch = || EditError::Mismatch { index, expected: edit.from.clone(), at: edit.at };
        let skip = edit.at.checked_sub(characters).ok_or(EditError::OutOfOrder { index })?;
        let start = passed + byte_offset(&raw[passed..], skip).ok_or_else(mismatch)?;
        if !raw[start..].starts_with(edit.from.as_str()) {
            return Err(mismatch());
        }
        passed = start + edit.from.len();
        characters = edit.at + edit.from.chars().count();
        changes.push(Change { kind: edit.kind, range: start..passed, to: edit.to.clone() });
    }
    Ok(changes)
}

/// `raw` with the changes made.
pub(crate) fn apply_changes(raw: &str, changes: &[Change]) -> String {
    let mut text = String::with_capacity(raw.len() + 16);
    let mut passed = 0;
    for change in changes {
        text.push_str(&raw[passed..change.range.start]);
        text.push_str(&change.to);
        passed = change.range.end;
    }
    text.push_str(&raw[passed..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(kind: EditKind, from: &str, to: &str, at: usize) -> Edit {
        Edit { kind, from: from.into(), to: to.into(), at }
    }

    fn example() -> (&'static str, Vec<Edit>) {
        let edits = vec![
            edit(EditKind::Filler, "эээ ", "", 0),
            edit(EditKind::Case, "я", "Я", 4),
            edit(EditKind::Punctuation, "", ".", 10),
        ];
        ("эээ я тут ", edits)
    }

    #[test]
    fn positions_count_characters_and_not_bytes() {
        let (raw, edits) = example();
        assert_eq!(apply(raw, &edits).unwrap(), "Я тут .");
    }

    #[test]
    fn any_edit_can_be_taken_back_alone() {
        let (raw, edits) = example();
        assert_eq!(undo(raw, &edits, 0).unwrap().0, "эээ Я тут .");
        assert_eq!(undo(raw, &edits, 2).unwrap().0, "Я тут ");
        assert_eq!(undo(raw, &edits, 3), Err(EditError::NoSuchEdit { index: 3, count: 3 }));
        assert_eq!(apply(raw, &[]).unwrap(), raw);
    }

    #[test]
    fn edits_of_another_text_are_an_error() {
        let (_, edits) = example();
        assert!(matches!(apply("другой текст", &edits), Err(EditError::Mismatch { index: 0, .. })));
        assert!(matches!(apply("эээ", &edits[2..]), Err(EditError::Mismatch { index: 0, .. })));
        let mut swapped = edits;
        swapped.swap(0, 1);
        assert!(matches!(apply("эээ я тут ", &swapped), Err(EditError::OutOfOrder { index: 1 })));
    }

    #[test]
    fn changes_and_edits_are_the_same_thing() {
        let (raw, edits) = example();
        let changes = to_changes(raw, &edits).unwrap();
        assert_eq!(apply_changes(raw, &changes), apply(raw, &edits).unwrap());
        assert_eq!(to_edits(raw, &changes), edits);
    }

    #[test]
    fn kinds_have_their_names_on_the_wire() {
        assert_eq!(serde_json::to_string(&EditKind::SelfCorrection).unwrap(), "\"self_correction\"");
    }
}
