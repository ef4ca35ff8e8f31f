//! Numbers spelled out by a speller of the tests' own, in both languages and in Russian in three cases: the rules write
//! each with exactly its value.

mod text_common;

use engine::language::Language;
use engine::text::style::Style;
use proptest::prelude::*;
use text_common::clean_as;

const UNITS: [&str; 20] = [
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn english(value: u64, with_and: bool, hyphen: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (scale, name) in [(1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand"), (1, "")] {
        let group = value / scale % 1000;
        if group == 0 {
            continue;
        }
        let (hundreds, rest) = (group / 100, group % 100);
        if hundreds > 0 {
            parts.push(format!("{} hundred", UNITS[hundreds as usize]));
        }
        if rest > 0 {
            let joint = if hyphen { "-" } else { " " };
            let word = match (rest / 10, rest % 10) {
                (0 | 1, _) => UNITS[rest as usize].to_owned(),
                (tens, 0) => TENS[tens as usize].to_owned(),
                (tens, unit) => format!("{}{joint}{}", TENS[tens as usize], UNITS[unit as usize]),
            };
            parts.push(if with_and && hundreds > 0 { format!("and {word}") } else { word });
        }
        if !name.is_empty() {
            parts.push(name.to_owned());
        }
    }
    parts.join(" ")
}

/// Nominative, genitive, instrumental.
type Forms = [&'static str; 3];

const RUSSIAN_UNITS: [Forms; 20] = [
    ["", "", ""],
    ["один", "одного", "одним"],
    ["два", "двух", "двумя"],
    ["три", "трёх", "тремя"],
    ["четыре", "четырёх", "четырьмя"],
    ["пять", "пяти", "пятью"],
    ["шесть", "шести", "шестью"],
    ["семь", "семи", "семью"],
    ["восемь", "восьми", "восемью"],
    ["девять", "девяти", "девятью"],
    ["десять", "десяти", "десятью"],
    ["одиннадцать", "одиннадцати", "одиннадцатью"],
    ["двенадцать", "двенадцати", "двенадцатью"],
    ["тринадцать", "тринадцати", "тринадцатью"],
    ["четырнадцать", "четырнадцати", "четырнадцатью"],
    ["пятнадцать", "пятнадцати", "пятнадцатью"],
    ["шестнадцать", "шестнадцати", "шестнадцатью"],
    ["семнадцать", "семнадцати", "семнадцатью"],
    ["восемнадцать", "восемнадцати", "восемнадцатью"],
    ["девятнадцать", "девятнадцати", "девятнадцатью"],
];
const RUSSIAN_TENS: [Forms; 10] = [
    ["", "", ""],
    ["", "", ""],
    ["двадцать", "двадцати", "двадцатью"],
    ["тридцать", "тридцати", "тридцатью"],
    ["сорок", "сорока", "сорока"],
    ["пятьдесят", "пятидесяти", "пятьюдесятью"],
    ["шестьдесят", "шестидесяти", "шестьюдесятью"],
    ["семьдесят", "семидесяти", "семьюдесятью"],
    ["восемьдесят", "восьмидесяти", "восемьюдесятью"],
    ["девяносто", "девяноста", "девяноста"],
];
const RUSSIAN_HUNDREDS: [Forms; 10] = [
    ["", "", ""],
    ["сто", "ста", "ста"],
    ["двести", "двухсот", "двумястами"],
    ["триста", "трёхсот", "тремястами"],
    ["четыреста", "четырёхсот", "четырьмястами"],
    ["пятьсот", "пятисот", "пятьюстами"],
    ["шестьсот", "шестисот", "шестьюстами"],
    ["семьсот", "семисот", "семьюстами"],
    ["восемьсот", "восьмисот", "восемьюстами"],
    ["девятьсот", "девятисот", "девятьюстами"],
];

fn russian(value: u64, case: usize) -> String {
    let mut words: Vec<&str> = Vec::new();
    for (scale, forms) in [
        (
            1000,
            Some([["тысяча", "тысячи", "тысяч"], ["тысячи", "тысяч", "тысяч"], ["тысячей", "тысячами", "тысячами"]]),
        ),
        (1, None),
    ] {
        let group = value / scale % 1000;
        if group == 0 {
            continue;
        }
        let (hundreds, rest) = (group / 100, group % 100);
        words.push(RUSSIAN_HUNDREDS[hundreds as usize][case]);
        let (tens, unit) = if rest < 20 { (0, rest) } else { (rest / 10, rest % 10) };
        words.push(RUSSIAN_TENS[tens as usize][case]);
        let thousands = forms.is_some();
        words.push(match (thousands, unit) {
            (true, 1) => ["одна", "одной", "одной"][case],
            (true, 2) => ["две", "двух", "двумя"][case],
            _ => RUSSIAN_UNITS[unit as usize][case],
        });
        if let Some(forms) = forms {
            let number = match unit {
                1 => 0,
                2..=4 => 1,
                _ => 2,
            };
            words.push(forms[case][number]);
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn english_numbers_keep_their_value(
        value in prop_oneof![10_u64..200, 200_u64..10_000, 10_000_u64..10_000_000_000], and in any::<bool>(), hyphen in any::<bool>()
    ) {
        let raw = format!("we counted {} windows", english(value, and, hyphen));
        let text = clean_as(Language::ENGLISH, &Style::none(), &raw).text;
        prop_assert_eq!(written(&text, "We counted ", " windows."), Some(value), "{} -> {}", raw, text);
    }

    #[test]
    fn russian_numbers_keep_their_value_in_any_case(value in prop_oneof![10_u64..200, 200_u64..10_000, 10_000_u64..1_000_000], case in 0_usize..3) {
        let raw = format!("дело с {} окон", russian(value, case));
        let text = clean_as(Language::RUSSIAN, &Style::none(), &raw).text;
        prop_assert_eq!(written(&text, "Дело с ", " окон."), Some(value), "{} -> {}", raw, text);
    }
}
