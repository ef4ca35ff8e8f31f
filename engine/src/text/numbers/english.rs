//! English number words.

use super::english_counts::{TENS, TENS_ORDINALS, UNIT_ORDINALS, UNITS, below_hundred, count, next, scale};
use super::english_time::{clock, date, two_digits, year};
use super::{Atom, Currency, Decimal, Reading, Shape, Value, written};
use crate::text::Tongue;

#[rustfmt::skip]
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
        Amount {
            value: Decimal::whole(count.value),
            len: count.len,
            scaled: count.scaled.map(Decimal::whole),
            indefinite: count.indefinite,
        }
    };
    if literal.is_none() && amount.scaled.is_none() && next(atoms, start + amount.len) == "point" {
        let mut fraction = String::new();
        let mut len = amount.len + 1;
        while let Some(digit) = UNITS[..10].iter().position(|word| *word == next(atoms, start + len)) {
            fraction.push_str(&digit.to_string());
            len += 1;
        }
        if fraction.is_empty()
            && let Some(rest) = below_hundred(atoms, start + len).filter(|rest| !rest.ordinal)
        {
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
    if amount.scaled.is_none()
        && let Some(factor) = scale(next(atoms, start + amount.len))
    {
        amount = Amount {
            value: amount.value.times(factor),
            len: amount.len + 1,
            scaled: Some(amount.value),
            indefinite: false,
        };
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
            "per" if next(atoms, end + 1) == "cent" => {
                push(Value::Percent(amount.value), amount.len + 2, shape.clone());
            }
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
    if let Some((digits, len)) = digit_run(atoms, i).or_else(|| labelled_pairs(atoms, i)) {
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

/// "Port eighty eighty", "flight twenty three forty": a number read in pairs, where the word before says that it is one.
fn labelled_pairs(atoms: &[Atom<'_>], i: usize) -> Option<(String, usize)> {
    const LABELS: [&str; 12] =
        ["port", "code", "pin", "extension", "flight", "room", "route", "bus", "error", "gate", "train", "highway"];
    let label = atoms[i.checked_sub(1)?].norm;
    if !LABELS.contains(&label) || !atoms[i].glued {
        return None;
    }
    let head = below_hundred(atoms, i).filter(|head| !head.ordinal && head.value > 0)?;
    let (mut digits, mut len) = (head.value.to_string(), head.len);
    while let Some((pair, more)) = two_digits(atoms, i + len) {
        digits.push_str(&format!("{pair:02}"));
        len += more;
    }
    (len > head.len).then_some((digits, len))
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
            ("seven", 7),
            ("twenty-five", 25),
            ("one hundred and five", 105),
            ("a hundred and twenty", 120),
            ("twelve hundred", 1200),
            ("two thousand twenty four", 2024),
            ("three hundred thousand", 300_000),
            ("one million two hundred thousand and three", 1_200_003),
            ("nineteen ninety nine", 1999),
            ("twenty oh five", 2005),
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
