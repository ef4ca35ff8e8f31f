//! Russian number words, in any case.

use super::russian_counts::{below_thousand, cardinal, count, next, word};
use super::russian_forms::{Place, form};
use super::russian_time::{clock, date};
use super::{Atom, Currency, Decimal, Reading, Shape, Value, written};
use crate::text::Tongue;

#[rustfmt::skip]
pub(crate) const MONTHS: [&str; 12] = [
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
];

pub(super) fn is_number_word(norm: &str) -> bool {
    form(norm).is_some()
}

pub(super) fn may_start(norm: &str) -> bool {
    is_number_word(norm)
        || matches!(
            norm,
            "минус"
                | "без"
                | "половина"
                | "половине"
                | "половину"
                | "половины"
                | "четверть"
                | "четверти"
                | "плюс"
                | "полтора"
                | "полторы"
                | "полутора"
                | "час"
        )
        || norm.starts_with("пол")
}

/// A number with sign and decimals.
struct Amount {
    value: Decimal,
    len: usize,
    scaled: Option<Decimal>,
    indefinite: bool,
}

fn amount(atoms: &[Atom<'_>], i: usize) -> Option<Amount> {
    let negative = atoms.get(i)?.norm == "минус";
    let start = i + usize::from(negative);
    if negative && next(atoms, start).is_empty() {
        return None;
    }
    let norm = atoms.get(start)?.norm;
    let half_more = matches!(norm, "полтора" | "полторы" | "полутора");
    let mut amount = if half_more {
        Amount { value: Decimal::new(1, "5")?, len: 1, scaled: None, indefinite: true }
    } else if let Some(value) = written::number(Tongue::Russian, norm) {
        Amount { value, len: 1, scaled: None, indefinite: false }
    } else {
        let count = cardinal(atoms, start)?;
        Amount {
            value: Decimal::whole(count.value),
            len: count.len,
            scaled: count.scaled.map(Decimal::whole),
            indefinite: count.indefinite,
        }
    };
    if let Some((value, len)) = decimals(atoms, start, &amount) {
        amount = Amount { value, len, scaled: None, indefinite: false };
        if let Some(unit) =
            word(atoms, start + len, false).filter(|unit| unit.place == Place::Scale && unit.suffix.is_none())
        {
            amount = Amount { value: value.times(unit.value), len: len + 1, scaled: Some(value), indefinite: false };
        }
    } else if amount.scaled.is_none()
        && (!amount.indefinite || half_more)
        && let Some(unit) =
            word(atoms, start + amount.len, false).filter(|unit| unit.place == Place::Scale && unit.suffix.is_none())
    {
        amount = Amount {
            value: amount.value.times(unit.value),
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

/// "три целых пять десятых", "два с половиной", "два точка один" after a whole number: the value and all atoms.
fn decimals(atoms: &[Atom<'_>], start: usize, whole: &Amount) -> Option<(Decimal, usize)> {
    let at = start + whole.len;
    let value = whole.value.as_whole()?;
    match next(atoms, at) {
        "с" if next(atoms, at + 1) == "половиной" => Some((whole.value.plus_half()?, whole.len + 2)),
        "целых" | "целая" | "целые" | "целой" | "целую" | "и" => {
            let and = usize::from(next(atoms, at + 1) == "и");
            if next(atoms, at + 1 + and).is_empty() {
                return None;
            }
            let part = cardinal(atoms, at + 1 + and)?;
            let width = match next(atoms, at + 1 + and + part.len) {
                "десятых" | "десятая" | "десятые" | "десятой" | "десятую" => 1,
                "сотых" | "сотая" | "сотые" | "сотой" | "сотую" => 2,
                "тысячных" | "тысячная" | "тысячные" | "тысячной" => 3,
                _ => return None,
            };
            let digits = format!("{:0>width$}", part.value);
            (digits.len() == width).then_some(())?;
            Some((Decimal::new(value, &digits)?, whole.len + and + part.len + 2))
        }
        "точка" => {
            if next(atoms, at + 1).is_empty() {
                return None;
            }
            let part = cardinal(atoms, at + 1)?;
            Some((Decimal::new(value, &part.value.to_string())?, whole.len + 1 + part.len))
        }
        _ => None,
    }
}

pub(super) fn readings(atoms: &[Atom<'_>], i: usize) -> Vec<Reading> {
    let mut found = Vec::new();
    let mut push = |value: Value, len: usize, shape: Shape| found.push(Reading { value, len, shape });
    if let Some(amount) = amount(atoms, i) {
        let shape = match (amount.scaled, amount.indefinite) {
            (_, true) => Shape::Indefinite,
            (Some(scaled), false) => Shape::Scaled(scaled),
            (None, false) => Shape::Simple,
        };
        let unit = next(atoms, i + amount.len);
        if unit.starts_with("процент") {
            push(Value::Percent(amount.value), amount.len + 1, shape.clone());
        }
        if let Some(currency) = currency(unit) {
            push(Value::Money(amount.value, currency), amount.len + 1, shape.clone());
        }
        push(Value::Plain(amount.value), amount.len, shape);
    }
    if let Some((count, suffix)) = count(atoms, i).and_then(|count| count.suffix.map(|suffix| (count, suffix))) {
        push(Value::Ordinal(count.value), count.len, Shape::Suffix(suffix));
        if next(atoms, i + count.len).starts_with("год") && count.value >= 1000 {
            push(Value::Plain(Decimal::whole(count.value)), count.len, Shape::Year);
        }
    }
    for (value, len) in clock(atoms, i) {
        push(value, len, Shape::Simple);
    }
    if let Some((value, len)) = date(atoms, i) {
        push(value, len, Shape::Simple);
    }
    if let Some((digits, groups)) = digit_groups(atoms, i) {
        let len = groups.iter().map(|(_, len)| len).sum();
        push(Value::Digits(digits), len, Shape::Groups(groups.iter().map(|&(width, _)| width).collect()));
    }
    found
}

fn currency(norm: &str) -> Option<Currency> {
    match norm {
        "рубль" | "рубля" | "рублей" | "рублю" | "рублям" | "рублями" | "рублях" | "рублем" | "рубле" | "руб" | "₽" => {
            Some(Currency::Rouble)
        }
        "доллар" | "доллара" | "долларов" | "доллару" | "долларам" | "долларами" | "долларах" => {
            Some(Currency::Dollar)
        }
        "евро" => Some(Currency::Euro),
        _ => None,
    }
}

/// Digits said one by one (three or more), or a telephone number in groups: (digits, width and atoms of each group).
fn digit_groups(atoms: &[Atom<'_>], i: usize) -> Option<(String, Vec<(u8, usize)>)> {
    let mut digits = String::new();
    let mut groups = Vec::new();
    let plus = usize::from(atoms[i].norm == "плюс");
    if plus == 1 {
        digits.push('+');
    }
    let mut len = plus;
    while let Some((count, _)) = below_thousand(atoms, i + len, len == 0).filter(|(count, _)| count.suffix.is_none()) {
        if atoms.get(i + len).is_none_or(|atom| len > 0 && !atom.glued) {
            break;
        }
        let text = count.value.to_string();
        groups.push((text.len() as u8, count.len + if groups.is_empty() { plus } else { 0 }));
        digits.push_str(&text);
        len += count.len;
    }
    let total: u8 = groups.iter().map(|(width, _)| width).sum();
    let one_by_one = groups.len() >= 3 && groups.iter().all(|(width, _)| *width == 1);
    let telephone = (10..=11).contains(&total) && groups.len() >= 4;
    let labelled = groups.len() >= 2 && total <= 6 && i > 0 && atoms[i].glued && names_code(atoms[i - 1].norm);
    (one_by_one || telephone || labelled).then_some((digits, groups))
}

/// Words behind which numbers side by side are one code ("порт восемьдесят восемьдесят").
fn names_code(norm: &str) -> bool {
    ["порт", "код", "пин", "пинкод", "пин-код", "добавочный", "рейс", "ошибка", "ошибку", "ошибки"].contains(&norm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::numbers::tests::read;

    fn plain(text: &str) -> Option<u64> {
        read(Tongue::Russian, text).into_iter().find_map(|value| match value {
            Value::Plain(value) => value.as_whole(),
            Value::Ordinal(value) => Some(value),
            _ => None,
        })
    }

    #[test]
    fn numbers_in_any_case_are_read_to_their_end() {
        for (said, value) in [
            ("двадцать пять", 25),
            ("двадцати пяти", 25),
            ("двадцатью пятью", 25),
            ("сто двадцать один", 121),
            ("трёхсот", 300),
            ("двенадцать тысяч пятьсот", 12_500),
            ("тысяча девятьсот восемьдесят четвёртом", 1984),
            ("две тысячи двадцать седьмого", 2027),
            ("миллион двести тысяч", 1_200_000),
            ("двадцать первый", 21),
            ("пятьюстами", 500),
            ("сорока двух", 42),
            ("двухтысячном", 2000),
        ] {
            assert_eq!(plain(said), Some(value), "{said}");
        }
    }

    #[test]
    fn words_that_do_not_agree_are_not_one_number() {
        assert_eq!(plain("двадцати пять"), None);
        assert_eq!(plain("два три"), None);
        assert_eq!(plain("пятого десять"), None);
    }

    #[test]
    fn times_and_dates_have_their_own_values() {
        let has = |said: &str, value: &Value| read(Tongue::Russian, said).contains(value);
        let clock = |hour: u16, minute: u16, known| Value::Clock { minutes: hour * 60 + minute, known };
        assert!(has("половине третьего", &clock(2, 30, false)));
        assert!(has("полтретьего", &clock(2, 30, false)));
        assert!(has("без пятнадцати девять", &clock(8, 45, false)));
        assert!(has("без четверти час", &clock(12, 45, false)));
        assert!(has("десять минут седьмого", &clock(6, 10, false)));
        assert!(has("пятнадцать тридцать", &clock(15, 30, true)));
        assert!(has("три часа дня", &clock(15, 0, true)));
        assert!(has(
            "пятого марта две тысячи двадцать пятого года",
            &Value::Date { day: 5, month: 3, year: Some(2025) }
        ));
        assert!(has("пять пять ноль один", &Value::Digits("5501".into())));
    }
}
