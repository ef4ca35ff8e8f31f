//! How Russian writes numbers: words below ten, digits from ten on and wherever a unit, a date, a time or a code is
//! meant. The words around keep the forms in which they were said, so "ста двадцати рублей" is "120 рублей".

use super::numbers::{Choice, Place};
use crate::text::lexicon::small::is_small;
use crate::text::numbers::decimal::Decimal;
use crate::text::numbers::russian::MONTHS;
use crate::text::numbers::{Reading, Shape, Value, is_number_word, readings};
use crate::text::style::NumberPolicy;

/// Beginnings of units with which small numbers are written in digits too.
#[rustfmt::skip]
const MEASURES: [&str; 26] = [
    "рубл", "доллар", "евро", "копе", "килограмм", "кг", "грамм", "тонн", "литр", "метр", "километр", "км", "сантиметр",
    "миллиметр", "градус", "ватт", "вольт", "ампер", "гигабайт", "мегабайт", "терабайт", "килобайт", "мегапиксел", "киловатт",
    "гектар", "балл",
];

/// Beginnings of words that name something by a number.
#[rustfmt::skip]
const LABELS: [&str; 27] = [
    "страниц", "верси", "глав", "пункт", "номер", "комнат", "кабинет", "шаг", "раздел", "слайд", "задач", "таблиц", "том",
    "выпуск", "рейс", "маршрут", "дом", "квартир", "корпус", "подъезд", "платформ", "строк", "релиз", "поезд", "порт",
    "серия", "терминал",
];

const TIME_AFTER: [&str; 12] = ["в", "во", "к", "до", "с", "после", "около", "на", "от", "ровно", "примерно", "часов"];

const HALF_DAYS: [&str; 4] = ["утра", "дня", "вечера", "ночи"];

pub(super) fn choose(place: &Place<'_>, found: &[Reading]) -> Choice {
    if place.atoms[place.i].norm.chars().any(|c| c.is_ascii_digit()) {
        return Choice::Leave { len: 1 };
    }
    // "два точка один" is one number only where something is counted in versions.
    let point = place.atoms[place.i..].iter().take(8).position(|atom| atom.norm == "точка");
    let versioned = is_versioned(place);
    if let (Some(point), false) = (point.filter(|&point| point > 0), versioned)
        && found.iter().any(|reading| reading.len > point)
    {
        let cut = &place.atoms[..place.i + point];
        let shorter = Place { atoms: cut, ..*place };
        return choose(&shorter, &readings(place.tongue, cut, place.i));
    }
    let of = |fits: fn(&Value) -> bool| Place::best(found, move |reading| fits(&reading.value));
    let date_reading = of(|value| matches!(value, Value::Date { .. }));
    if let Some(choice) = date_reading.and_then(|reading| date(place, reading)) {
        return choice;
    }
    if let Some(choice) = clock(place, found) {
        return choice;
    }
    if let Some(reading) = of(|value| matches!(value, Value::Percent(_)))
        && let Value::Percent(value) = reading.value
        && reading.shape != Shape::Indefinite
    {
        return Choice::Write { len: reading.len, text: format!("{}%", written(value)) };
    }
    if let Some(reading) = of(|value| matches!(value, Value::Digits(_)))
        && let (Value::Digits(digits), Shape::Groups(groups)) = (&reading.value, &reading.shape)
    {
        return Choice::Write { len: reading.len, text: code(digits, groups) };
    }
    plain(place, found, versioned)
}

/// "Версия два", "версию до два": the number counts versions.
fn is_versioned(place: &Place<'_>) -> bool {
    let named = |norm: &str| norm.starts_with("верси") || norm.starts_with("релиз");
    let far = || place.i >= 2 && place.atoms[place.i - 1].glued && named(place.atoms[place.i - 2].norm);
    named(place.before()) || (matches!(place.before(), "до" | "на" | "в" | "с") && far())
}

fn written(value: Decimal) -> String {
    value.written(',', "\u{a0}")
}

fn date(place: &Place<'_>, reading: &Reading) -> Option<Choice> {
    let Value::Date { day, month, year } = reading.value else {
        return None;
    };
    let last = place.i + reading.len - 1;
    let year = match year {
        Some(year) if place.atoms[last].norm.starts_with("год") => format!(" {year} {}", place.spelled(last)),
        Some(year) => format!(" {year}"),
        None => String::new(),
    };
    Some(Choice::Write { len: reading.len, text: format!("{day} {}{year}", MONTHS[usize::from(month) - 1]) })
}

