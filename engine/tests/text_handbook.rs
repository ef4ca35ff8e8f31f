//! The tables of spoken commands in `docs/text.md`: every row does what it says, every way of saying it.

mod text_common;

use engine::language::Language;
use engine::text::style::Style;
use text_common::clean_as;

/// The rows of the table under a heading: its four columns.
fn rows(heading: &str) -> Vec<[&'static str; 4]> {
    let handbook = include_str!("../../docs/text.md");
    let section = handbook.split_once(heading).expect("the heading is there").1;
    let table = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    table
        .skip(2)
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            cells.try_into().unwrap_or_else(|_| panic!("four columns: {line}"))
        })
        .collect()
}

fn check(language: Language, heading: &str) {
    let rows = rows(heading);
    assert!(rows.len() > 15, "{heading} has only {} rows", rows.len());
    for [said, _, example, becomes] in rows {
        let ways: Vec<&str> = said.split(", ").map(|way| way.trim_matches('`')).collect();
        let lower = example.to_lowercase();
        assert!(lower.contains(ways[0]), "the example `{example}` does not say `{}`", ways[0]);
        for way in &ways {
            let spoken = if way == &ways[0] { example.to_owned() } else { lower.replacen(ways[0], way, 1) };
            let text = clean_as(language, &Style::none(), &spoken).text;
            assert_eq!(text, becomes.replace('⏎', "\n"), "`{spoken}`");
        }
    }
}

#[test]
fn every_english_command_of_the_handbook_works() {
    check(Language::ENGLISH, "### English");
}

#[test]
fn every_russian_command_of_the_handbook_works() {
    check(Language::RUSSIAN, "### Русский");
}
