//! The forms of Russian number words: value, place and the cases that a form can be in.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Cases as bits; words that belong to one number share one.
pub(super) type Cases = u8;
const N: Cases = 1;
const G: Cases = 2;
const D: Cases = 4;
const I: Cases = 8;
const P: Cases = 16;
const ANY: Cases = N | G | D | I | P;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// 0..=9
    Unit,
    /// 10..=19
    Teen,
    Tens,
    Hundreds,
    /// thousand, million, milliard
    Scale,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub value: u64,
    pub place: Place,
    pub cases: Cases,
    /// Letters written after the digits, where the form is an ordinal.
    pub suffix: Option<&'static str>,
}

/// The number word with this (normalised) form.
pub(super) fn form(norm: &str) -> Option<Form> {
    static FORMS: LazyLock<HashMap<String, Form>> = LazyLock::new(all_forms);
    FORMS.get(norm).copied()
}

/// Cardinals whose forms follow no pattern worth a rule.
#[rustfmt::skip]
const CARDINALS: [(u64, &str); 26] = [
    (0, "ноль:1 нуль:1 ноля:2 нуля:2 нолю:4 нулю:4 нолем:8 нулем:8 ноле:16 нуле:16"),
    (1, "один:1 одна:1 одно:1 одну:1 одного:3 одной:30 одному:4 одним:8 одном:16"),
    (2, "два:1 две:1 двух:19 двум:4 двумя:8"),
    (3, "три:1 трех:19 трем:4 тремя:8"),
    (4, "четыре:1 четырех:19 четырем:4 четырьмя:8"),
    (5, "пять:1 пяти:22 пятью:8"),
    (6, "шесть:1 шести:22 шестью:8"),
    (7, "семь:1 семи:22 семью:8"),
    (8, "восемь:1 восьми:22 восемью:8 восьмью:8"),
    (9, "девять:1 девяти:22 девятью:8"),
    (10, "десять:1 десяти:22 десятью:8"),
    (20, "двадцать:1 двадцати:22 двадцатью:8"),
    (30, "тридцать:1 тридцати:22 тридцатью:8"),
    (40, "сорок:1 сорока:30"),
    (50, "пятьдесят:1 пятидесяти:22 пятьюдесятью:8"),
    (60, "шестьдесят:1 шестидесяти:22 шестьюдесятью:8"),
    (70, "семьдесят:1 семидесяти:22 семьюдесятью:8"),
    (80, "восемьдесят:1 восьмидесяти:22 восемьюдесятью:8 восьмьюдесятью:8"),
    (90, "девяносто:1 девяноста:30"),
    (100, "сто:1 ста:30"),
    (200, "двести:1 двухсот:2 двумстам:4 двумястами:8 двухстах:16"),
    (300, "триста:1 трехсот:2 тремстам:4 тремястами:8 трехстах:16"),
    (400, "четыреста:1 четырехсот:2 четыремстам:4 четырьмястами:8 четырехстах:16"),
    (1000, "тысяча:1 тысячу:1 тысячи:3 тысяч:3 тысяче:20 тысячей:8 тысячью:8 тысячам:4 тысячами:8 тысячах:16"),
    (1_000_000, "миллион:1 миллиона:3 миллионов:3 миллионы:1 миллиону:4 миллионом:8 миллионе:16 миллионам:4 миллионами:8 миллионах:16"),
    (1_000_000_000, "миллиард:1 миллиарда:3 миллиардов:3 миллиарды:1 миллиарду:4 миллиардом:8 миллиарде:16 миллиардам:4 миллиардами:8 миллиардах:16"),
];

/// 500..=900: nominative, the root of the other cases, instrumental.
#[rustfmt::skip]
const HUNDREDS: [(u64, &str, &str, &str); 5] = [
    (500, "пятьсот", "пяти", "пятьюстами"),
    (600, "шестьсот", "шести", "шестьюстами"),
    (700, "семьсот", "семи", "семьюстами"),
    (800, "восемьсот", "восьми", "восемьюстами"),
    (900, "девятьсот", "девяти", "девятьюстами"),
];

#[rustfmt::skip]
const TEENS: [&str; 9] = [
    "одиннадцат", "двенадцат", "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат", "восемнадцат",
    "девятнадцат",
];

