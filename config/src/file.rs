//! Settings files: TOML with line numbers, all mistakes at once.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::layers::{Entry, Layer};
use crate::problem::{Origin, Problem};
use crate::raw::Raw;

/// The file as a layer; none, and a problem for whoever named it, where it cannot be read.
pub(crate) fn read(path: &Path, origin: &Origin, problems: &mut Vec<Problem>) -> Option<Layer> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Some(parse(&name, &text, problems)),
        Err(error) => {
            let what = format!("cannot read `{name}`: {error}");
            problems.push(Problem::new(origin.clone(), what, "give the path of a readable TOML file"));
            None
        }
    }
}

/// The text as a layer. What is not TOML becomes problems; the rest is still there.
pub(crate) fn parse(name: &str, text: &str, problems: &mut Vec<Problem>) -> Layer {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let origin =
            Origin::File { name: name.to_owned(), line: line_at(text, error.span().map_or(0, |span| span.start)) };
        problems.push(Problem::new(origin, format!("not valid TOML: {}", error.message()), "put the line right"));
    }
    let mut layer = Layer::default();
    flatten(name, text, "", table.get_ref(), &mut layer);
    layer
}

/// A single value in TOML notation.
pub(crate) fn parse_value(text: &str) -> Option<Raw> {
    DeValue::parse(text).ok().map(|value| raw(value.get_ref()))
}

fn flatten(name: &str, text: &str, prefix: &str, table: &DeTable<'_>, layer: &mut Layer) {
    for (key, value) in table {
        let path = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => flatten(name, text, &format!("{path}."), inner, layer),
            _ => layer.entries.push(Entry {
                key: path,
                raw: raw(value.get_ref()),
                origin: Origin::File { name: name.to_owned(), line: line_at(text, key.span().start) },
            }),
        }
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.clone().into_owned()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Raw::Unusable("number too large"), Raw::Integer)
        }
        DeValue::Float(number) => number.as_str().parse().map_or(Raw::Unusable("not a number"), Raw::Float),
        DeValue::Boolean(yes) => Raw::Bool(*yes),
        DeValue::Array(entries) => Raw::List(entries.iter().map(|entry| raw(Spanned::get_ref(entry))).collect()),
        DeValue::Datetime(_) => Raw::Unusable("date"),
        DeValue::Table(_) => Raw::Unusable("table"),
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let mut problems = Vec::new();
        let layer =
            parse("a.toml", "[server]\nlisten = 'x'\n\n[asr]\nworkers = 0x10\nlanguages = ['en']\n", &mut problems);
        assert_eq!(problems, []);
        let said = |key: &str| {
            let entry = layer.entries.iter().find(|entry| entry.key == key).unwrap();
            format!("{} {}", entry.origin, entry.raw)
        };
        assert_eq!(said("server.listen"), "a.toml:2 \"x\"");
        assert_eq!(said("asr.workers"), "a.toml:5 16");
        assert_eq!(said("asr.languages"), "a.toml:6 [\"en\"]");
    }

    #[test]
    fn every_broken_line_is_reported_and_the_others_are_kept() {
        let mut problems = Vec::new();
        let layer = parse("a.toml", "[asr]\nworkers = = 2\nretries = 1\nlanguages = ['en\n", &mut problems);
        let lines: Vec<String> = problems.iter().map(|problem| problem.origin.to_string()).collect();
        assert!(lines.contains(&"a.toml:2".to_owned()), "{problems:?}");
        assert!(lines.contains(&"a.toml:4".to_owned()), "{problems:?}");
        assert!(layer.entries.iter().any(|entry| entry.key == "asr.retries"));
    }
}
