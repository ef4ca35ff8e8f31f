//! What holds for every text whatsoever.

mod text_common;

use engine::language::Language;
use engine::text::TextContext;
use engine::text::dictionary::{Dictionary, Term};
use engine::text::edit::{apply, undo};
use engine::text::guard::{GuardContext, review};
use engine::text::rules::clean;
use engine::text::snippets::{Snippet, Snippets};
use engine::text::style::Style;
use proptest::prelude::*;
use text_common::{clean_as, cleaned, labelled};

/// Texts of the words that rules look for, so that they meet in every way.
fn dictation() -> impl Strategy<Value = String> {
    const WORDS: [&str; 105] = [
        "um",
        "uh",
        "like",
        "you",
        "know",
        "i",
        "mean",
        "the",
        "the",
        "no",
        "not",
        "at",
        "two",
        "three",
        "twenty",
        "five",
        "hundred",
        "thousand",
        "million",
        "point",
        "percent",
        "dollars",
        "pm",
        "march",
        "first",
        "half",
        "past",
        "to",
        "a",
        "comma",
        "period",
        "new",
        "line",
        "paragraph",
        "scratch",
        "that",
        "quote",
        "unquote",
        "question",
        "mark",
        "what",
        "is",
        "th-",
        "b-b-but",
        "zero",
        "oh",
        "and",
        "Anna",
        "monday",
        "tuesday",
        "эээ",
        "ну",
        "вот",
        "как",
        "бы",
        "типа",
        "я",
        "мы",
        "не",
        "нет",
        "в",
        "два",
        "три",
        "двадцати",
        "пять",
        "сто",
        "тысяч",
        "hi",
        "hello",
        "so",
        "dear",
        "please",
        "привет",
        "какой",
        "когда",
        "ли",
        "половине",
        "третьего",
        "пятого",
        "марта",
        "рублей",
        "процентов",
        "запятая",
        "точка",
        "новая",
        "строка",
        "абзац",
        "удали",
        "это",
        "без",
        "целых",
        "десятых",
        "минус",
        "5",
        "12,5",
        "5:30",
        "kuber",
        "netes",
        "подпись",
        "my",
        "sign",
        "год",
        "часа",
        "дня",
        "кто-то",
    ];
    let word = prop::sample::select(WORDS.to_vec());
    let gap = prop::sample::select(vec![" ", " ", " ", " ", ", ", ". ", "? ", "\n", "... ", " — ", "  ", "-"]);
    prop::collection::vec((word, gap), 0..24)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, gap)| [word, gap]).collect())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![3 => dictation(), 1 => "\\PC{0,60}", 1 => "[\\s\\S]{0,40}"]
}

fn any_style() -> impl Strategy<Value = Style> {
    prop::sample::select(vec![Style::none(), Style::mail(), Style::chat(), Style::code(), Style::document()])
}

fn any_language() -> impl Strategy<Value = Language> {
    prop::sample::select(vec![Language::ENGLISH, Language::RUSSIAN, "de".parse().expect("a language")])
}

fn dictionary() -> Dictionary {
    Dictionary::new(["Kubernetes", "AlfaVoice", "Анна"].map(Term::new).into())
}

