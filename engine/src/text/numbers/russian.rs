//! Russian number words, in any case.

use super::russian_forms::{Cases, Form, Place, form};
use super::{Atom, Currency, Decimal, Reading, Shape, Value, written};
use crate::text::Tongue;

pub(crate) const MONTHS: [&str; 12] = [
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
];

/// A cardinal or ordinal number and how much it took.
#[derive(Debug, Clone, Copy)]
struct Count {
    value: u64,
    len: usize,
    suffix: Option<&'static str>,
    /// What stood before the large unit with which it ends.
    scaled: Option<u64>,
    /// A large unit alone.
    indefinite: bool,
}

pub(super) fn is_number_word(norm: &str) -> bool {
    form(norm).is_some()
}

pub(super) fn may_start(norm: &str) -> bool {
    is_number_word(norm)
        || matches!(
            norm,
            "минус" | "без" | "половина" | "половине" | "половину" | "половины" | "четверть" | "четверти" | "плюс"
                | "полтора" | "полторы" | "полутора" | "час"
        )
        || norm.starts_with("пол")
}

fn next<'a>(atoms: &[Atom<'a>], i: usize) -> &'a str {
    atoms.get(i).filter(|atom| atom.glued).map_or("", |atom| atom.norm)
}

fn word(atoms: &[Atom<'_>], i: usize, first: bool) -> Option<Form> {
    atoms.get(i).filter(|atom| first || atom.glued).and_then(|atom| form(atom.norm))
}

/// A number below a thousand; its parts stand in one case, an ordinal ends it.
fn below_thousand(atoms: &[Atom<'_>], i: usize, first: bool) -> Option<(Count, Cases)> {
    let mut total: Option<(Count, Cases)> = None;
    let mut room = 4;
    loop {
        let len = total.map_or(0, |(count, _)| count.len);
        let Some(part) = word(atoms, i + len, first && len == 0) else { break };
        let rank = match part.place {
            Place::Hundreds => 3,
            Place::Tens => 2,
            Place::Teen | Place::Unit => 1,
            Place::Scale => break,
        };
        // Nothing follows a zero or a teen, a teen follows only hundreds, and each place is filled once.
        let fits = rank < room && (part.value > 0 || len == 0) && !(part.place == Place::Teen && room == 2);
        let agrees = total.is_none_or(|(_, cases)| part.suffix.is_some() && cases & 1 != 0 || part.suffix.is_none() && cases & part.cases != 0);
        if !fits || !agrees {
            break;
        }
        let cases = total.map_or(part.cases, |(_, cases)| if part.suffix.is_some() { part.cases } else { cases & part.cases });
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
fn count(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
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

fn cardinal(atoms: &[Atom<'_>], i: usize) -> Option<Count> {
    count(atoms, i).filter(|count| count.suffix.is_none())
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
    let mut amount = if matches!(norm, "полтора" | "полторы" | "полутора") {
        Amount { value: Decimal::new(1, "5")?, len: 1, scaled: None, indefinite: true }
    } else if let Some(value) = written::number(Tongue::Russian, norm) {
        Amount { value, len: 1, scaled: None, indefinite: false }
    } else {
        let count = cardinal(atoms, start)?;
        Amount { value: Decimal::whole(count.value), len: count.len, scaled: count.scaled.map(Decimal::whole), indefinite: count.indefinite }
    };
    if let Some((value, len)) = decimals(atoms, start, &amount) {
        amount = Amount { value, len, scaled: None, indefinite: false };
        if let Some(unit) = word(atoms, start + len, false).filter(|unit| unit.place == Place::Scale && unit.suffix.is_none()) {
            amount = Amount { value: value.times(unit.value), len: len + 1, scaled: Some(value), indefinite: false };
        }
    } else if amount.scaled.is_none()
        && !amount.indefinite
        && let Some(unit) = word(atoms, start + amount.len, false).filter(|unit| unit.place == Place::Scale && unit.suffix.is_none())
    {
        amount = Amount { value: amount.value.times(unit.value), len: amount.len + 1, scaled: Some(amount.value), indefinite: false };
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
        "целых" | "целая" | "целые" | "целой" | "целую" => {
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
        "доллар" | "доллара" | "долларов" | "доллару" | "долларам" | "долларами" | "долларах" => Some(Currency::Dollar),
        "евро" => Some(Currency::Euro),
        _ => None,
    }
}

/// Which half of the day is said after an hour, and the atoms it takes.
fn half_day(atoms: &[Atom<'_>], i: usize, hour: u64) -> Option<(u16, usize)> {
    let hours = usize::from(matches!(next(atoms, i), "час" | "часа" | "часов" | "часам"));
    let noon = match next(atoms, i + hours) {
        "утра" => 0,
        "ночи" => if hour == 12 { 720 } else { 0 },
        "дня" => if hour == 12 { 0 } else { 720 },
        "вечера" => 720,
        _ => return None,
    };
    Some(((hour * 60) as u16 + noon, hours + 1))
}

fn clock(atoms: &[Atom<'_>], i: usize) -> Vec<(Value, usize)> {
    let mut found = Vec::new();
    let mut push = |hour: u64, minute: u64, len: usize| {
        if let Some((minutes, more)) = half_day(atoms, i + len, hour).filter(|_| (1..=12).contains(&hour)) {
            let minutes = (minutes + minute as u16) % 1440;
            found.push((Value::Clock { minutes, known: true }, len + more));
        }
        if minute > 0 || len > 1 {
            let known = hour > 12 || hour == 0;
            found.push((Value::Clock { minutes: (hour * 60 + minute) as u16, known }, len));
        }
    };
    let norm = atoms[i].norm;
    if let Some((hour, minute)) = norm.split_once(':')
        && let (Ok(hour @ 0..24), Ok(minute @ 0..60)) = (hour.parse::<u64>(), minute.parse::<u64>())
    {
        push(hour, minute, 1);
    }
    if let Some((hour, len)) = hour_at(atoms, i) {
        push(hour, 0, len);
        if let Some((minute, more)) = minutes_after(atoms, i + len) {
            push(hour, minute, len + more);
        }
    }
    // "половине третьего", "четверть третьего", "десять минут третьего"
    let head = match norm {
        "половина" | "половине" | "половину" | "половины" => Some((30, 1)),
        "четверть" | "четверти" => Some((15, 1)),
        _ => cardinal(atoms, i)
            .filter(|count| count.value < 60 && matches!(next(atoms, i + count.len), "минут" | "минуты" | "минута" | "минуту"))
            .map(|count| (count.value, count.len + 1)),
    };
    if let Some((minute, len)) = head
        && let Some(hour) = coming_hour(next(atoms, i + len))
    {
        push(if hour == 1 { 12 } else { hour - 1 }, minute, len + 1);
    }
    if let Some(hour) = norm.strip_prefix("пол").and_then(coming_hour) {
        push(if hour == 1 { 12 } else { hour - 1 }, 30, 1);
    }
    if norm == "без" && let Some((minute, len)) = minutes_before(atoms, i + 1) {
        let (hour, hour_len) = match next(atoms, i + 1 + len) {
            "" => (0, 0),
            "час" => (1, 1),
            _ => cardinal(atoms, i + 1 + len).map_or((0, 0), |count| (count.value, count.len)),
        };
        if (1..=12).contains(&hour) {
            push(if hour == 1 { 12 } else { hour - 1 }, 60 - minute, 1 + len + hour_len);
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
fn date(atoms: &[Atom<'_>], i: usize) -> Option<(Value, usize)> {
    let said = count(atoms, i).filter(|count| matches!(count.suffix, Some("-го" | "-е"))).map(|count| (count.value, count.len));
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
    let (year, len) = said.map(|count| (count.value, count.len)).or_else(|| first.parse().ok().map(|year| (year, 1)))?;
    let follows = matches!(next(atoms, i + len), "год" | "года" | "году");
    ((1100..2200).contains(&year)).then_some((year, len + usize::from(follows)))
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
    (one_by_one || telephone).then_some((digits, groups))
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
            ("двадцать пять", 25), ("двадцати пяти", 25), ("двадцатью пятью", 25), ("сто двадцать один", 121),
            ("трёхсот", 300), ("двенадцать тысяч пятьсот", 12_500), ("тысяча девятьсот восемьдесят четвёртом", 1984),
            ("две тысячи двадцать седьмого", 2027), ("миллион двести тысяч", 1_200_000), ("двадцать первый", 21),
            ("пятьюстами", 500), ("сорока двух", 42), ("двухтысячном", 2000),
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
        assert!(has("пятого марта две тысячи двадцать пятого года", &Value::Date { day: 5, month: 3, year: Some(2025) }));
        assert!(has("пять пять ноль один", &Value::Digits("5501".into())));
    }
}
