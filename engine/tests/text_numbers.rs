//! Numbers spelled out by a speller of the tests' own, in both languages and in Russian in three cases: the rules write
//! each with exactly its value, as a count, a range, a time, a date or a sum.

mod text_common;

use engine::language::Language;
use engine::text::style::Style;
use proptest::prelude::*;
use text_common::clean_as;
use text_common::speller::{
    english, english_ordinal, english_pair, russian, russian_genitive_ordinal as russian_ordinal,
};

#[rustfmt::skip]
const MONTHS: [&str; 12] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
];
#[rustfmt::skip]
const RUSSIAN_MONTHS: [&str; 12] = [
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
];

fn in_english(raw: &str) -> String {
    clean_as(Language::ENGLISH, &Style::none(), raw).text
}

fn in_russian(raw: &str) -> String {
    clean_as(Language::RUSSIAN, &Style::none(), raw).text
}

/// The value written between the first and the last word, units of a thousand and more counted in.
fn written(text: &str, first: &str, last: &str) -> Option<u64> {
    let middle = text.strip_prefix(first)?.strip_suffix(last)?.trim();
    let (digits, scale) = middle.split_once(' ').unwrap_or((middle, ""));
    let factor = match scale {
        "" => 1,
        scale if scale.starts_with("тысяч") => 1000,
        "million" => 1_000_000,
        "billion" => 1_000_000_000,
        _ => return None,
    };
    let plain: String = digits.chars().filter(|c| !matches!(c, ',' | '\u{a0}')).collect();
    plain.parse::<u64>().ok().map(|value| value * factor)
}

