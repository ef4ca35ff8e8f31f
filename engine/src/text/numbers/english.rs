//! English number words.

use super::{Atom, Currency, Decimal, Reading, Shape, Value, written};
use crate::text::Tongue;

/// A cardinal or ordinal number and how much it took.
#[derive(Debug, Clone, Copy)]
struct Count {
    value: u64,
    len: usize,
    ordinal: bool,
    /// What stood before the large unit with which it ends.
    scaled: Option<u64>,
    indefinite: bool,
}

const UNITS: [&str; 20] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const UNIT_ORDINALS: [&str; 20] = [
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
];
const TENS_ORDINALS: [&str; 8] =
    ["twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth", "ninetieth"];
const SCALES: [(&str, u64); 3] = [("thousand", 1000), ("million", 1_000_000), ("billion", 1_000_000_000)];
pub(crate) const MONTHS: [&str; 12] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
];

pub(crate) fn is_number_word(norm: &str) -> bool {
    UNITS.contains(&norm)
        || TENS.contains(&norm)
        || UNIT_ORDINALS.contains(&norm)
        || TENS_ORDINALS.contains(&norm)
        || matches!(norm, "hundred" | "hundredth" | "thousand" | "million" | "billion" | "thousandth" | "millionth")
}

pub(super) fn may_start(norm: &str) -> bool {
    is_number_word(norm)
        || MONTHS.contains(&norm)
        || matches!(norm, "a" | "the" | "half" | "quarter" | "minus" | "negative" | "oh" | "o")
}

/// The value of a word below a hundred, whether it is an ordinal, and whether a unit may follow.
fn simple(norm: &str) -> Option<(u64, bool, bool)> {
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
fn next<'a>(atoms: &[Atom<'a>], i: usize) -> &'a str {
    atoms.get(i).filter(|atom| atom.glued).map_or("", |atom| atom.norm)
}

fn below_hundred(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
    let (value, ordinal, open) = simple(atoms.get(i)?.norm)?;
    let mut count = Count { value, len: 1, ordinal, scaled: None, indefinite: false };
    if open && let Some((unit @ 1..=9, ordinal, _)) = simple(next(atoms, i + 1)) {
        count = Count { value: value + unit, len: 2, ordinal, ..count };
    }
    Some(count)
}

fn below_thousand(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
    let article = atoms.get(i)?.norm == "a";
    let head = if article { Some(Count { value: 1, len: 1, ordinal: false, scaled: None, indefinite: true }) } else { below_hundred(atoms, i) }?;
    if head.ordinal || !(1..20).contains(&head.value) || head.value == 10 {
        return (!article).then_some(head);
    }
    match next(atoms, i + head.len) {
        "hundredth" => return Some(Count { value: head.value * 100, len: head.len + 1, ordinal: true, ..head }),
        "hundred" => {}
        _ => return (!article).then_some(head),
    }
    let mut count = Count { value: head.value * 100, len: head.len + 1, ..head };
    let and = usize::from(next(atoms, i + count.len) == "and");
    if atoms.get(i + count.len + and).is_some_and(|atom| atom.glued)
        && let Some(rest) = below_hundred(atoms, i + count.len + and)
        && rest.value > 0
    {
        count = Count { value: count.value + rest.value, len: count.len + and + rest.len, ordinal: rest.ordinal, scaled: None, indefinite: false };
    }
    Some(count)
}

fn scale(norm: &str) -> Option<u64> {
    SCALES.iter().find(|(word, _)| *word == norm).map(|(_, scale)| *scale)
}