fn clock(place: &Place<'_>, found: &[Reading]) -> Option<Choice> {
    let reading = Place::best(found, |reading| {
        // The half of the day keeps its word, so only the digits before it are written.
        matches!(reading.value, Value::Clock { .. })
            && !HALF_DAYS.contains(&place.atoms[place.i + reading.len - 1].norm)
    })?;
    let Value::Clock { minutes, .. } = reading.value else {
        return None;
    };
    let atoms = &place.atoms[place.i..place.i + reading.len];
    let (first, last) = (atoms[0].norm, atoms[atoms.len() - 1].norm);
    let after = place.after(reading.len, 0);
    let free = after.is_empty() || HALF_DAYS.contains(&after) || is_small(place.tongue, after);
    let time = format!("{}:{:02}", minutes / 60, minutes % 60);
    if first == "без" {
        let timed =
            TIME_AFTER.contains(&place.before()) || matches!(place.before(), "сейчас" | "уже" | "было" | "почти");
        let text = if timed { time } else { format!("в {time}") };
        return Some(Choice::Write { len: reading.len, text });
    }
    let halves = first.starts_with("пол") || first.starts_with("четверт") || (last.ends_with("го") && reading.len > 1);
    let wanted = if halves {
        free
    } else {
        let timed = TIME_AFTER.contains(&place.before()) || HALF_DAYS.contains(&after);
        timed && (free || !is_counted(after)) && place.number_follows(reading.len).is_none()
    };
    wanted.then_some(Choice::Write { len: reading.len, text: time })
}

/// Whether the word is something that numbers count, as far as a table can say.
fn is_counted(after: &str) -> bool {
    MEASURES.iter().any(|unit| after.starts_with(unit))
        || ["процент", "минут", "человек", "раз", "штук", "тысяч", "миллион", "лет", "дней", "час"]
            .iter()
            .any(|unit| after.starts_with(unit))
}

/// Digits said one by one, or a telephone number in its groups.
fn code(digits: &str, groups: &[u8]) -> String {
    let (plus, body) = digits.strip_prefix('+').map_or(("", digits), |body| ("+", body));
    let telephone = groups.len() >= 4 && groups.iter().any(|&width| width > 1);
    match body.len() {
        11 if telephone || !plus.is_empty() => {
            format!("{plus}{} {} {}-{}-{}", &body[..1], &body[1..4], &body[4..7], &body[7..9], &body[9..])
        }
        10 if telephone => format!("{} {}-{}-{}", &body[..3], &body[3..6], &body[6..8], &body[8..]),
        _ => format!("{plus}{body}"),
    }
}

fn plain(place: &Place<'_>, found: &[Reading], versioned: bool) -> Choice {
    let number = Place::best(found, |reading| matches!(reading.value, Value::Plain(_) | Value::Ordinal(_)));
    let Some(reading) = number else {
        return Choice::Leave { len: 1 };
    };
    let (len, after) = (reading.len, place.after(reading.len, 0));
    let leave = Choice::Leave { len };
    if let Some(next) = place.number_follows(len) {
        return approximate(place, reading, next).unwrap_or(Choice::Leave { len: len + next });
    }
    match (&reading.value, &reading.shape) {
        (Value::Ordinal(value), Shape::Suffix(suffix)) => {
            if after.starts_with("год") && *value >= 1000 || after == "числа" {
                return Choice::Write { len, text: value.to_string() };
            }
            // "с первого по десятое января"
            let dated = || {
                let end = place.i + len + 1;
                let dates = readings(place.tongue, place.atoms, end);
                dates.iter().any(|reading| matches!(reading.value, Value::Date { .. }))
            };
            if *suffix == "-го" && matches!(after, "по" | "до") && *value <= 31 && dated() {
                return Choice::Write { len, text: value.to_string() };
            }
            let round = len == 1 && *value >= 100;
            let century = after.starts_with("век") || after.starts_with("столет");
            if *value >= 10 && !round && !century {
                Choice::Write { len, text: format!("{value}{suffix}") }
            } else {
                leave
            }
        }
        (Value::Plain(value), Shape::Year) => Choice::Write { len, text: value.written(',', "") },
        (Value::Plain(_), Shape::Indefinite) => leave,
        (Value::Plain(_), Shape::Scaled(number)) => {
            let scale = place.spelled(place.i + len - 1);
            Choice::Write { len, text: format!("{} {scale}", written(*number)) }
        }
        (Value::Plain(value), _) => {
            let idiom = *value == Decimal::whole(100) && matches!(after, "лет" | "раз");
            let subtracts = place.atoms[place.i].norm == "минус" && is_number_word(place.tongue, place.before());
            if idiom || subtracts {
                return leave;
            }
            if versioned {
                let (len, tail) = place.version_tail(len, "точка");
                return Choice::Write { len, text: format!("{}{tail}", value.written('.', "")) };
            }
            let text = written(*value);
            if is_worth_digits(place, *value, len) { Choice::Write { len, text } } else { leave }
        }
        _ => leave,
    }
}