#[rustfmt::skip]
const ORDINAL_STEMS: [(u64, &str); 26] = [
    (0, "нулев"), (1, "перв"), (2, "втор"), (4, "четверт"), (5, "пят"), (6, "шест"), (7, "седьм"), (8, "восьм"),
    (9, "девят"), (10, "десят"), (20, "двадцат"), (30, "тридцат"), (40, "сороков"), (50, "пятидесят"),
    (60, "шестидесят"), (70, "семидесят"), (80, "восьмидесят"), (90, "девяност"), (100, "сот"), (200, "двухсот"),
    (300, "трехсот"), (500, "пятисот"), (1000, "тысячн"), (2000, "двухтысячн"), (3000, "трехтысячн"),
    (1_000_000, "миллионн"),
];

/// Endings of ordinals and what of them is written after digits.
#[rustfmt::skip]
const ENDINGS: [(&str, &str); 12] = [
    ("ый", "-й"), ("ой", "-й"), ("ая", "-я"), ("ое", "-е"), ("ые", "-е"), ("ого", "-го"), ("ому", "-му"), ("ым", "-м"),
    ("ом", "-м"), ("ую", "-ю"), ("ых", "-х"), ("ыми", "-ми"),
];

/// "третий" goes its own way.
#[rustfmt::skip]
const THIRD: [(&str, &str); 12] = [
    ("третий", "-й"), ("третья", "-я"), ("третье", "-е"), ("третьи", "-и"), ("третьего", "-го"), ("третьему", "-му"),
    ("третьим", "-м"), ("третьем", "-м"), ("третьей", "-й"), ("третью", "-ю"), ("третьих", "-х"), ("третьими", "-ми"),
];

fn all_forms() -> HashMap<String, Form> {
    let mut forms = HashMap::new();
    let mut cardinal = |value: u64, word: String, cases: Cases| {
        forms.insert(word, Form { value, place: place(value), cases, suffix: None });
    };
    for (value, words) in CARDINALS {
        for word in words.split_whitespace() {
            let (word, cases) = word.split_once(':').expect("every form of the table has its cases");
            cardinal(value, word.to_owned(), cases.parse().expect("cases are a number in the table"));
        }
    }
    for (value, nominative, root, instrumental) in HUNDREDS {
        cardinal(value, nominative.to_owned(), N);
        cardinal(value, format!("{root}сот"), G);
        cardinal(value, format!("{root}стам"), D);
        cardinal(value, instrumental.to_owned(), I);
        cardinal(value, format!("{root}стах"), P);
    }
    for (value, stem) in (11..).zip(TEENS) {
        cardinal(value, format!("{stem}ь"), N);
        cardinal(value, format!("{stem}и"), G | D | P);
        cardinal(value, format!("{stem}ью"), I);
    }
    let mut ordinal = |value: u64, word: String, suffix: &'static str| {
        forms.entry(word).or_insert(Form { value, place: place(value), cases: ANY, suffix: Some(suffix) });
    };
    for (value, stem) in ORDINAL_STEMS.into_iter().chain((11..).zip(TEENS)) {
        for (ending, suffix) in ENDINGS {
            ordinal(value, format!("{stem}{ending}"), suffix);
        }
    }
    for (word, suffix) in THIRD {
        ordinal(3, word.to_owned(), suffix);
    }
    forms
}

fn place(value: u64) -> Place {
    match value {
        0..=9 => Place::Unit,
        10..=19 => Place::Teen,
        20..=99 => Place::Tens,
        100..=999 => Place::Hundreds,
        _ => Place::Scale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflected_forms_keep_their_value() {
        for (word, value) in [
            ("двадцати", 20),
            ("пятью", 5),
            ("сорока", 40),
            ("трехсот", 300),
            ("пятьюстами", 500),
            ("девяноста", 90),
            ("одиннадцатью", 11),
            ("восьми", 8),
            ("тысячами", 1000),
            ("миллиону", 1_000_000),
        ] {
            let form = form(word).unwrap_or_else(|| panic!("{word}"));
            assert_eq!((form.value, form.suffix), (value, None), "{word}");
        }
    }

    #[test]
    fn ordinals_know_their_letters() {
        for (word, value, suffix) in [
            ("пятого", 5, "-го"),
            ("третью", 3, "-ю"),
            ("двадцатых", 20, "-х"),
            ("седьмой", 7, "-й"),
            ("сотая", 100, "-я"),
        ] {
            let form = form(word).unwrap_or_else(|| panic!("{word}"));
            assert_eq!((form.value, form.suffix), (value, Some(suffix)), "{word}");
        }
    }
}
