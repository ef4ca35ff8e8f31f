//! Numbers, times, dates and sums in written form. What a run of words can mean is `text::numbers`'s; which of its
//! meanings is meant here, and whether it is worth writing in digits, is decided per language.

use super::{Scope, numbers_english, numbers_russian};
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::numbers::{Atom, Reading, Value, atoms, readings};
use crate::text::style::NumberPolicy;
use crate::text::tokens::TokenKind;

/// What to do with the atoms from some place on.
pub(super) enum Choice {
    /// Put this in the place of so many atoms.
    Write { len: usize, text: String },
    /// Leave so many atoms as they are.
    Leave { len: usize },
}

/// A place in a text, as the languages' tables see it.
pub(super) struct Place<'p> {
    pub tongue: Tongue,
    pub view: &'p View<'p>,
    pub atoms: &'p [Atom<'p>],
    /// The first atom of the number.
    pub i: usize,
    pub policy: NumberPolicy,
}

impl<'p> Place<'p> {
    /// The word before the number; empty at the beginning or behind a mark.
    pub fn before(&self) -> &'p str {
        match self.i.checked_sub(1) {
            Some(before) if self.atoms[self.i].glued => self.atoms[before].norm,
            _ => "",
        }
    }

    /// The word `n` places behind the first `len` atoms; empty at the end or behind a mark.
    pub fn after(&self, len: usize, n: usize) -> &'p str {
        let at = self.i + len + n;
        let joined = (self.i + len..=at).all(|k| self.atoms.get(k).is_some_and(|atom| atom.glued));
        if joined { self.atoms[at].norm } else { "" }
    }

    /// The text of the word to which an atom belongs.
    pub fn spelled(&self, i: usize) -> &'p str {
        self.view.text(self.atoms[i].word)
    }

    /// The longest reading that fits.
    pub fn best(all: &[Reading], fits: impl Fn(&Reading) -> bool) -> Option<&Reading> {
        all.iter().filter(|reading| fits(reading)).max_by_key(|reading| reading.len)
    }

    /// Whether a plain number goes on right behind the first `len` atoms: two numbers side by side say nothing certain.
    pub fn number_follows(&self, len: usize) -> Option<usize> {
        let at = self.i + len;
        self.atoms.get(at).filter(|atom| atom.glued && !atom.norm.starts_with("пол"))?;
        let next = readings(self.tongue, self.atoms, at);
        if next.iter().any(|reading| matches!(reading.value, Value::Date { .. })) {
            return None;
        }
        let plain = |reading: &&Reading| matches!(reading.value, Value::Plain(_) | Value::Ordinal(_));
        next.iter().filter(plain).map(|reading| reading.len).max()
    }

    /// Whether the number is the smaller end of a range whose other end is written in digits ("five to ten").
    pub fn range_to_ten(&self, len: usize, links: &[&str]) -> bool {
        let at = self.i + len + 1;
        links.contains(&self.after(len, 0))
            && self.atoms.get(at).is_some_and(|atom| atom.glued)
            && readings(self.tongue, self.atoms, at).iter().any(|reading| {
                let ten =
                    matches!(reading.value, Value::Plain(value) if value.as_whole().is_some_and(|value| value >= 10));
                ten || matches!(reading.value, Value::Clock { known: true, .. })
            })
    }

    /// The further parts of a version behind the first `len` atoms ("point one" after "three point two"): the atoms that
    /// all take, and the parts as written.
    pub fn version_tail(&self, mut len: usize, link: &str) -> (usize, String) {
        let mut tail = String::new();
        while self.after(len, 0) == link && !self.after(len, 1).is_empty() {
            let at = self.i + len + 1;
            let rest = &self.atoms[at..];
            let end = rest.iter().position(|atom| atom.norm == link).map_or(self.atoms.len(), |n| at + n);
            let part =
                readings(self.tongue, &self.atoms[..end], at).into_iter().find_map(|reading| match reading.value {
                    Value::Plain(value) => value.as_whole().map(|value| (value, reading.len)),
                    _ => None,
                });
            let Some((value, more)) = part else { break };
            tail.push_str(&format!(".{value}"));
            len += 1 + more;
        }
        (len, tail)
    }
}

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let policy = scope.style.numbers;
    if policy == NumberPolicy::Keep || scope.tongue == Tongue::Other {
        return;
    }
    let view = View::new(draft);
    let words = (0..view.len()).map(|k| {
        let gap = view.gap(k);
        (if view.frozen(k) { "" } else { view.norm(k) }, gap.is_plain(), gap.is_soft())
    });
    let atoms = atoms(scope.tongue, words);
    let mut actions = Vec::new();
    let mut i = 0;
    while i < atoms.len() {
        let found = readings(scope.tongue, &atoms, i);
        if found.is_empty() {
            i += 1;
            continue;
        }
        let place = Place { tongue: scope.tongue, view: &view, atoms: &atoms, i, policy };
        let choice = match scope.tongue {
            Tongue::English => numbers_english::choose(&place, &found),
            Tongue::Russian => numbers_russian::choose(&place, &found),
            Tongue::Other => Choice::Leave { len: 1 },
        };
        i += match choice {
            Choice::Leave { len } => len.max(1),
            Choice::Write { len, text } => {
                let first = view.words[atoms[i].word];
                let last = with_own_stop(&view, atoms[i + len - 1].word);
                let kind = EditKind::NumberForm;
                actions.push(Action::Replace { first, last, text, sort: TokenKind::Word, kind, frozen: false });
                len
            }
        };
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

/// The last piece of word `k`: the full stop of "p.m." inside a sentence belongs to it.
fn with_own_stop(view: &View<'_>, k: usize) -> usize {
    let word = view.words[k];
    let dotted = matches!(view.norm(k), "a.m" | "p.m");
    let stop = view.draft.pieces.get(word + 1).is_some_and(|piece| piece.text == "." && piece.edit.is_none());
    let goes_on = view.text(k + 1).starts_with(char::is_lowercase);
    if dotted && stop && goes_on { word + 1 } else { word }
}
