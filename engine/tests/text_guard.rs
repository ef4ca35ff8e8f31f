//! The guard against changes of meaning, and for the edits that make a text better.

mod text_common;

use engine::language::Language;
use engine::text::dictionary::Dictionary;
use engine::text::edit::{EditKind, apply};
use engine::text::guard::{GuardContext, Reason, Review, review};
use engine::text::rules::Cleaned;
use engine::text::style::Style;
use text_common::{clean_as, cleaned, labelled};

fn reviewed(language: Language, style: &Style, raw: &str, rules: &Cleaned, proposal: &str) -> Review {
    let dictionary = Dictionary::default();
    let context = GuardContext { language, style, dictionary: &dictionary, prompt: Some(&style.prompt.system) };
    let review = review(raw, rules, proposal, &context);
    assert_eq!(apply(raw, &review.accepted).expect("the edits are of the raw text"), review.text);
    review
}

fn reason(class: &str) -> Option<Reason> {
    Some(match class {
        "negation" => Reason::Negation,
        "name" => Reason::Name,
        "number_value" => Reason::NumberValue,
        "lost_word" => Reason::LostWord,
        "new_word" => Reason::NewWord,
        "replaced_word" => Reason::ReplacedWord,
        "word_order" => Reason::WordOrder,
        "mood" => Reason::Mood,
        "foreign_mark" => Reason::ForeignMark,
        _ => return None,
    })
}

#[test]
fn no_change_of_meaning_is_accepted() {
    let style = Style::none();
    let (mut cases, mut accepted, mut named) = (0, Vec::new(), 0);
    for line in include_str!("../testdata/text/meaning_changes.tsv").lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [class, language, raw, proposal, expected] = fields[..] else { panic!("five fields: `{line}`") };
        let language: Language = language.parse().expect("a language");
        let rules = clean_as(language, &style, raw);
        let review = reviewed(language, &style, raw, &rules, proposal);
        let expected = if expected == "=" { rules.text.as_str() } else { expected };
        cases += 1;
        if review.text != expected {
            accepted.push(format!("{class}: `{raw}` -> `{proposal}` gave `{}`", review.text));
        }
        assert!(review.whole.is_some() || !review.refused.is_empty(), "nothing was refused: `{line}`");
        match reason(class) {
            None => assert!(class != "whole" || review.whole.is_some(), "not refused whole: `{line}` {review:?}"),
            Some(reason) => {
                let said = review.refused.iter().any(|refused| refused.reason == reason);
                named += usize::from(said || review.whole.is_some());
                if !said && review.whole.is_none() {
                    let reasons: Vec<_> = review.refused.iter().map(|refused| refused.reason).collect();
                    println!("{class}: `{raw}` -> `{proposal}` was refused for {reasons:?}");
                }
            }
        }
    }
    println!("{cases} changes of meaning, {} accepted; {named} of those with a class refused for it", accepted.len());
    assert!(cases >= 150);
    assert!(accepted.is_empty(), "{accepted:#?}");
}

#[test]
fn nearly_all_useful_edits_are_kept() {
    let kinds = [EditKind::Punctuation, EditKind::Case, EditKind::Filler];
    let mut kept = [0_usize; 3];
    let mut lost = [0_usize; 3];
    let mut lines = Vec::new();
    for pair in labelled() {
        // A model is given what the rules made, or, to see all of the guard, a text in which the rules did little.
        let mut bare = pair.style.clone();
        bare.rules.fillers = false;
        bare.final_mark = engine::text::style::FinalMark::Keep;
        for rules in [cleaned(&pair), clean_as(pair.language, &bare, &pair.raw)] {
            let review = reviewed(pair.language, &pair.style, &pair.raw, &rules, &pair.clean);
            let refused = review.refused.iter().map(|refused| refused.edit.kind);
            if review.whole.is_some() || !review.refused.is_empty() {
                let line = format!("{:?} {:?} `{}` -> `{}`", review.whole, review.refused, rules.text, pair.clean);
                lines.push(format!("{} {}", pair.id, pair.shown(&line)));
            }
            for (n, kind) in kinds.iter().enumerate() {
                kept[n] += review.accepted.iter().filter(|edit| edit.kind == *kind).count();
                lost[n] += refused.clone().filter(|refused| refused == kind).count();
            }
            if review.text != pair.clean && review.refused.is_empty() && review.whole.is_none() {
                let line = format!("`{}` instead of `{}`", review.text, pair.clean);
                lines.push(format!("{} {}", pair.id, pair.shown(&line)));
            }
        }
    }
    for line in &lines {
        println!("{line}");
    }
    for (n, kind) in kinds.iter().enumerate() {
        let share = kept[n] as f64 / (kept[n] + lost[n]) as f64;
        println!("{kind:?}: {} kept, {} refused ({:.2}%)", kept[n], lost[n], share * 100.0);
        assert!(kept[n] > 50 && share >= 0.97, "{kind:?}");
    }
}
