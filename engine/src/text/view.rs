//! A draft as rules read it: its words, and what stands between them.

use super::draft::Draft;
use super::sentences::ends_sentence;
use super::tokens::TokenKind;

/// What stands between two words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Gap {
    pub comma: bool,
    /// . ! ? or dots
    pub stop: bool,
    pub question: bool,
    pub exclamation: bool,
    pub dash: bool,
    /// : ; brackets, quotes and everything else
    pub other: bool,
    pub line_break: bool,
    /// A dash follows the word right away (as in "th- the").
    pub tight: bool,
}

impl Gap {
    /// Only spaces.
    pub fn is_plain(self) -> bool {
        !(self.comma || self.stop || self.dash || self.other || self.line_break)
    }

    /// Only spaces and at most a comma.
    pub fn is_soft(self) -> bool {
        !(self.stop || self.dash || self.other || self.line_break)
    }

    pub fn ends_sentence(self) -> bool {
        self.stop || self.line_break
    }
}

/// The words of a draft and what stands between them, as rules read it.
pub(crate) struct View<'d> {
    pub draft: &'d Draft<'d>,
    /// Pieces that are words.
    pub words: Vec<usize>,
    /// `gaps[k]` stands before word `k`; the last one after the last word.
    gaps: Vec<Gap>,
}

impl<'d> View<'d> {
    pub fn new(draft: &'d Draft<'d>) -> Self {
        let words = draft.words();
        let mut gaps = Vec::with_capacity(words.len() + 1);
        let mut from = 0;
        for &word in &words {
            let mut gap = draft.gap(from..word);
            if gap.stop && from > 0 && is_abbreviation_stop(draft, from, word) {
                (gap.stop, gap.other) = (false, true);
            }
            gaps.push(gap);
            from = word + 1;
        }
        gaps.push(draft.gap(from..draft.pieces.len()));
        Self { draft, words, gaps }
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Comparable form of word `k`; empty beyond the ends.
    pub fn norm(&self, k: usize) -> &'d str {
        self.words.get(k).map_or("", |&i| self.draft.pieces[i].norm.as_str())
    }

    /// Comparable form of the word before `k`; empty at the beginning.
    pub fn norm_before(&self, k: usize) -> &'d str {
        k.checked_sub(1).map_or("", |k| self.norm(k))
    }

    pub fn text(&self, k: usize) -> &'d str {
        self.words.get(k).map_or("", |&i| self.draft.pieces[i].text.as_str())
    }

    pub fn frozen(&self, k: usize) -> bool {
        self.words.get(k).is_some_and(|&i| self.draft.pieces[i].frozen)
    }

    /// What stands before word `k` (`k` = number of words: after the last).
    pub fn gap(&self, k: usize) -> Gap {
        self.gaps.get(k).copied().unwrap_or_default()
    }

    pub fn opens_sentence(&self, k: usize) -> bool {
        k == 0 || self.gap(k).ends_sentence()
    }

    /// Whether word `k` is the last of its sentence.
    pub fn ends_sentence(&self, k: usize) -> bool {
        k + 1 >= self.len() || self.gap(k + 1).ends_sentence()
    }

    /// Whether the words from `k` on are these, with nothing but spaces between them.
    pub fn phrase_at(&self, k: usize, phrase: &[&str]) -> bool {
        phrase.iter().enumerate().all(|(n, word)| self.norm(k + n) == *word && (n == 0 || self.gap(k + n).is_plain()))
    }

    /// First word of the sentence in which word `k` stands.
    pub fn sentence_start(&self, k: usize) -> usize {
        (0..=k).rev().find(|&k| self.opens_sentence(k)).unwrap_or(0)
    }

    /// Whether the word is written as a name: a capital inside a sentence.
    pub fn looks_like_name(&self, k: usize) -> bool {
        !self.opens_sentence(k) && self.text(k).chars().next().is_some_and(char::is_uppercase) && self.norm(k) != "i"
    }
}

/// Whether the only mark before `word` is the full stop of an abbreviation or an initial.
fn is_abbreviation_stop(draft: &Draft<'_>, from: usize, word: usize) -> bool {
    let mut marks =
        draft.pieces[from..word].iter().filter(|piece| piece.kind == TokenKind::Mark && !piece.text.is_empty());
    let (first, second) = (marks.next(), marks.next());
    let (before, after) = (&draft.pieces[from - 1].text, &draft.pieces[word].text);
    second.is_none()
        && first.is_some_and(|mark| {
            mark.edit.is_none() && mark.text == "." && !ends_sentence(".", Some(before), Some(after))
        })
}
