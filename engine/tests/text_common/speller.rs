//! Numbers in words, written for the tests alone: English, and Russian in the cases in which people count.

#[rustfmt::skip]
const UNITS: [&str; 20] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

pub fn english(value: u64, with_and: bool, hyphen: bool) -> String {
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
    if parts.is_empty() { "zero".into() } else { parts.join(" ") }
}

/// "Thirty", "oh five": the minutes of a time or the end of a year.
pub fn english_pair(value: u64) -> String {
    if value < 10 { format!("oh {}", UNITS[value as usize]) } else { english(value, false, false) }
}

pub fn english_ordinal(value: u64) -> String {
    let (head, last) = if value > 20 && !value.is_multiple_of(10) {
        (format!("{} ", english(value - value % 10, false, false)), value % 10)
    } else {
        (String::new(), value)
    };
    let word = english(last, false, false);
    let ordinal = match word.as_str() {
        "one" => "first".into(),
        "two" => "second".into(),
        "three" => "third".into(),
        "five" => "fifth".into(),
        "eight" => "eighth".into(),
        "nine" => "ninth".into(),
        "twelve" => "twelfth".into(),
        tens if tens.ends_with('y') => format!("{}ieth", &tens[..tens.len() - 1]),
        other => format!("{other}th"),
    };
    format!("{head}{ordinal}")
}

/// Nominative, genitive, instrumental.
type Forms = [&'static str; 3];

#[rustfmt::skip]
const RUSSIAN_UNITS: [Forms; 20] = [
    ["ноль", "ноля", "нолём"], ["один", "одного", "одним"], ["два", "двух", "двумя"], ["три", "трёх", "тремя"],
    ["четыре", "четырёх", "четырьмя"], ["пять", "пяти", "пятью"], ["шесть", "шести", "шестью"], ["семь", "семи", "семью"],
    ["восемь", "восьми", "восемью"], ["девять", "девяти", "девятью"], ["десять", "десяти", "десятью"],
    ["одиннадцать", "одиннадцати", "одиннадцатью"], ["двенадцать", "двенадцати", "двенадцатью"],
    ["тринадцать", "тринадцати", "тринадцатью"], ["четырнадцать", "четырнадцати", "четырнадцатью"],
    ["пятнадцать", "пятнадцати", "пятнадцатью"], ["шестнадцать", "шестнадцати", "шестнадцатью"],
    ["семнадцать", "семнадцати", "семнадцатью"], ["восемнадцать", "восемнадцати", "восемнадцатью"],
    ["девятнадцать", "девятнадцати", "девятнадцатью"],
];
#[rustfmt::skip]
const RUSSIAN_TENS: [Forms; 10] = [
    ["", "", ""], ["", "", ""], ["двадцать", "двадцати", "двадцатью"], ["тридцать", "тридцати", "тридцатью"],
    ["сорок", "сорока", "сорока"], ["пятьдесят", "пятидесяти", "пятьюдесятью"],
    ["шестьдесят", "шестидесяти", "шестьюдесятью"], ["семьдесят", "семидесяти", "семьюдесятью"],
    ["восемьдесят", "восьмидесяти", "восемьюдесятью"], ["девяносто", "девяноста", "девяноста"],
];
#[rustfmt::skip]
const RUSSIAN_HUNDREDS: [Forms; 10] = [
    ["", "", ""], ["сто", "ста", "ста"], ["двести", "двухсот", "двумястами"], ["триста", "трёхсот", "тремястами"],
    ["четыреста", "четырёхсот", "четырьмястами"], ["пятьсот", "пятисот", "пятьюстами"],
    ["шестьсот", "шестисот", "шестьюстами"], ["семьсот", "семисот", "семьюстами"],
    ["восемьсот", "восьмисот", "восемьюстами"], ["девятьсот", "девятисот", "девятьюстами"],
];
const THOUSANDS: [Forms; 3] =
    [["тысяча", "тысячи", "тысяч"], ["тысячи", "тысяч", "тысяч"], ["тысячей", "тысячами", "тысячами"]];
#[rustfmt::skip]
const GENITIVE_ORDINALS: [&str; 20] = [
    "", "первого", "второго", "третьего", "четвёртого", "пятого", "шестого", "седьмого", "восьмого", "девятого", "десятого",
    "одиннадцатого", "двенадцатого", "тринадцатого", "четырнадцатого", "пятнадцатого", "шестнадцатого", "семнадцатого",
    "восемнадцатого", "девятнадцатого",
];
#[rustfmt::skip]
const GENITIVE_TENS: [&str; 10] = [
    "", "", "двадцатого", "тридцатого", "сорокового", "пятидесятого", "шестидесятого", "семидесятого", "восьмидесятого",
    "девяностого",
];

/// Below a million.
pub fn russian(value: u64, case: usize) -> String {
    if value == 0 {
        return RUSSIAN_UNITS[0][case].into();
    }
    let mut words: Vec<&str> = Vec::new();
    for (scale, thousands) in [(1000, true), (1, false)] {
        let group = value / scale % 1000;
        if group == 0 {
            continue;
        }
        let (hundreds, rest) = (group / 100, group % 100);
        words.push(RUSSIAN_HUNDREDS[hundreds as usize][case]);
        let (tens, unit) = if rest < 20 { (0, rest) } else { (rest / 10, rest % 10) };
        words.push(RUSSIAN_TENS[tens as usize][case]);
        words.push(match (thousands, unit) {
            (_, 0) => "",
            (true, 1) => ["одна", "одной", "одной"][case],
            (true, 2) => ["две", "двух", "двумя"][case],
            _ => RUSSIAN_UNITS[unit as usize][case],
        });
        if thousands {
            let number = match unit {
                1 => 0,
                2..=4 => 1,
                _ => 2,
            };
            words.push(THOUSANDS[case][number]);
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// "Двадцать первого": below a hundred.
pub fn russian_genitive_ordinal(value: u64) -> String {
    match (value / 10, value % 10) {
        (0 | 1, _) => GENITIVE_ORDINALS[value as usize].into(),
        (tens, 0) => GENITIVE_TENS[tens as usize].into(),
        (tens, unit) => format!("{} {}", RUSSIAN_TENS[tens as usize][0], GENITIVE_ORDINALS[unit as usize]),
    }
}