fn capital(word: &str) -> String {
    format!("{}{}", word[..1].to_uppercase(), &word[1..])
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn english_numbers_keep_their_value(
        value in prop_oneof![10_u64..200, 200_u64..10_000, 10_000_u64..10_000_000_000],
        and in any::<bool>(),
        hyphen in any::<bool>(),
    ) {
        let raw = format!("we counted {} windows", english(value, and, hyphen));
        let text = in_english(&raw);
        prop_assert_eq!(written(&text, "We counted ", " windows."), Some(value), "{} -> {}", raw, text);
    }

    #[test]
    fn russian_numbers_keep_their_value_in_any_case(
        value in prop_oneof![10_u64..200, 200_u64..10_000, 10_000_u64..1_000_000], case in 0_usize..3,
    ) {
        let raw = format!("дело с {} окон", russian(value, case));
        let text = in_russian(&raw);
        prop_assert_eq!(written(&text, "Дело с ", " окон."), Some(value), "{} -> {}", raw, text);
    }

    #[test]
    fn english_times_are_written_with_a_colon(hour in 1_u64..13, minute in 1_u64..60, half in 0_usize..3) {
        let said = format!("we met at {} {}", english(hour, false, false), english_pair(minute));
        let (spoken, sign) = [("", ""), (" am", " AM"), (" pm", " PM")][half];
        let text = in_english(&format!("{said}{spoken} near the station"));
        prop_assert_eq!(text, format!("We met at {hour}:{minute:02}{sign} near the station."));
    }

    #[test]
    fn russian_times_are_written_with_a_colon(hour in 2_u64..24, minute in 1_u64..60) {
        let minutes = if minute < 10 { format!("ноль {}", russian(minute, 0)) } else { russian(minute, 0) };
        let text = in_russian(&format!("встречаемся в {} {minutes} у входа", russian(hour, 0)));
        prop_assert_eq!(text, format!("Встречаемся в {hour}:{minute:02} у входа."));
    }

    #[test]
    fn times_to_the_hour_are_reckoned_back(hour in 2_u64..13, minutes in prop::sample::select(vec![5_u64, 10, 15, 20, 25])) {
        let (before, left) = (hour - 1, 60 - minutes);
        let to = if minutes == 15 { "quarter".to_owned() } else { english(minutes, false, false) };
        let text = in_english(&format!("come at {to} to {}", english(hour, false, false)));
        prop_assert_eq!(text, format!("Come at {before}:{left:02}."));
        let text = in_russian(&format!("приходи без {} {}", russian(minutes, 1), russian(hour, 0)));
        prop_assert_eq!(text, format!("Приходи в {before}:{left:02}."));
        let past = in_english(&format!("come at half past {}", english(hour, false, false)));
        prop_assert_eq!(past, format!("Come at {hour}:30."));
        let half = in_russian(&format!("приходи в половине {}", russian_ordinal(hour)));
        prop_assert_eq!(half, format!("Приходи в {before}:30."));
    }

    #[test]
    fn english_dates_keep_day_and_year(day in 1_u64..29, month in 0_usize..12, year in 1901_u64..2100) {
        prop_assume!(year % 100 != 0);
        let (name, written) = (MONTHS[month], capital(MONTHS[month]));
        let spoken_year = if (2001..2010).contains(&year) {
            english(year, false, false)
        } else {
            format!("{} {}", english(year / 100, false, false), english_pair(year % 100))
        };
        let text = in_english(&format!("we signed on {name} {} {spoken_year}", english_ordinal(day)));
        prop_assert_eq!(text, format!("We signed on {written} {day}, {year}."));
        let text = in_english(&format!("we signed on {name} {}", english_ordinal(day)));
        prop_assert_eq!(text, format!("We signed on {written} {day}."));
    }

    #[test]
    fn russian_dates_keep_day_and_year(day in 1_u64..32, month in 0_usize..12, year in 1901_u64..2100) {
        prop_assume!(year % 100 != 0);
        let name = RUSSIAN_MONTHS[month];
        let century = match year / 100 { 19 => "тысяча девятьсот", _ => "две тысячи" };
        let raw = format!("подписали {} {name} {century} {} года", russian_ordinal(day), russian_ordinal(year % 100));
        prop_assert_eq!(in_russian(&raw), format!("Подписали {day} {name} {year} года."));
        let raw = format!("подписали {} {name}", russian_ordinal(day));
        prop_assert_eq!(in_russian(&raw), format!("Подписали {day} {name}."));
    }

    #[test]
    fn sums_and_shares_keep_their_value(value in 2_u64..1000, cents in 1_u64..100) {
        let words = english(value, true, false);
        prop_assert_eq!(in_english(&format!("it costs {words} dollars")), format!("It costs ${value}."));
        prop_assert_eq!(in_english(&format!("it costs {words} euros")), format!("It costs €{value}."));
        let sum = format!("it costs {words} dollars and {} cents", english(cents, false, false));
        prop_assert_eq!(in_english(&sum), format!("It costs ${value}.{cents:02}."));
        prop_assert_eq!(in_english(&format!("it grew by {words} percent")), format!("It grew by {value}%."));
        let words = russian(value, 0);
        prop_assert_eq!(in_russian(&format!("это стоит {words} рублей")), format!("Это стоит {value} рублей."));
        prop_assert_eq!(in_russian(&format!("рост на {words} процентов")), format!("Рост на {value}%."));
        let genitive = russian(value, 1);
        prop_assert_eq!(in_russian(&format!("около {genitive} рублей")), format!("Около {value} рублей."));
    }

    // Up to a thousand, because round thousands keep their word in Russian ("1 тысячи").
    #[test]
    fn ranges_keep_both_ends(from in 1_u64..500, width in 1_u64..490) {
        let to = from + width + 10;
        let text = in_english(&format!("from {} to {} letters", english(from, true, false), english(to, true, false)));
        prop_assert_eq!(text, format!("From {from} to {to} letters."));
        let text = in_russian(&format!("от {} до {} писем", russian(from, 1), russian(to, 1)));
        prop_assert_eq!(text, format!("От {from} до {to} писем."));
    }

    #[test]
    fn decimals_keep_every_digit(whole in 0_u64..100, digits in prop::collection::vec(1_u64..10, 1..4)) {
        let spoken: Vec<String> = digits.iter().map(|digit| english(*digit, false, false)).collect();
        let fraction: String = digits.iter().map(u64::to_string).collect();
        let text = in_english(&format!("it is {} point {} meters", english(whole, false, false), spoken.join(" ")));
        prop_assert_eq!(text, format!("It is {whole}.{fraction} meters."));
        let (tenths, of) = (digits[0], if digits[0] == 1 { "десятая" } else { "десятых" });
        let part = match tenths { 1 => "одна".to_owned(), 2 => "две".to_owned(), _ => russian(tenths, 0) };
        let text = in_russian(&format!("ширина {} целых {part} {of} метра", russian(whole, 0)));
        prop_assert_eq!(text, format!("Ширина {whole},{tenths} метра."));
    }
}
