//! How English writes numbers: words below ten, digits from ten on and wherever a unit, a date, a time or a code is meant.

use super::numbers::{Choice, Place};
use crate::text::numbers::decimal::Decimal;
use crate::text::numbers::english::{MONTHS, ordinal_suffix};
use crate::text::numbers::{Currency, Reading, Shape, Value, is_number_word};
use crate::text::style::NumberPolicy;

/// Units with which small numbers are written in digits too.
#[rustfmt::skip]
const MEASURES: [&str; 58] = [
    "kilometers", "kilometres", "kilometer", "km", "meters", "metres", "meter", "miles", "mile", "feet", "inches", "inch",
    "centimeters", "centimetres", "cm", "millimeters", "millimetres", "mm", "kilos", "kilo", "kilograms", "kilogram", "kg",
    "grams", "gram", "pounds", "ounces", "tons", "tonnes", "liters", "litres", "liter", "litre", "milliliters", "degrees",
    "degree", "volts", "watts", "amps", "gigabytes", "gigabyte", "megabytes", "kilobytes", "terabytes", "gb", "mb", "tb",
    "bits", "bytes", "hertz", "gigahertz", "pixels", "cents", "cent", "kilowatts", "percentage", "megapixels", "knots",
];

/// Words that name something by a number.
#[rustfmt::skip]
const LABELS: [&str; 41] = [
    "page", "pages", "chapter", "version", "section", "step", "item", "figure", "table", "room", "gate", "platform", "exit",
    "level", "phase", "volume", "slide", "ticket", "issue", "line", "row", "column", "flight", "release", "number", "track",
    "appendix", "unit", "port", "clause", "article", "option", "apartment", "building", "terminal", "channel", "task",
    "lesson", "exercise", "episode", "season",
];

/// Words before a time of day.
#[rustfmt::skip]
const TIME_AFTER: [&str; 13] =
    ["at", "by", "around", "until", "till", "from", "before", "after", "since", "past", "is", "it's", "to"];

/// Words before a year.
#[rustfmt::skip]
const YEAR_AFTER: [&str; 17] = [
    "in", "since", "of", "year", "by", "until", "till", "from", "to", "before", "after", "around", "during", "for", "late",
    "early", "mid",
];

/// Tens that name the years of a century ("the nineteen eighties").
#[rustfmt::skip]
const DECADES: [(&str, u64); 8] = [
    ("twenties", 20), ("thirties", 30), ("forties", 40), ("fifties", 50), ("sixties", 60), ("seventies", 70),
    ("eighties", 80), ("nineties", 90),
];

pub(super) fn choose(place: &Place<'_>, found: &[Reading]) -> Choice {
    if place.atoms[place.i].norm.chars().any(|c| c.is_ascii_digit()) {
        return Choice::Leave { len: 1 };
    }
    let write = |reading: &Reading, text: Option<String>| text.map(|text| Choice::Write { len: reading.len, text });
    let of = |fits: fn(&Value) -> bool| Place::best(found, move |reading| fits(&reading.value));
    of(|value| matches!(value, Value::Date { .. }))
        .and_then(|reading| write(reading, date(place, reading)))
        .or_else(|| clock(place, found))
        .or_else(|| {
            let reading = of(|value| matches!(value, Value::Money(_, Currency::Dollar | Currency::Euro)))?;
            write(reading, money(place, reading))
        })
        .or_else(|| {
            let reading = of(|value| matches!(value, Value::Percent(_)))?;
            let Value::Percent(value) = reading.value else {
                return None;
            };
            write(reading, Some(format!("{}%", written(value))))
        })
        .or_else(|| {
            let reading = of(|value| matches!(value, Value::Digits(_)))?;
            let Value::Digits(digits) = &reading.value else {
                return None;
            };
            write(reading, Some(code(place, digits)))
        })
        .or_else(|| {
            let reading = Place::best(found, |reading| reading.shape == Shape::Year)?;
            let before = place.before();
            let dated = YEAR_AFTER.contains(&before) || MONTHS.contains(&before);
            let Value::Plain(value) = reading.value else {
                return None;
            };
            write(reading, dated.then(|| written(value)))
        })
        .unwrap_or_else(|| plain(place, found))
}