/// "Пять-шесть человек", "10–15 минут": two round numbers or neighbours before what they count are about so many.
fn approximate(place: &Place<'_>, reading: &Reading, next: usize) -> Option<Choice> {
    const COUNTED: [&str; 16] = [
        "минут",
        "секунд",
        "час",
        "дня",
        "дней",
        "недел",
        "месяц",
        "лет",
        "год",
        "человек",
        "раз",
        "штук",
        "метр",
        "километр",
        "рубл",
        "процент",
    ];
    let len = reading.len + next;
    if reading.len != 1 || next != 1 || !COUNTED.iter().any(|unit| place.after(len, 0).starts_with(unit)) {
        return None;
    }
    let whole = |reading: &Reading| match reading.value {
        Value::Plain(value) => value.as_whole(),
        _ => None,
    };
    let second = readings(place.tongue, place.atoms, place.i + 1);
    let (a, b) = (whole(reading)?, second.iter().filter(|r| r.len == 1).find_map(whole)?);
    let neighbours = b == a + 1 && b < 10;
    let round = a % 5 == 0 && b % 5 == 0 && a < b && b <= a + 10 && b <= 50;
    let text = if neighbours {
        format!("{}-{}", place.spelled(place.i), place.spelled(place.i + 1))
    } else if round {
        format!("{a}–{b}")
    } else {
        return None;
    };
    Some(Choice::Write { len, text })
}

fn is_worth_digits(place: &Place<'_>, value: Decimal, len: usize) -> bool {
    let prose = value == Decimal::whole(1) && (place.i == 0 || !place.before().is_empty());
    if value.as_whole().is_none_or(|value| value >= 10) || (place.policy == NumberPolicy::All && !prose) {
        return true;
    }
    let (before, after) = (place.before(), place.after(len, 0));
    let hours = ["час", "часа", "часов", "часам"].contains(&after) && HALF_DAYS.contains(&place.after(len, 1));
    // "номер один", "в комнате один на один"
    let one = value == Decimal::whole(1) && (before.starts_with("номер") || !after.is_empty());
    let label = !one && LABELS.iter().any(|label| before.starts_with(label));
    // "в семь часов пятнадцать минут"
    let minutes = || {
        let at = place.i + len + 1;
        let plain = readings(place.tongue, place.atoms, at).into_iter().filter(|r| matches!(r.value, Value::Plain(_)));
        let longest = plain.map(|reading| reading.len).max();
        longest.is_some_and(|more| place.after(len + 1 + more, 0).starts_with("минут"))
    };
    hours
        || (after.starts_with("час") && minutes())
        || matches!(after, "утра" | "вечера" | "ночи")
        || MEASURES.iter().any(|unit| after.starts_with(unit))
        || label
        || place.range_to_ten(len, &["до", "или"])
}

#[cfg(test)]
mod tests {
    use super::super::tests::russian;

    #[test]
    fn numbers_are_written_where_digits_are_read_more_easily() {
        for (said, text) in [
            ("нужно двадцати пяти людям", "Нужно 25 людям."),
            ("сто двадцать рублей", "120 рублей."),
            ("в половине третьего", "В 2:30."),
            ("приеду без четверти девять", "Приеду в 8:45."),
            ("в пятнадцать тридцать", "В 15:30."),
            ("в три часа дня", "В 3 часа дня."),
            ("пятого марта две тысячи двадцать пятого года", "5 марта 2025 года."),
            ("версия два точка один", "Версия 2.1."),
            ("версия три точка два точка один", "Версия 3.2.1."),
            ("с первого по десятое января", "С 1 по 10 января."),
            ("в семь часов пятнадцать минут", "В 7 часов 15 минут."),
            ("девяносто девять и девять десятых процента", "99,9%."),
            ("два с половиной процента", "2,5%."),
            ("двести пятьдесят тысяч рублей", "250 тысяч рублей."),
            ("на двадцать первом этаже", "На 21-м этаже."),
            ("от пяти до десяти минут", "От 5 до 10 минут."),
            ("пять десять минут", "5–10 минут."),
            ("полтора миллиона рублей", "1,5 миллиона рублей."),
            ("порт восемьдесят восемьдесят", "Порт 8080."),
            ("поднял версию до три точка двенадцать", "Поднял версию до 3.12."),
            ("два три дня", "Два-три дня."),
            (
                "плюс семь девятьсот двенадцать триста сорок пять шестьдесят семь восемьдесят девять",
                "+7 912 345-67-89.",
            ),
        ] {
            assert_eq!(russian(said), text);
        }
    }

    #[test]
    fn small_and_unclear_numbers_stay_words() {
        for text in [
            "У меня два брата.",
            "Один из них прав.",
            "Два три или больше.",
            "Сто лет не виделись.",
            "На пятом этаже.",
            "В двадцатом веке.",
            "В половине первого тома.",
            "За три дня.",
            "Полтора часа.",
            "Тысяча извинений.",
        ] {
            assert_eq!(russian(text), text);
        }
    }
}