/// The longest cardinal or ordinal number from `i` on.
fn count(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
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
        let Some(group) = group.filter(|group| (done == 0 || group.value > 0) && (and == 0 || group.value < 100)) else {
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

/// A number with sign and decimals.
struct Amount {
    value: Decimal,
    len: usize,
    scaled: Option<Decimal>,
    indefinite: bool,
}

fn amount(atoms: &[Atom<'_>], i: usize) -> Option<Amount> {
    let negative = matches!(atoms.get(i)?.norm, "minus" | "negative");
    let start = i + usize::from(negative);
    if negative && next(atoms, start).is_empty() {
        return None;
    }
    let literal = written::number(Tongue::English, atoms.get(start)?.norm);
    let mut amount = if let Some(value) = literal {
        Amount { value, len: 1, scaled: None, indefinite: false }
    } else {
        let count = count(atoms, start).filter(|count| !count.ordinal)?;
        Amount { value: Decimal::whole(count.value), len: count.len, scaled: count.scaled.map(Decimal::whole), indefinite: count.indefinite }
    };
    if literal.is_none() && amount.scaled.is_none() && next(atoms, start + amount.len) == "point" {
        let mut fraction = String::new();
        let mut len = amount.len + 1;
        while let Some(digit) = UNITS[..10].iter().position(|word| *word == next(atoms, start + len)) {
            fraction.push_str(&digit.to_string());
            len += 1;
        }
        if fraction.is_empty() && let Some(rest) = below_hundred(atoms, start + len).filter(|rest| !rest.ordinal) {
            fraction = rest.value.to_string();
            len += rest.len;
        }
        if !fraction.is_empty() {
            amount = Amount { value: Decimal::new(amount.value.as_whole()?, &fraction)?, len, ..amount };
        }
    } else if ["and", "a", "half"].iter().enumerate().all(|(n, word)| next(atoms, start + amount.len + n) == *word)
        && amount.scaled.is_none()
    {
        amount = Amount { value: amount.value.plus_half()?, len: amount.len + 3, ..amount };
    }
    if amount.scaled.is_none() && let Some(factor) = scale(next(atoms, start + amount.len)) {
        amount = Amount { value: amount.value.times(factor), len: amount.len + 1, scaled: Some(amount.value), indefinite: false };
    }
    if negative {
        amount.value = amount.value.negative();
        amount.scaled = amount.scaled.map(Decimal::negative);
        amount.len += 1;
    }
    Some(amount)
}

pub(super) fn readings(atoms: &[Atom<'_>], i: usize) -> Vec<Reading> {
    let mut found = Vec::new();
    let mut push = |value: Value, len: usize, shape: Shape| found.push(Reading { value, len, shape });
    if let Some(amount) = amount(atoms, i) {
        let end = i + amount.len;
        let shape = match (amount.scaled, amount.indefinite) {
            (_, true) => Shape::Indefinite,
            (Some(scaled), false) => Shape::Scaled(scaled),
            (None, false) => Shape::Simple,
        };
        if let Some((value, len)) = money(atoms, end, &amount) {
            push(value, amount.len + len, shape.clone());
        }
        match next(atoms, end) {
            "percent" => push(Value::Percent(amount.value), amount.len + 1, shape.clone()),
            "per" if next(atoms, end + 1) == "cent" => push(Value::Percent(amount.value), amount.len + 2, shape.clone()),
            _ => {}
        }
        push(Value::Plain(amount.value), amount.len, shape);
    }
    if let Some(count) = count(atoms, i).filter(|count| count.ordinal) {
        push(Value::Ordinal(count.value), count.len, Shape::Suffix(ordinal_suffix(count.value)));
    }
    if let Some((year, len)) = year(atoms, i) {
        push(Value::Plain(Decimal::whole(year)), len, Shape::Year);
    }
    for (value, len) in clock(atoms, i) {
        push(value, len, Shape::Simple);
    }
    if let Some((value, len)) = date(atoms, i) {
        push(value, len, Shape::Simple);
    }
    if let Some((digits, len)) = digit_run(atoms, i) {
        push(Value::Digits(digits), len, Shape::Groups(vec![1; len]));
    }
    found
}

pub(crate) fn ordinal_suffix(value: u64) -> &'static str {
    match (value % 100, value % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// The currency after an amount, and cents after that: the sum and the atoms they take.
fn money(atoms: &[Atom<'_>], end: usize, amount: &Amount) -> Option<(Value, usize)> {
    let currency = match next(atoms, end) {
        "dollar" | "dollars" => Currency::Dollar,
        "euro" | "euros" => Currency::Euro,
        "pound" | "pounds" => Currency::Pound,
        _ => return None,
    };
    let and = usize::from(next(atoms, end + 1) == "and");
    if let Some(cents) = count(atoms, end + 1 + and).filter(|count| !count.ordinal && count.value < 100)
        && atoms.get(end + 1 + and).is_some_and(|atom| atom.glued)
        && matches!(next(atoms, end + 1 + and + cents.len), "cent" | "cents" | "pence")
        && let Some(sum) = amount.value.plus_cents(cents.value)
    {
        return Some((Value::Money(sum, currency), 2 + and + cents.len));
    }
    Some((Value::Money(amount.value, currency), 1))
}

/// "nineteen eighty four", "twenty twenty", "nineteen oh five", "twenty eleven".
fn year(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
    let (century, false, _) = simple(atoms.get(i)?.norm)? else { return None };
    if !(11..=20).contains(&century) {
        return None;
    }
    let (rest, len) = two_digits(atoms, i + 1)?;
    Some((century * 100 + rest, 1 + len))
}

/// "thirty", "forty five", "oh five": two digits that follow an hour or a century.
fn two_digits(atoms: &[Atom<'_>], i: usize) -> Option<(u64, usize)> {
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

fn clock(atoms: &[Atom<'_>], i: usize) -> Vec<(Value, usize)> {
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
        && let Some(hour) = Some(next(atoms, i + len + 1)).filter(|norm| !norm.is_empty()).and(hour_at(i + len + 1)).filter(|h| *h <= 12)
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
fn date(atoms: &[Atom<'_>], i: usize) -> Option<(Value, usize)> {
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

/// Three or more digits said one by one.
fn digit_run(atoms: &[Atom<'_>], i: usize) -> Option<(String, usize)> {
    let digit = |norm: &str| match norm {
        "oh" | "o" => Some(0),
        _ => UNITS[..10].iter().position(|word| *word == norm),
    };
    if matches!(atoms.get(i)?.norm, "oh" | "o") {
        return None;
    }
    let mut digits = digit(atoms[i].norm)?.to_string();
    let mut len = 1;
    while let Some(value) = digit(next(atoms, i + len)) {
        digits.push_str(&value.to_string());
        len += 1;
    }
    (len >= 3).then_some((digits, len))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::numbers::tests::read;

    fn plain(text: &str) -> Option<u64> {
        read(Tongue::English, text).into_iter().find_map(|value| match value {
            Value::Plain(value) => value.as_whole(),
            _ => None,
        })
    }

    #[test]
    fn cardinals_are_read_to_their_end() {
        for (said, value) in [
            ("seven", 7), ("twenty-five", 25), ("one hundred and five", 105), ("a hundred and twenty", 120),
            ("twelve hundred", 1200), ("two thousand twenty four", 2024), ("three hundred thousand", 300_000),
            ("one million two hundred thousand and three", 1_200_003), ("nineteen ninety nine", 1999), ("twenty oh five", 2005),
        ] {
            assert_eq!(plain(said), Some(value), "{said}");
        }
    }

    #[test]
    fn two_numbers_in_a_row_are_not_one() {
        assert_eq!(plain("ten fifteen people"), None);
        assert_eq!(plain("five six"), None);
        assert_eq!(plain("twenty ten five"), None);
    }

    #[test]
    fn times_dates_and_sums_have_their_own_values() {
        let has = |said: &str, value: &Value| read(Tongue::English, said).contains(value);
        assert!(has("five thirty pm", &Value::Clock { minutes: 17 * 60 + 30, known: true }));
        assert!(has("quarter to nine", &Value::Clock { minutes: 8 * 60 + 45, known: false }));
        assert!(has("june twenty first twenty twenty five", &Value::Date { day: 21, month: 6, year: Some(2025) }));
        assert!(has("two dollars and fifty cents", &Value::Money(Decimal::new(2, "5").unwrap(), Currency::Dollar)));
        assert!(has("five five five oh one", &Value::Digits("55501".into())));
        assert!(has("two and a half million", &Value::Plain(Decimal::whole(2_500_000))));
    }
}
