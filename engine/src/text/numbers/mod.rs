//! Numbers, times, dates and sums of money, spoken or written: what values a run of words can mean.
//!
//! The rules write a value that they have read; the guard compares what two texts can mean. A run of words may have
//! several readings ("five thirty" is a time or two numbers), so everything returns a list.

pub(crate) mod decimal;
pub(crate) mod english;
mod english_counts;
mod english_time;
pub(crate) mod russian;
mod russian_counts;
mod russian_forms;
mod russian_time;
mod written;

use decimal::Decimal;

use super::Tongue;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Currency {
    Dollar,
    Euro,
    Pound,
    Rouble,
}

/// What a run of words means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Plain(Decimal),
    Ordinal(u64),
    Percent(Decimal),
    Money(Decimal, Currency),
    /// Minutes since midnight; `known` where it was said which half of the day is meant.
    Clock {
        minutes: u16,
        known: bool,
    },
    Date {
        day: u8,
        month: u8,
        year: Option<u64>,
    },
    /// A telephone number or code: leading zeros count.
    Digits(String),
}

impl Value {
    /// Whether both mean the same.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Digits(a), Self::Plain(b)) | (Self::Plain(b), Self::Digits(a)) => b.is_digits(a),
            // A year or a floor: "двадцать пятом году" is written "25 году".
            (Self::Ordinal(a), Self::Plain(b)) | (Self::Plain(b), Self::Ordinal(a)) => {
                *a >= 1000 && *b == Decimal::whole(*a)
            }
            (a, b) => a == b,
        }
    }
}

/// A way to understand the words from some place on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub value: Value,
    /// Atoms it takes.
    pub len: usize,
    pub shape: Shape,
}

/// How a value was said, where the writer must know.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Simple,
    /// The last atom is a large unit (million, тысяч) and this stood before it.
    Scaled(Decimal),
    /// "a hundred", "тысяча" alone: an order of magnitude rather than a number.
    Indefinite,
    /// Letters after an ordinal's digits.
    Suffix(&'static str),
    /// Digits said in groups of these lengths.
    Groups(Vec<u8>),
    /// Read as a year ("nineteen eighty four").
    Year,
    /// Already in digits.
    Written,
}

/// The smallest part of a text that number words are made of: a word, or a part of a word written with hyphens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Atom<'a> {
    pub norm: &'a str,
    /// Nothing but white space before it.
    pub glued: bool,
    /// Nothing but a comma and white space before it.
    pub comma: bool,
    /// Index of its word in what the atoms were made from.
    pub word: usize,
    pub ends_word: bool,
}

/// Atoms of words given as (comparable form, plain space before, at most a comma before).
pub(crate) fn atoms<'a>(tongue: Tongue, words: impl IntoIterator<Item = (&'a str, bool, bool)>) -> Vec<Atom<'a>> {
    let mut found = Vec::new();
    for (word, (norm, glued, comma)) in words.into_iter().enumerate() {
        let spoken = tongue == Tongue::English && norm.contains('-') && norm.split('-').all(english::is_number_word);
        if spoken {
            let last = norm.split('-').count() - 1;
            for (i, part) in norm.split('-').enumerate() {
                found.push(Atom {
                    norm: part,
                    glued: glued || i > 0,
                    comma: comma && i == 0,
                    word,
                    ends_word: i == last,
                });
            }
        } else {
            found.push(Atom { norm, glued, comma, word, ends_word: true });
        }
    }
    found
}

