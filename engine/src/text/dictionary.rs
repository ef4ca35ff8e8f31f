//! Words that a person or a team wants spelled their way: names, products, terms.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Tongue;
use super::lexicon::is_common;
use super::phonetic::code;
use super::tokens::{normal, words};

/// A term as it should be written, and other ways in which it may be heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub term: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sounds_like: Vec<String>,
}

impl Term {
    pub fn new(term: &str) -> Self {
        Self { term: term.to_owned(), sounds_like: Vec::new() }
    }
}

/// Terms ready for look-up.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    terms: Vec<Term>,
    /// Letters of a term or of one of its other forms, to the term.
    exact: HashMap<String, usize>,
    /// Sound to terms.
    sounds: HashMap<String, Vec<usize>>,
    /// Words of the longest term, plus one because a misheard term falls into more words.
    most_words: usize,
}

/// A term found in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub written: String,
    pub words: usize,
}

/// Fewer letters sound like too many other words.
const SHORTEST_BY_SOUND: usize = 5;

impl Dictionary {
    pub fn new(terms: Vec<Term>) -> Self {
        let mut made = Self { most_words: 1, ..Self::default() };
        for (index, term) in terms.iter().enumerate() {
            for form in std::iter::once(&term.term).chain(&term.sounds_like) {
                let letters = letters(form);
                if letters.is_empty() {
                    continue;
                }
                made.most_words = made.most_words.max((words(form).len() + 1).min(5));
                made.exact.entry(letters.clone()).or_insert(index);
                if letters.chars().count() >= SHORTEST_BY_SOUND {
                    let same_sound = made.sounds.entry(code(&letters)).or_default();
                    if !same_sound.contains(&index) {
                        same_sound.push(index);
                    }
                }
            }
        }
        made.terms = terms;
        made
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The term that begins with the first of `words` (normalised, at most a few), longest first; none where the words
    /// are everyday words or the match is a guess.
    pub(crate) fn find(&self, tongue: Tongue, words: &[&str]) -> Option<Found> {
        if self.terms.is_empty() {
            return None;
        }
        let most = words.len().min(self.most_words);
        (1..=most).rev().find_map(|count| self.exactly(tongue, &words[..count])).or_else(|| {
            let heard = (1..=most).filter_map(|count| self.by_sound(tongue, &words[..count]));
            heard.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(found, _)| found)
        })
    }

    /// Whether `written` is a term's own spelling, and `heard` can be taken for that term.
    pub(crate) fn explains(&self, tongue: Tongue, heard: &[&str], written: &str) -> bool {
        let count = heard.len();
        [self.exactly(tongue, heard), self.by_sound(tongue, heard).map(|(found, _)| found)]
            .into_iter()
            .flatten()
            .any(|found| found.words == count && found.written == written)
    }

    fn exactly(&self, tongue: Tongue, words: &[&str]) -> Option<Found> {
        if words.len() == 1 && is_common(tongue, words[0]) {
            return None;
        }
        let key: String = words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphanumeric()).collect();
        let found = |written: String| Some(Found { written, words: words.len() });
        if let Some(&index) = self.exact.get(&key) {
            return found(self.terms[index].term.clone());
        }
        if let Some(stem) = key.strip_suffix('s').filter(|_| tongue == Tongue::English)
            && let Some(&index) = self.exact.get(stem)
        {
            let possessive = words.last().is_some_and(|last| last.ends_with("'s"));
            return found(format!("{}{}", self.terms[index].term, if possessive { "'s" } else { "s" }));
        }
        (tongue == Tongue::Russian && words.len() == 1).then(|| self.inflected(words[0])).flatten().and_then(found)
    }

    /// A Russian term in another case keeps its ending: "алёне" for "Алёна" is "Алёне".
    fn inflected(&self, word: &str) -> Option<String> {
        #[rustfmt::skip]
        const ENDINGS: [&str; 22] = [
            "а", "у", "ы", "и", "е", "о", "ой", "ом", "ем", "ей", "ам", "ами", "ах", "ов", "ым", "ого", "ому", "я", "ю", "ям",
            "ями", "ях",
        ];
        self.terms.iter().find_map(|Term { term, .. }| {
            let soft_end =
                term.chars().next_back().filter(|c| matches!(c, 'а' | 'я' | 'о' | 'е' | 'ь' | 'й' | 'ы' | 'и'));
            let stem = &term[..term.len() - soft_end.map_or(0, char::len_utf8)];
            let plain = normal(stem);
            let ending = word.strip_prefix(plain.as_str())?;
            (plain.chars().count() >= 3 && ENDINGS.contains(&ending)).then(|| format!("{stem}{ending}"))
        })
    }

    /// The term that sounds like these words, and how alike the letters are.
    fn by_sound(&self, tongue: Tongue, words: &[&str]) -> Option<(Found, f64)> {
        if words.iter().all(|word| is_common(tongue, word)) {
            return None;
        }
        let heard: String = words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphanumeric()).collect();
        if heard.chars().count() < SHORTEST_BY_SOUND {
            return None;
        }
        let sound = code(&heard);
        let likeness = |index: usize| {
            let term = &self.terms[index];
            std::iter::once(&term.term)
                .chain(&term.sounds_like)
                .map(|form| strsim::normalized_damerau_levenshtein(&latin(&heard), &latin(&letters(form))))
                .fold(0.0, f64::max)
        };
        // A long sound alone says much, a short one needs letters to go with it.
        let wanted = match sound.len() {
            5.. => 0.45,
            4 => 0.6,
            _ => 0.75,
        };
        let best = self.sounds.get(&sound)?.iter().map(|&index| (index, likeness(index)));
        let (index, likeness) = best.filter(|(_, likeness)| *likeness >= wanted).max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((Found { written: self.terms[index].term.clone(), words: words.len() }, likeness))
    }
}

