//! English cardinals and ordinals: how many words make one number.

use super::Atom;

/// A cardinal or ordinal number and how much it took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    pub value: u64,
    pub len: usize,
    pub ordinal: bool,
    /// What stood before the large unit with which it ends.
    pub scaled: Option<u64>,
    pub indefinite: bool,
}

#[rustfmt::skip]
pub(super) const UNITS: [&str; 20] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
pub(super) const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
#[rustfmt::skip]
pub(super) const UNIT_ORDINALS: [&str; 20] = [
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
];
#[rustfmt::skip]
pub(super) const TENS_ORDINALS: [&str; 8] =
    ["twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth", "ninetieth"];
const SCALES: [(&str, u64); 3] = [("thousand", 1000), ("million", 1_000_000), ("billion", 1_000_000_000)];
/// The value of a word below a hundred, whether it is an ordinal, and whether a unit may follow.
pub(super) fn simple(norm: &str) -> Option<(u64, bool, bool)> {
    let at = |list: &[&str]| list.iter().position(|word| *word == norm).map(|i| i as u64);
    if let Some(value) = at(&UNITS) {
        return Some((value, false, false));
    }
    if let Some(tens) = at(&TENS) {
        return Some(((tens + 2) * 10, false, true));
    }
    if let Some(value) = at(&UNIT_ORDINALS) {
        return Some((value, true, false));
    }
    at(&TENS_ORDINALS).map(|tens| ((tens + 2) * 10, true, false))
}

/// The next atom, where only space stands before it.
pub(super) fn next<'a>(atoms: &[Atom<'a>], i: usize) -> &'a str {
    atoms.get(i).filter(|atom| atom.glued).map_or("", |atom| atom.norm)
}

pub(super) fn below_hundred(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
    let (value, ordinal, open) = simple(atoms.get(i)?.norm)?;
    let mut count = Count { value, len: 1, ordinal, scaled: None, indefinite: false };
    if open && let Some((unit @ 1..=9, ordinal, _)) = simple(next(atoms, i + 1)) {
        count = Count { value: value + unit, len: 2, ordinal, ..count };
    }
    Some(count)
}

fn below_thousand(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
    let article = atoms.get(i)?.norm == "a";
    let head = if article {
        Some(Count { value: 1, len: 1, ordinal: false, scaled: None, indefinite: true })
    } else {
        below_hundred(atoms, i)
    }?;
    if head.ordinal || !(1..20).contains(&head.value) || head.value == 10 {
        return (!article).then_some(head);
    }
    match next(atoms, i + head.len) {
        "hundredth" => {
            return Some(Count { value: head.value * 100, len: head.len + 1, ordinal: true, ..head });
        }
        "hundred" => {}
        _ => return (!article).then_some(head),
    }
    let mut count = Count { value: head.value * 100, len: head.len + 1, ..head };
    let and = usize::from(next(atoms, i + count.len) == "and");
    if atoms.get(i + count.len + and).is_some_and(|atom| atom.glued)
        && let Some(rest) = below_hundred(atoms, i + count.len + and)
        && rest.value > 0
    {
        count = Count {
            value: count.value + rest.value,
            len: count.len + and + rest.len,
            ordinal: rest.ordinal,
            scaled: None,
            indefinite: false,
        };
    }
    Some(count)
}

pub(super) fn scale(norm: &str) -> Option<u64> {
    SCALES.iter().find(|(word, _)| *word == norm).map(|(_, scale)| *scale)
}

/// The longest cardinal or ordinal number from `i` on.
pub(super) fn count(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
    let mut total: Option<Count> = None;
    let mut limit = u64::MAX;
    loop {
        let done = total.map_or(0, |count| count.len);
        let and = usize::from(done > 0 && next(atoms, i + done) == "and");
        let at = i + done + and;
        if done > 0 && !atoms.get(at).is_some_and(|atom| atom.glued) {
            break;
        }
        let article = atoms.get(at).is_some_and(|atom| atom.norm == "a") && scale(next(atoms, at + 1)).is_some();
        let group = if article {
            Some(Count { value: 1, len: 1, ordinal: false, scaled: None, indefinite: true })
        } else {
            below_thousand(atoms, at)
        };
        let Some(group) = group.filter(|group| (done == 0 || group.value > 0) && (and == 0 || group.value < 100))
        else {
            break;
        };
        let factor = if group.ordinal { None } else { scale(next(atoms, at + group.len)) };
        let worth = group.value * factor.unwrap_or(1);
        if worth >= limit {
            break;
        }
        let len = done + and + group.len + usize::from(factor.is_some());
        total = Some(Count {
            value: total.map_or(0, |count| count.value) + worth,
            len,
            ordinal: group.ordinal,
            scaled: factor.filter(|_| done == 0).map(|_| group.value),
            indefinite: done == 0 && group.indefinite,
        });
        match factor {
            Some(factor) if !group.ordinal => limit = factor,
            _ => break,
        }
    }
    total
}