/// Everything that the atoms from `i` on can mean as a number; empty where they mean none.
pub(crate) fn readings(tongue: Tongue, atoms: &[Atom<'_>], i: usize) -> Vec<Reading> {
    let Some(atom) = atoms.get(i) else { return Vec::new() };
    if i > 0 && !atoms[i - 1].ends_word {
        return Vec::new();
    }
    let starts_with_digit = atom.norm.chars().any(|c| c.is_ascii_digit());
    let worth_it = starts_with_digit
        || match tongue {
            Tongue::English => english::may_start(atom.norm),
            Tongue::Russian => russian::may_start(atom.norm),
            Tongue::Other => false,
        };
    if !worth_it {
        return Vec::new();
    }
    let mut found = match tongue {
        Tongue::English => english::readings(atoms, i),
        Tongue::Russian => russian::readings(atoms, i),
        Tongue::Other => Vec::new(),
    };
    found.extend(written::values(tongue, atom.norm).into_iter().map(|value| Reading {
        value,
        len: 1,
        shape: Shape::Written,
    }));
    found.retain(|reading| atoms[i + reading.len - 1].ends_word);
    found
}

/// Whether the (normalised) word is, or is part of, a number or a quantity.
pub(crate) fn is_number_word(tongue: Tongue, norm: &str) -> bool {
    #[rustfmt::skip]
    const QUANTITIES: [&str; 36] = [
        "half", "quarter", "dozen", "hundred", "thousand", "million", "billion", "couple", "pair", "once", "twice",
        "double", "triple", "last", "am", "pm", "p.m", "a.m", "половина", "половине", "половину", "половины", "четверть",
        "треть", "пара", "пару", "полтора", "полторы", "полутора", "двое", "трое", "четверо", "дважды", "трижды",
        "дюжина", "последний",
    ];
    norm.chars().any(|c| c.is_ascii_digit())
        || QUANTITIES.contains(&norm)
        || match tongue {
            Tongue::English => norm.split('-').all(english::is_number_word),
            Tongue::Russian => russian::is_number_word(norm),
            Tongue::Other => false,
        }
}

/// Whether both runs of words can mean the same: word by word equal, or equal in value where they are numbers.
pub(crate) fn can_mean_same(tongue: Tongue, a: &[Atom<'_>], b: &[Atom<'_>]) -> bool {
    fn step(tongue: Tongue, a: &[Atom<'_>], b: &[Atom<'_>], i: usize, j: usize, budget: &mut u32) -> bool {
        if i == a.len() && j == b.len() {
            return true;
        }
        if i >= a.len() || j >= b.len() || *budget == 0 {
            return false;
        }
        *budget -= 1;
        if a[i].norm == b[j].norm && step(tongue, a, b, i + 1, j + 1, budget) {
            return true;
        }
        let right = readings(tongue, b, j);
        readings(tongue, a, i).iter().any(|left| {
            right
                .iter()
                .any(|right| left.value.same(&right.value) && step(tongue, a, b, i + left.len, j + right.len, budget))
        })
    }
    step(tongue, a, b, 0, 0, &mut 400)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::text::tokens::{normal, words};

    pub(crate) fn read(tongue: Tongue, text: &str) -> Vec<Value> {
        let norms: Vec<String> = words(text).iter().map(|token| normal(token.text)).collect();
        let atoms = atoms(tongue, norms.iter().map(|norm| (norm.as_str(), true, true)));
        let all = atoms.len();
        readings(tongue, &atoms, 0).into_iter().filter(|reading| reading.len == all).map(|r| r.value).collect()
    }

    fn same(tongue: Tongue, a: &str, b: &str) -> bool {
        let (a, b): (Vec<String>, Vec<String>) = (norms(a), norms(b));
        let cut = |norms: &'_ [String]| norms.iter().map(|n| (n.clone(), true, true)).collect::<Vec<_>>();
        let (a, b) = (cut(&a), cut(&b));
        let a = atoms(tongue, a.iter().map(|(n, g, c)| (n.as_str(), *g, *c)));
        let b = atoms(tongue, b.iter().map(|(n, g, c)| (n.as_str(), *g, *c)));
        can_mean_same(tongue, &a, &b)
    }

    fn norms(text: &str) -> Vec<String> {
        words(text).iter().map(|token| normal(token.text)).collect()
    }

    #[test]
    fn the_same_value_in_words_and_digits_is_the_same() {
        for (said, written) in [
            ("fifteen", "15"),
            ("twenty-five", "25"),
            ("five dollars", "$5"),
            ("two million", "2,000,000"),
            ("five thirty pm", "17:30"),
            ("five thirty pm", "5:30 PM"),
            ("march fifth", "March 5"),
            ("the fifth of march", "March 5"),
            ("twelve percent", "12%"),
            ("three point five", "3.5"),
            ("nineteen eighty four", "1984"),
            ("four seven one nine", "4719"),
            ("half past two", "2:30"),
            ("minus five", "-5"),
            ("twenty first", "21st"),
            ("nineteen dollars and ninety nine cents", "$19.99"),
        ] {
            assert!(same(Tongue::English, said, written), "{said} = {written}");
        }
        for (said, written) in [
            ("пятнадцать", "15"),
            ("двадцати пяти", "25"),
            ("сто двадцать рублей", "120 рублей"),
            ("половине третьего", "2:30"),
            ("пятого марта", "5 марта"),
            ("двадцать процентов", "20%"),
            ("две тысячи двадцать пятом году", "2025 году"),
            ("три целых пять десятых", "3,5"),
            ("двадцать первом", "21-м"),
            ("два миллиона", "2 миллиона"),
            ("пятнадцать тридцать", "15:30"),
            ("без пятнадцати девять", "8:45"),
            ("сто двадцать рублей", "120₽"),
        ] {
            assert!(same(Tongue::Russian, said, written), "{said} = {written}");
        }
    }

    #[test]
    fn another_value_or_unit_is_not() {
        for (said, written) in [
            ("fifteen", "50"),
            ("five dollars", "€5"),
            ("five percent", "5"),
            ("five thirty", "5:50"),
            ("march fifth", "March 15"),
            ("two million", "2"),
            ("fifth", "5"),
            ("six am", "6 PM"),
            ("5", "-5"),
            ("zero five", "5"),
        ] {
            assert!(!same(Tongue::English, said, written), "{said} = {written}");
        }
        for (said, written) in [
            ("пятнадцать", "50"),
            ("двадцать рублей", "20 евро"),
            ("пятого марта", "15 марта"),
            ("3,5", "35"),
            ("половине третьего", "3:30"),
            ("два миллиона", "2"),
            ("шесть утра", "6 вечера"),
        ] {
            assert!(!same(Tongue::Russian, said, written), "{said} = {written}");
        }
    }
}