/// Letters and digits only, in comparable form.
fn letters(text: &str) -> String {
    normal(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Russian letters in Latin ones, so that spellings in both alphabets can be compared letter by letter.
fn latin(text: &str) -> String {
    #[rustfmt::skip]
    const LETTERS: [(char, &str); 32] = [
        ('а', "a"), ('б', "b"), ('в', "v"), ('г', "g"), ('д', "d"), ('е', "e"), ('ж', "j"), ('з', "z"), ('и', "i"),
        ('й', "y"), ('к', "k"), ('л', "l"), ('м', "m"), ('н', "n"), ('о', "o"), ('п', "p"), ('р', "r"), ('с', "s"),
        ('т', "t"), ('у', "u"), ('ф', "f"), ('х', "h"), ('ц', "c"), ('ч', "ch"), ('ш', "sh"), ('щ', "sh"), ('ъ', ""),
        ('ы', "y"), ('ь', ""), ('э', "e"), ('ю', "yu"), ('я', "ya"),
    ];
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match LETTERS.iter().find(|(letter, _)| *letter == c) {
            Some((_, latin)) => out.push_str(latin),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary() -> Dictionary {
        let mut terms: Vec<Term> =
            ["Kubernetes", "AlfaVoice", "Nordwind", "GPT-4", "Алёна", "Ромашка", "Will"].map(Term::new).into();
        terms.push(Term {
            term: "PostgreSQL".into(), sounds_like: vec!["post gress".into(), "постгрес".into()]
        });
        Dictionary::new(terms)
    }

    fn find(tongue: Tongue, said: &str) -> Option<String> {
        let norms: Vec<String> = words(said).iter().map(|token| normal(token.text)).collect();
        let norms: Vec<&str> = norms.iter().map(String::as_str).collect();
        dictionary().find(tongue, &norms).filter(|found| found.words == norms.len()).map(|found| found.written)
    }

    #[test]
    fn terms_are_found_however_they_were_cut_and_heard() {
        for (said, term) in [
            ("kubernetes", "Kubernetes"),
            ("cooper netties", "Kubernetes"),
            ("alfa voice", "AlfaVoice"),
            ("alpha voice", "AlfaVoice"),
            ("nordwind's", "Nordwind's"),
            ("gpt-4", "GPT-4"),
            ("post gress", "PostgreSQL"),
        ] {
            assert_eq!(find(Tongue::English, said).as_deref(), Some(term), "{said}");
        }
        for (said, term) in
            [("кубернетис", "Kubernetes"), ("альфа войс", "AlfaVoice"), ("алене", "Алёне"), ("ромашку", "Ромашку")]
        {
            assert_eq!(find(Tongue::Russian, said).as_deref(), Some(term), "{said}");
        }
    }

    #[test]
    fn everyday_words_are_never_taken_for_terms() {
        for said in ["will", "the", "norway", "voice", "almost"] {
            assert_eq!(find(Tongue::English, said), None, "{said}");
        }
        assert_eq!(find(Tongue::Russian, "ромашковый"), None);
    }
}
