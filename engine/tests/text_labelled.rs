//! The rules against the labelled set: recall and precision of what they drop, carry out and write in digits, per
//! language, on the part they were made with and on the part held out.

mod text_common;

use std::collections::BTreeMap;

use engine::text::edit::EditKind;
use engine::text::gate::{Gate, GateContext, decide};
use text_common::{Pair, cleaned, folded, labelled};

/// What is measured, and the kinds of edits that belong to it.
const CATEGORIES: [(&str, &[EditKind]); 5] = [
    ("filler", &[EditKind::Filler]),
    ("stutter", &[EditKind::Repetition, EditKind::FalseStart]),
    ("command", &[EditKind::SpokenCommand]),
    ("number", &[EditKind::NumberForm]),
    ("self_correction", &[EditKind::SelfCorrection]),
];

#[derive(Debug, Default, Clone, Copy)]
struct Score {
    wanted: usize,
    found: usize,
    right: usize,
}

impl Score {
    fn recall(self) -> f64 {
        ratio(self.right, self.wanted)
    }

    fn precision(self) -> f64 {
        ratio(self.right, self.found)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// An edit for comparison: where its words begin in the raw text, the words, and what they become.
type Comparable = (usize, String, String);

/// The edits of one category as (place, words, result); deletions word by word, so that runs may be cut differently.
fn comparable(category: &str, edits: &[(usize, String, String)]) -> Vec<Comparable> {
    let mut found = Vec::new();
    for (at, from, to) in edits {
        let drops = to.trim().is_empty() && !to.contains('\n');
        if drops && category != "command" {
            for (offset, word) in words_with_offsets(from) {
                found.push((at + offset, word, String::new()));
            }
        } else {
            let lead = from.chars().take_while(|c| c.is_whitespace() || *c == ',').count();
            found.push((at + lead, folded(from), to.trim_matches(' ').to_lowercase()));
        }
    }
    found
}

fn words_with_offsets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut current: Option<(usize, String)> = None;
    for (offset, c) in text.chars().enumerate() {
        if c.is_alphanumeric() || c == '\'' || (c == '-' && current.is_some()) {
            let (_, word) = current.get_or_insert((offset, String::new()));
            word.extend(c.to_lowercase());
        } else if let Some(done) = current.take() {
            found.push(done);
        }
    }
    found.extend(current);
    for (_, word) in &mut found {
        *word = word.trim_end_matches('-').to_owned();
    }
    found
}

fn predicted(pair: &Pair, kinds: &[EditKind]) -> Vec<(usize, String, String)> {
    let edits = cleaned(pair).edits;
    let wanted = edits.into_iter().filter(|edit| kinds.contains(&edit.kind));
    wanted.map(|edit| (edit.at, edit.from, edit.to)).collect()
}

#[test]
fn recall_and_precision_of_the_rules_are_at_least_95_percent() {
    let mut scores: BTreeMap<(String, &str, String), Score> = BTreeMap::new();
    let mut misses = Vec::new();
    for pair in labelled() {
        for (category, kinds) in CATEGORIES {
            let wanted = comparable(category, &pair.gold(category));
            let found = comparable(category, &predicted(&pair, kinds));
            let right = found.iter().filter(|edit| wanted.contains(edit)).count();
            for split in [pair.split.clone(), "all".to_owned()] {
                let score = scores.entry((pair.language.code().to_owned(), category, split)).or_default();
                score.wanted += wanted.len();
                score.found += found.len();
                score.right += right;
            }
            if right < wanted.len() || right < found.len() {
                let line = format!("wanted {wanted:?}, found {found:?} in `{}`", pair.raw);
                misses.push(format!("{} {category}: {}", pair.id, pair.shown(&line)));
            }
        }
    }
    println!("language  category         part      wanted  found  right  recall  precision");
    for ((language, category, split), score) in &scores {
        println!(
            "{language:9} {category:16} {split:9} {:6} {:6} {:6} {:6.1}% {:8.1}%",
            score.wanted,
            score.found,
            score.right,
            score.recall() * 100.0,
            score.precision() * 100.0
        );
    }
    for miss in &misses {
        println!("{miss}");
    }
    for ((language, category, split), score) in scores {
        if split == "all" && category != "self_correction" {
            assert!(score.wanted >= 20, "{language} {category}: too few examples to say anything");
            assert!(score.recall() >= 0.95 && score.precision() >= 0.95, "{language} {category}: {score:?}");
        }
    }
}

/// After which words commas stand.
fn commas(text: &str) -> Vec<usize> {
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
    words.enumerate().filter(|(_, word)| word.ends_with(',')).map(|(n, _)| n).collect()
}

#[test]
fn commas_that_the_rules_set_in_unpunctuated_text_are_right() {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for pair in labelled() {
        let text = cleaned(&pair).text;
        // Where words differ from the label their numbers do too.
        if pair.raw.contains([',', '.', '?', '!']) || folded(&text) != folded(&pair.clean) || text.contains('\n') {
            continue;
        }
        let (wanted, found) = (commas(&pair.clean), commas(&text));
        let score = scores.entry(pair.language.code().to_owned()).or_default();
        score.wanted += wanted.len();
        score.found += found.len();
        score.right += found.iter().filter(|place| wanted.contains(place)).count();
        if found.iter().any(|place| !wanted.contains(place)) {
            println!("{} {}", pair.id, pair.shown(&text));
        }
    }
    for (language, score) in scores {
        println!("{language} commas: {score:?}, recall {:.2}, precision {:.2}", score.recall(), score.precision());
        assert!(score.precision() >= 0.95 && score.right >= 5, "{language} {score:?}");
    }
}

#[test]
fn the_labelled_set_is_what_it_says() {
    let pairs = labelled();
    let russian = pairs.iter().filter(|pair| pair.language.code() == "ru").count();
    assert!(pairs.len() >= 300 && russian * 2 >= pairs.len() - 20, "{} pairs, {russian} Russian", pairs.len());
    assert!(pairs.iter().filter(|pair| pair.split == "held_out").count() * 4 >= pairs.len());
    for pair in &pairs {
        // The labels' edits explain every difference in words between raw and clean.
        assert_eq!(folded(&pair.applied()), folded(&pair.clean), "{}", pair.id);
    }
}

#[test]
fn the_gate_spares_half_of_the_short_clean_texts_and_changes_none() {
    let time = GateContext { time_left_ms: 800, expected_ms: 100 };
    let (mut short, mut spared, mut wrong, mut asked) = (0, 0, Vec::new(), Vec::new());
    for pair in labelled() {
        let cleaned = cleaned(&pair);
        let skips = decide(&cleaned, &pair.style, time) != Gate::Ask;
        let done = cleaned.text == pair.clean;
        if done && pair.raw.split_whitespace().count() <= 12 {
            short += 1;
            spared += usize::from(skips);
            if !skips {
                asked.push(format!(
                    "{} {:.2} {:?} `{}`",
                    pair.id,
                    cleaned.confidence,
                    cleaned.doubts,
                    pair.shown(&pair.raw)
                ));
            }
        }
        if skips && !done && pair.style.name != "code" {
            let line = format!("`{}` instead of `{}`", cleaned.text, pair.clean);
            wrong.push(format!("{}: {}", pair.id, pair.shown(&line)));
        }
    }
    println!("spared {spared} of {short} short texts that the rules finish; wrongly {}", wrong.len());
    for line in asked {
        println!("asked {line}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(spared * 2 >= short, "{spared} of {short}");
}