fn snippets() -> Snippets {
    let snippet = |trigger: &str, text: &str| Snippet { trigger: trigger.into(), text: text.into() };
    Snippets::new(&[snippet("my sign", "Kind regards,\nA. B."), snippet("подпись", "С уважением")], &[])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// The rules take any text, and their edits are the whole difference, in order and undoable alone or together.
    #[test]
    fn edits_replay_and_undo(
        raw in any_text(), style in any_style(), language in any_language(), keep in prop::collection::vec(any::<bool>(), 64)
    ) {
        let (dictionary, snippets) = (dictionary(), snippets());
        let context = TextContext { language, style: &style, dictionary: &dictionary, snippets: &snippets, previous_sentence: None };
        let cleaned = clean(&raw, &context);
        prop_assert_eq!(&apply(&raw, &cleaned.edits).unwrap(), &cleaned.text);
        prop_assert_eq!(&apply(&raw, &[]).unwrap(), &raw);
        prop_assert!((0.0..=1.0).contains(&cleaned.confidence));
        for edit in &cleaned.edits {
            prop_assert!(edit.from != edit.to, "an edit that changes nothing: {:?}", edit);
        }
        // Any subset.
        let some: Vec<_> = cleaned.edits.iter().zip(keep.iter().cycle()).filter(|(_, keep)| **keep).map(|(edit, _)| edit).collect();
        let part = apply(&raw, some).unwrap();
        prop_assert!(part.len() <= raw.len() + cleaned.text.len());
        // One by one, back to the beginning.
        let mut left = cleaned.edits.clone();
        while !left.is_empty() {
            let (text, fewer) = undo(&raw, &left, left.len() / 2).unwrap();
            prop_assert_eq!(&apply(&raw, &fewer).unwrap(), &text);
            left = fewer;
        }
        prop_assert_eq!(apply(&raw, &left).unwrap(), raw);
    }

    /// Whatever a model writes, the text given out is the rules' text with the accepted edits, and no negation of the
    /// rules' text is lost or won unless the speaker took it back.
    #[test]
    fn the_guard_takes_any_proposal(
        raw in any_text(), proposal in any_text(), style in any_style(), language in any_language()
    ) {
        let rules = clean_as(language, &style, &raw);
        let dictionary = dictionary();
        let context = GuardContext { language, style: &style, dictionary: &dictionary, prompt: None };
        let review = review(&raw, &rules, &proposal, &context);
        prop_assert_eq!(&apply(&raw, &review.accepted).unwrap(), &review.text);
        prop_assert!(review.refused.iter().all(|refused| refused.edit.from != refused.edit.to));
        if review.whole.is_some() {
            prop_assert_eq!(review.text, rules.text);
        }
    }

    /// A proposal that is the rules' text changes nothing and is refused nothing.
    #[test]
    fn the_rules_text_passes_the_guard(raw in dictation(), language in any_language()) {
        let style = Style::none();
        let rules = clean_as(language, &style, &raw);
        let dictionary = Dictionary::default();
        let context = GuardContext { language, style: &style, dictionary: &dictionary, prompt: None };
        let review = review(&raw, &rules, &rules.text, &context);
        prop_assert_eq!(review.text, rules.text);
        prop_assert!(review.refused.is_empty(), "{:?}", review.refused);
    }
}

#[test]
fn what_is_clean_stays_clean() {
    let mut changed = Vec::new();
    for pair in labelled() {
        let once = cleaned(&pair).text;
        let twice = clean_as(pair.language, &pair.style, &once).text;
        if twice != once {
            changed.push(format!("{}: {}", pair.id, pair.shown(&format!("`{once}` became `{twice}`"))));
        }
        // The text that a person wrote is left alone too, where the style has nothing to say about it.
        let again = clean_as(pair.language, &pair.style, &pair.clean).text;
        if again != pair.clean {
            changed.push(format!("{}: clean {}", pair.id, pair.shown(&format!("`{}` became `{again}`", pair.clean))));
        }
    }
    assert!(changed.is_empty(), "{changed:#?}");
}

#[test]
fn undoing_any_single_edit_leaves_a_well_formed_text() {
    for pair in labelled() {
        let cleaned = cleaned(&pair);
        for index in 0..cleaned.edits.len() {
            let (text, _) = undo(&pair.raw, &cleaned.edits, index).expect("the edit exists");
            let edit = &cleaned.edits[index];
            assert!(
                !text.contains("  ") || edit.kind == engine::text::edit::EditKind::Spacing,
                "{}: `{text}`",
                pair.id
            );
            for twice in [",,", ",.", ". .", "..,", "??"] {
                assert!(!text.contains(twice) || pair.raw.contains(twice), "{}: `{text}` without {edit:?}", pair.id);
            }
        }
    }
}
