//! The labelled set: raw dictation, the text a careful person would write, and the edits between them.
//!
//! `testdata/text/labelled_*.tsv`: id, split, language, style, tags, raw, clean, edits (`kind@characters before:from>to`,
//! parted by `¦`). Splits: tune; held_out (written before the rules and not looked at while making them); everyday and
//! fresh (in `everyday_*.tsv`: mails, messages, notes and code comments, written in two goes when the rules were thought to
//! be finished).

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod speller;

use engine::language::Language;
use engine::text::TextContext;
use engine::text::dictionary::Dictionary;
use engine::text::edit::{Edit, EditKind, apply};
use engine::text::rules::{Cleaned, clean};
use engine::text::snippets::Snippets;
use engine::text::style::{Style, Styles};

#[derive(Debug, Clone)]
pub struct Pair {
    pub id: String,
    pub split: String,
    pub language: Language,
    pub style: Style,
    pub tags: Vec<String>,
    pub raw: String,
    pub clean: String,
    /// Kind, characters before it in the raw text, words there, what they become.
    pub edits: Vec<(String, usize, String, String)>,
}

impl Pair {
    /// The edits of one kind, with the characters before them in the raw text.
    pub fn gold(&self, kind: &str) -> Vec<(usize, String, String)> {
        let wanted = self.edits.iter().filter(|(known, ..)| known == kind);
        wanted.map(|(_, at, from, to)| (*at, from.clone(), to.clone())).collect()
    }

    /// Words of the part held out are not printed, so that nobody tunes the rules on them by accident.
    pub fn shown<'t>(&self, text: &'t str) -> &'t str {
        if self.split == "held_out" { "(held out)" } else { text }
    }

    /// The raw text with the labels' edits made.
    pub fn applied(&self) -> String {
        let edits: Vec<Edit> = self
            .edits
            .iter()
            .map(|(_, at, from, to)| Edit { kind: EditKind::ReplacedWord, from: from.clone(), to: to.clone(), at: *at })
            .collect();
        apply(&self.raw, &edits).unwrap_or_else(|error| panic!("{}: {error}", self.id))
    }
}

pub fn labelled() -> Vec<Pair> {
    let files = [
        include_str!("../../testdata/text/labelled_en.tsv"),
        include_str!("../../testdata/text/labelled_ru.tsv"),
        include_str!("../../testdata/text/everyday_en.tsv"),
        include_str!("../../testdata/text/everyday_ru.tsv"),
    ];
    let styles = Styles::default();
    let plain = |field: &str| field.replace("\\n", "\n");
    let mut pairs = Vec::new();
    for line in files.into_iter().flat_map(|file| file.lines().skip(1)) {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), 8, "a row has eight fields: `{line}`");
        let edits = fields[7].split('¦').filter(|edit| !edit.is_empty()).map(|edit| {
            let (kind, rest) = edit.split_once(':').expect("an edit begins with its kind");
            let (from, to) = rest.split_once('>').expect("an edit has two sides");
            let (kind, at) = kind.split_once('@').expect("an edit has a place");
            (kind.to_owned(), at.parse().expect("a count of characters"), plain(from), plain(to))
        });
        pairs.push(Pair {
            id: fields[0].to_owned(),
            split: fields[1].to_owned(),
            language: fields[2].parse().expect("a language"),
            style: styles.get(fields[3]).expect("a built-in style").clone(),
            tags: fields[4].split(',').map(str::to_owned).collect(),
            raw: plain(fields[5]),
            clean: plain(fields[6]),
            edits: edits.collect(),
        });
    }
    pairs
}

/// What the rules make of the raw text.
pub fn cleaned(pair: &Pair) -> Cleaned {
    clean_as(pair.language, &pair.style, &pair.raw)
}

pub fn clean_as(language: Language, style: &Style, raw: &str) -> Cleaned {
    let (dictionary, snippets) = (Dictionary::default(), Snippets::default());
    let context =
        TextContext { language, style, dictionary: &dictionary, snippets: &snippets, previous_sentence: None };
    clean(raw, &context)
}

/// Letters and digits of a text in small letters, words parted by one space: what is left when marks and case are not
/// counted.
pub fn folded(text: &str) -> String {
    let lower = text.to_lowercase().replace('ё', "е");
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
