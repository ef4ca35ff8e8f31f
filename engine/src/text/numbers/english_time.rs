//! English years, times of day and dates.

use super::english::MONTHS;
use super::english_counts::{below_hundred, count, next, simple};
use super::{Atom, Value};

/// "nineteen eighty four", "twenty twenty", "nineteen oh five", "twenty eleven".
pub(super) fn year(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
    let (century, false, _) = simple(atoms.get(i)?.norm)? else {
        return None;
    };
    if !(11..=20).contains(&century) {
        return None;
    }
    let (rest, len) = two_digits(atoms, i + 1)?;
    Some((century * 100 + rest, 1 + len))
}

/// "thirty", "forty five", "oh five": two digits that follow an hour or a century.
pub(super) fn two_digits(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
    let first = next(atoms, i);
    if matches!(first, "oh" | "o" | "zero")
        && let Some((unit @ 1..=9, false, _)) = simple(next(atoms, i + 1))
    {
        return Some((unit, 2));
    }
    if first.is_empty() {
        return None;
    }
    let rest = below_hundred(atoms, i).filter(|rest| !rest.ordinal && (10..100).contains(&rest.value))?;
    Some((rest.value, rest.len))
}

/// Afternoon or morning after a time, and the atoms it takes.
fn half_day(atoms: &[Atom<'_>], i: usize) -> Option<(u16, usize)> {
    match (next(atoms, i), next(atoms, i + 1)) {
        ("am" | "a.m", _) => Some((0, 1)),
        ("pm" | "p.m", _) => Some((12 * 60, 1)),
        ("a", "m") => Some((0, 2)),
        ("p", "m") => Some((12 * 60, 2)),
        _ => None,
    }
}

pub(super) fn clock(atoms: &[Atom<'_>], i: usize) -> Vec<(Value, usize)> {
    let mut found = Vec::new();
    let mut push = |hour: u64, minute: u64, len: usize| {
        let at = (hour * 60 + minute) as u16;
        match half_day(atoms, i + len).filter(|_| (1..=12).contains(&hour)) {
            Some((noon, more)) => {
                found.push((Value::Clock { minutes: at % 720 + noon, known: true }, len + more));
            }
            None if minute > 0 || len > 1 => found.push((Value::Clock { minutes: at, known: hour > 12 }, len)),
            None => {}
        }
    };
    let hour_at = |k: usize| -> Option<u64> {
        let norm = atoms.get(k)?.norm;
        let hour = simple(norm).filter(|(_, ordinal, _)| !ordinal).map(|(value, ..)| value);
        hour.or_else(|| norm.parse().ok()).filter(|hour| (1..=24).contains(hour) && *hour < 24)
    };
    if let Some(hour) = hour_at(i) {
        if let Some((minute, len)) = two_digits(atoms, i + 1).filter(|(minute, _)| *minute < 60) {
            push(hour, minute, 1 + len);
        } else if next(atoms, i + 1) == "o'clock" {
            push(hour, 0, 2);
        } else {
            push(hour, 0, 1);
        }
    }
    if let Some((hour, minute)) = atoms.get(i).and_then(|atom| atom.norm.split_once(':'))
        && let (Ok(hour), Ok(minute)) = (hour.parse(), minute.parse())
        && minute < 60
    {
        push(hour, minute, 1);
    }
    // "half past two", "quarter to nine", "ten past six"
    let offset = match atoms.get(i).map(|atom| atom.norm) {
        Some("half") => Some((30, 1)),
        Some("quarter") => Some((15, 1)),
        Some("a") if next(atoms, i + 1) == "quarter" => Some((15, 2)),
        _ => below_hundred(atoms, i)
            .filter(|count| !count.ordinal && matches!(count.value, 5 | 10 | 20 | 25))
            .map(|count| (count.value, count.len + usize::from(next(atoms, i + count.len) == "minutes"))),
    };
    if let Some((minutes, len)) = offset
        && let Some(hour) = Some(next(atoms, i + len + 1))
            .filter(|norm| !norm.is_empty())
            .and(hour_at(i + len + 1))
            .filter(|h| *h <= 12)
    {
        match next(atoms, i + len) {
            "past" => push(hour, minutes, len + 2),
            "to" if minutes != 30 => push(if hour == 1 { 12 } else { hour - 1 }, 60 - minutes, len + 2),
            _ => {}
        }
    }
    found
}

/// "march fifth twenty twenty", "the fifth of march", "March 5, 2025".
pub(super) fn date(atoms: &[Atom<'_>], i: usize) -> Option<(Value, usize)> {
    let month_at = |k: usize, norm: &str| MONTHS.iter().position(|month| *month == norm).map(|m| (m as u8 + 1, k));
    let day_at = |k: usize| -> Option<(u8, usize)> {
        let norm = atoms.get(k)?.norm;
        let spoken = count(atoms, k).map(|count| (count.value, count.len));
        let digits = norm.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']).parse().ok().map(|day| (day, 1));
        spoken.or(digits).filter(|(day, _)| (1..=31).contains(day)).map(|(day, len)| (day as u8, len))
    };
    let (day, month, len) = if let Some((month, _)) = month_at(i, atoms.get(i)?.norm) {
        let the = usize::from(next(atoms, i + 1) == "the");
        if next(atoms, i + 1 + the).is_empty() {
            return None;
        }
        let (day, len) = day_at(i + 1 + the)?;
        (day, month, 1 + the + len)
    } else {
        let the = usize::from(atoms[i].norm == "the");
        if the == 1 && next(atoms, i + 1).is_empty() {
            return None;
        }
        let (day, len) = day_at(i + the)?;
        let of = usize::from(next(atoms, i + the + len) == "of");
        let (month, _) = month_at(0, next(atoms, i + the + len + of))?;
        (day, month, the + len + of + 1)
    };
    let follows = atoms.get(i + len).is_some_and(|atom| atom.glued || atom.comma);
    let year = if follows { year_after(atoms, i + len) } else { None };
    let (year, more) = year.map_or((None, 0), |(year, more)| (Some(year), more));
    Some((Value::Date { day, month, year }, len + more))
}

fn year_after(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
    let in_range = |year: &u64| (1100..2200).contains(year);
    year(atoms, i)
        .or_else(|| count(atoms, i).filter(|count| !count.ordinal).map(|count| (count.value, count.len)))
        .or_else(|| atoms.get(i)?.norm.parse().ok().map(|year| (year, 1)))
        .filter(|(year, _)| in_range(year))
}