fn written(value: Decimal) -> String {
    value.written('.', ",")
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn date(place: &Place<'_>, reading: &Reading) -> Option<String> {
    let Value::Date { day, month, year } = reading.value else {
        return None;
    };
    let month = MONTHS[usize::from(month) - 1];
    let atoms = &place.atoms[place.i..place.i + reading.len];
    if atoms[0].norm == month {
        // "march ten miles", "you may five times"
        let ordinal =
            atoms.iter().any(|atom| atom.norm.ends_with("th") || matches!(atom.norm, "first" | "second" | "third"));
        let dated = matches!(place.before(), "on" | "by" | "until" | "since" | "before" | "after" | "from");
        if matches!(month, "march" | "may") && !ordinal && !dated {
            return None;
        }
        let year = year.map(|year| format!(", {year}")).unwrap_or_default();
        return Some(format!("{} {day}{year}", capital(month)));
    }
    let the = if atoms[0].norm == "the" { format!("{} ", place.spelled(place.i)) } else { String::new() };
    let of = if atoms.iter().any(|atom| atom.norm == "of") { " of" } else { "" };
    let year = year.map(|year| format!(" {year}")).unwrap_or_default();
    Some(format!("{the}{day}{}{of} {}{year}", ordinal_suffix(u64::from(day)), capital(month)))
}

fn clock(place: &Place<'_>, found: &[Reading]) -> Option<Choice> {
    let reading = Place::best(found, |reading| matches!(reading.value, Value::Clock { .. }))?;
    let Value::Clock { minutes, .. } = reading.value else {
        return None;
    };
    let (hour, minute) = (minutes / 60, minutes % 60);
    let atoms = &place.atoms[place.i..place.i + reading.len];
    let last = atoms[atoms.len() - 1].norm;
    let text = if matches!(last, "am" | "pm" | "a.m" | "p.m" | "m") {
        let half = if minutes >= 720 { "PM" } else { "AM" };
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        if minute == 0 { format!("{twelve} {half}") } else { format!("{twelve}:{minute:02} {half}") }
    } else if last == "o'clock" {
        format!("{hour} o'clock")
    } else if atoms.iter().any(|atom| matches!(atom.norm, "past" | "to")) {
        let fraction = matches!(atoms[0].norm, "half" | "quarter" | "a");
        let timed =
            matches!(place.before(), "at" | "by" | "until" | "till" | "before" | "after" | "around" | "is" | "it's");
        let past = atoms.iter().any(|atom| atom.norm == "past");
        if !(fraction || timed || (past && place.before() != "from")) {
            return None;
        }
        format!("{hour}:{minute:02}")
    } else {
        let after = place.after(reading.len, 0);
        let counts = MEASURES.contains(&after)
            || matches!(
                after,
                "dollars" | "euros" | "percent" | "people" | "minutes" | "thousand" | "million" | "hundred"
            )
            // "at two twenty one b": an address
            || (after.chars().count() == 1 && !matches!(after, "a" | "i"));
        if minute == 0 || !TIME_AFTER.contains(&place.before()) || counts || place.number_follows(reading.len).is_some()
        {
            return None;
        }
        format!("{hour}:{minute:02}")
    };
    Some(Choice::Write { len: reading.len, text })
}

fn money(place: &Place<'_>, reading: &Reading) -> Option<String> {
    let Value::Money(value, currency) = reading.value else {
        return None;
    };
    let sign = if currency == Currency::Euro { '€' } else { '$' };
    match reading.shape {
        Shape::Indefinite => None,
        Shape::Scaled(number) if number.times(1000) != value => {
            let scale = place.atoms[place.i + reading.len - 2].norm;
            Some(format!("{sign}{} {scale}", written(number)))
        }
        _ => Some(format!("{sign}{}", written(value))),
    }
}

/// Digits said one by one; a telephone number in its groups.
fn code(place: &Place<'_>, digits: &str) -> String {
    #[rustfmt::skip]
    const TELEPHONE: [&str; 10] =
        ["phone", "number", "call", "mobile", "cell", "dial", "fax", "telephone", "text", "phoning"];
    let near = &place.atoms[place.i.saturating_sub(6)..place.i];
    if !near.iter().any(|atom| TELEPHONE.contains(&atom.norm)) {
        return digits.to_owned();
    }
    match digits.len() {
        7 => format!("{}-{}", &digits[..3], &digits[3..]),
        10 => format!("{}-{}-{}", &digits[..3], &digits[3..6], &digits[6..]),
        _ => digits.to_owned(),
    }
}

fn plain(place: &Place<'_>, found: &[Reading]) -> Choice {
    let number =
        Place::best(found, |r| matches!(r.value, Value::Plain(_) | Value::Ordinal(_)) && r.shape != Shape::Year);
    let Some(reading) = number else {
        return Choice::Leave { len: 1 };
    };
    let leave = Choice::Leave { len: reading.len };
    if matches!(place.before(), "version" | "release")
        && let Value::Plain(value) = reading.value
    {
        let (len, tail) = place.version_tail(reading.len, "point");
        return Choice::Write { len, text: format!("{}{tail}", written(value)) };
    }
    if let Some((_, tens)) = DECADES.iter().find(|(word, _)| *word == place.after(reading.len, 0)) {
        let century = if let Value::Plain(value) = reading.value { value.as_whole() } else { None };
        return match century.filter(|century| (11..=20).contains(century) && reading.len == 1) {
            Some(century) => Choice::Write { len: 2, text: format!("{century}{tens}s") },
            None => leave,
        };
    }
    if let Some(next) = place.number_follows(reading.len) {
        return Choice::Leave { len: reading.len + next };
    }
    let (len, after) = (reading.len, place.after(reading.len, 0));
    match (&reading.value, &reading.shape) {
        (Value::Ordinal(value), Shape::Suffix(suffix)) => {
            // "a tenth", "one twentieth" are parts; at the beginning it counts what is said ("Tenth, ...").
            let before = place.before();
            let part = matches!(before, "a" | "an") || is_number_word(place.tongue, before);
            let counted = *value >= 10 && !before.is_empty() && !part;
            if counted { Choice::Write { len, text: format!("{value}{suffix}") } } else { leave }
        }
        (Value::Plain(_), Shape::Indefinite) => leave,
        (Value::Plain(value), Shape::Scaled(number)) if number.times(1000) != *value => {
            let scale = place.spelled(place.i + len - 1);
            Choice::Write { len, text: format!("{} {scale}", written(*number)) }
        }
        (Value::Plain(value), _) => {
            let subtracts = place.atoms[place.i].norm == "minus"
                && place.before().chars().any(char::is_alphanumeric)
                && is_number_word(place.tongue, place.before());
            let small = value.as_whole().is_some_and(|value| value < 10);
            let one = *value == Decimal::whole(1);
            // "number one", "the task one of us has"
            let label = LABELS.contains(&place.before()) && !(one && (place.before() == "number" || after == "of"));
            // "off by one" is no number of a program, "= 1" is.
            let every = place.policy == NumberPolicy::All && !(one && (place.i == 0 || !place.before().is_empty()));
            let wanted =
                !small || every || MEASURES.contains(&after) || label || place.range_to_ten(len, &["to", "or"]);
            if wanted && !subtracts { Choice::Write { len, text: written(*value) } } else { leave }
        }
        _ => leave,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::english;

    #[test]
    fn numbers_are_written_where_digits_are_read_more_easily() {
        for (said, text) in [
            ("I have twenty-five cats", "I have 25 cats."),
            ("it weighs five kilos", "It weighs 5 kilos."),
            ("five to ten people", "5 to 10 people."),
            ("pay two million dollars", "Pay $2 million."),
            ("version two point one", "Version 2.1."),
            ("version three point two point one is out", "Version 3.2.1 is out."),
            ("from two to four pm", "From 2 to 4 PM."),
            ("the fifth of march", "The 5th of March."),
            ("on may third twenty twenty five", "On May 3, 2025."),
            ("call five five five zero one two three", "Call 555-0123."),
            ("at twelve am", "At 12 AM."),
            ("at five oh five", "At 5:05."),
            ("two hundred fifty thousand", "250,000."),
            ("the nineteen nineties", "The 1990s."),
            ("on port eighty eighty", "On port 8080."),
            ("flight twenty three forty", "Flight 2340."),
            ("she came in fourteenth", "She came in 14th."),
        ] {
            assert_eq!(english(said), text);
        }
    }

    #[test]
    fn small_and_unclear_numbers_stay_words() {
        for text in [
            "I have two ideas.",
            "No one came.",
            "A hundred reasons.",
            "Ten fifteen people.",
            "We march ten miles.",
            "Meet me at three.",
            "The wild nineties.",
            "A tenth of it.",
            "The second one.",
            "A twenty second delay.",
            "From ten to five.",
        ] {
            let same = english(text);
            let digits = same.chars().filter(char::is_ascii_digit).count();
            assert!(same == text || (text.contains("ten") && digits <= 4), "{same}");
        }
        assert_eq!(english("From ten to five."), "From 10 to five.");
        assert_eq!(english("We march ten miles."), "We march 10 miles.");
    }
}
