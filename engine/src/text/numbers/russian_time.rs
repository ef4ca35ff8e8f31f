//! Russian times of day and dates.

use super::russian::MONTHS;
use super::russian_counts::{cardinal, count, next, word};
use super::russian_forms::{Place, form};
use super::{Atom, Value};

/// Which half of the day is said after an hour, and the atoms it takes.
fn half_day(atoms: &[Atom<'_>], i: usize, hour: u64) -> Option<(u16, usize)> {
    let hours = usize::from(matches!(next(atoms, i), "час" | "часа" | "часов" | "часам"));
    let noon = match next(atoms, i + hours) {
        "утра" => 0,
        "ночи" => {
            if hour == 12 {
                720
            } else {
                0
            }
        }
        "дня" => {
            if hour == 12 {
                0
            } else {
                720
            }
        }
        "вечера" => 720,
        _ => return None,
    };
    Some(((hour * 60) as u16 + noon, hours + 1))
}

pub(super) fn clock(atoms: &[Atom<'_>], i: usize) -> Vec<(Value, usize)> {
    let mut found = Vec::new();
    let mut push = |hour: u64, minute: u64, len: usize, exact: bool| {
        if let Some((minutes, more)) = half_day(atoms, i + len, hour).filter(|_| (1..=12).contains(&hour)) {
            let minutes = (minutes + minute as u16) % 1440;
            found.push((Value::Clock { minutes, known: true }, len + more));
        }
        if exact {
            let known = hour > 12 || hour == 0;
            found.push((Value::Clock { minutes: (hour * 60 + minute) as u16, known }, len));
        }
    };
    let norm = atoms[i].norm;
    if let Some((hour, minute)) = norm.split_once(':')
        && let (Ok(hour @ 0..24), Ok(minute @ 0..60)) = (hour.parse::<u64>(), minute.parse::<u64>())
    {
        push(hour, minute, 1, true);
    }
    if let Some((hour, len)) = hour_at(atoms, i) {
        if half_day(atoms, i + len, hour).is_some() {
            push(hour, 0, len, false);
        }
        if let Some((minute, more)) = minutes_after(atoms, i + len) {
            push(hour, minute, len + more, true);
        }
    }
    // "половине третьего", "четверть третьего", "десять минут третьего"
    let head = match norm {
        "половина" | "половине" | "половину" | "половины" => Some((30, 1)),
        "четверть" | "четверти" => Some((15, 1)),
        _ => cardinal(atoms, i)
            .filter(|count| {
                count.value < 60 && matches!(next(atoms, i + count.len), "минут" | "минуты" | "минута" | "минуту")
            })
            .map(|count| (count.value, count.len + 1)),
    };
    if let Some((minute, len)) = head
        && let Some(hour) = coming_hour(next(atoms, i + len))
    {
        push(if hour == 1 { 12 } else { hour - 1 }, minute, len + 1, true);
    }
    if let Some(hour) = norm.strip_prefix("пол").and_then(coming_hour) {
        push(if hour == 1 { 12 } else { hour - 1 }, 30, 1, true);
    }
    if norm == "без"
        && let Some((minute, len)) = minutes_before(atoms, i + 1)
    {
        let (hour, hour_len) = match next(atoms, i + 1 + len) {
            "" => (0, 0),
            "час" => (1, 1),
            _ => cardinal(atoms, i + 1 + len).map_or((0, 0), |count| (count.value, count.len)),
        };
        if (1..=12).contains(&hour) {
            push(if hour == 1 { 12 } else { hour - 1 }, 60 - minute, 1 + len + hour_len, true);
        }
    }
    found
}

fn hour_at(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
    let digits = atoms.get(i)?.norm.parse().ok().map(|hour| (hour, 1));
    let said = || cardinal(atoms, i).map(|count| (count.value, count.len));
    // "семь сорок пять" may read as 7 alone, so the hour is cut to what can be an hour.
    digits.or_else(said).filter(|(hour, _)| *hour < 24)
}

/// Two digits of minutes after an hour: "тридцать", "ноль пять", "ноль ноль".
fn minutes_after(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
    let first = word(atoms, i, false)?;
    if first.value == 0 && first.suffix.is_none() {
        let unit = word(atoms, i + 1, false).filter(|unit| unit.place == Place::Unit && unit.suffix.is_none())?;
        return Some((unit.value, 2));
    }
    cardinal(atoms, i).filter(|count| (10..60).contains(&count.value)).map(|count| (count.value, count.len))
}

/// "пятнадцати", "пяти минут", "четверти" after "без".
fn minutes_before(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
    match next(atoms, i) {
        "" => None,
        "четверти" => Some((15, 1)),
        _ => {
            let count = cardinal(atoms, i).filter(|count| (1..30).contains(&count.value))?;
            Some((count.value, count.len + usize::from(matches!(next(atoms, i + count.len), "минут" | "минуты"))))
        }
    }
}

/// The hour named by an ordinal in the genitive ("третьего").
fn coming_hour(norm: &str) -> Option<u64> {
    form(norm).filter(|form| form.suffix == Some("-го") && (1..=12).contains(&form.value)).map(|form| form.value)
}

/// "пятого марта", "двадцать первое января", "5 марта 2025 года".
pub(super) fn date(atoms: &[Atom<'_>], i: usize) -> Option<(Value, usize)> {
    let said = count(atoms, i)
        .filter(|count| matches!(count.suffix, Some("-го" | "-е")))
        .map(|count| (count.value, count.len));
    let written = atoms[i].norm.parse().ok().map(|day| (day, 1));
    let (day, len) = said.or(written).filter(|(day, _)| (1..=31).contains(day))?;
    let month = MONTHS.iter().position(|month| *month == next(atoms, i + len))? as u8 + 1;
    let mut len = len + 1;
    let mut year = None;
    if let Some((value, more)) = year_at(atoms, i + len) {
        year = Some(value);
        len += more;
    }
    Some((Value::Date { day: day as u8, month, year }, len))
}

fn year_at(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
    let first = next(atoms, i);
    let said = (!first.is_empty()).then(|| count(atoms, i)).flatten().filter(|count| count.suffix.is_some());
    let (year, len) =
        said.map(|count| (count.value, count.len)).or_else(|| first.parse().ok().map(|year| (year, 1)))?;
    let follows = matches!(next(atoms, i + len), "год" | "года" | "году");
    ((1100..2200).contains(&year)).then_some((year, len + usize::from(follows)))
}
