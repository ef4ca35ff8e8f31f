//! Russian cardinals and ordinals: how many words make one number, and whether they agree.

use super::Atom;
use super::russian_forms::{Cases, Form, Place, form};

/// A cardinal or ordinal number and how much it took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub value: u64,
    pub len: usize,
    pub suffix: Option<&'static str>,
    /// What stood before the large unit with which it ends.
    pub scaled: Option<u64>,
    /// A large unit alone.
    pub indefinite: bool,
}

pub(super) fn next<'a>(atoms: &[Atom<'a>], i: usize) -> &'a str {
    atoms.get(i).filter(|atom| atom.glued).map_or("", |atom| atom.norm)
}

pub(super) fn word(atoms: &[Atom<'_>], i: usize, first: bool) -> Option<Form> {
    atoms.get(i).filter(|atom| first || atom.glued).and_then(|atom| form(atom.norm))
}

/// A number below a thousand; its parts stand in one case, an ordinal ends it.
pub(super) fn below_thousand(atoms: &[Atom<'_>], i: usize, first: bool) -> Option<(Count, Cases)> {
    let mut total: Option<(Count, Cases)> = None;
    let mut room = 4;
    loop {
        let len = total.map_or(0, |(count, _)| count.len);
        let Some(part) = word(atoms, i + len, first && len == 0) else {
            break;
        };
        let rank = match part.place {
            Place::Hundreds => 3,
            Place::Tens => 2,
            Place::Teen | Place::Unit => 1,
            Place::Scale => break,
        };
        // Nothing follows a zero or a teen, a teen follows only hundreds, and each place is filled once.
        let fits = rank < room && (part.value > 0 || len == 0) && !(part.place == Place::Teen && room == 2);
        let agrees = total.is_none_or(|(_, cases)| {
            part.suffix.is_some() && cases & 1 != 0 || part.suffix.is_none() && cases & part.cases != 0
        });
        if !fits || !agrees {
            break;
        }
        let cases =
            total.map_or(part.cases, |(_, cases)| if part.suffix.is_some() { part.cases } else { cases & part.cases });
        let value = total.map_or(0, |(count, _)| count.value) + part.value;
        total = Some((Count { value, len: len + 1, suffix: part.suffix, scaled: None, indefinite: false }, cases));
        if part.suffix.is_some() || rank == 1 {
            break;
        }
        room = rank;
    }
    total
}

/// The longest cardinal or ordinal number from `i` on.
pub(super) fn count(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
    let mut total: Option<Count> = None;
    let mut limit = u64::MAX;
    loop {
        let done = total.map_or(0, |count| count.len);
        let at = i + done;
        let first = done == 0;
        let group = below_thousand(atoms, at, first);
        let unit_at = at + group.map_or(0, |(count, _)| count.len);
        let unit = word(atoms, unit_at, first && group.is_none())
            .filter(|unit| unit.place == Place::Scale && group.is_none_or(|(count, _)| count.suffix.is_none()));
        let (worth, len, suffix, factor) = match (group, unit) {
            (Some((count, _)), Some(unit)) => (count.value * unit.value, count.len + 1, unit.suffix, Some(unit.value)),
            (Some((count, _)), None) => (count.value, count.len, count.suffix, None),
            (None, Some(unit)) => (unit.value, 1, unit.suffix, Some(unit.value)),
            (None, None) => break,
        };
        if worth >= limit || (!first && worth == 0) {
            break;
        }
        total = Some(Count {
            value: total.map_or(0, |count| count.value) + worth,
            len: done + len,
            suffix,
            scaled: if first && suffix.is_none() { factor.and(group).map(|(count, _)| count.value) } else { None },
            indefinite: first && group.is_none() && suffix.is_none(),
        });
        match factor {
            Some(factor) if suffix.is_none() => limit = factor,
            _ => break,
        }
    }
    total
}

pub(super) fn cardinal(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
    count(atoms, i).filter(|count| count.suffix.is_none())
}
