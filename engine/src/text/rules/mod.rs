//! Clean text by tables alone: what a person gets when no model is asked, and what a model is given to start from.
//!
//! The order is fixed, because each rule builds on what those before it left:
//! spacing, hesitation sounds, false starts, repetitions, self-corrections, filler words, symbols of code, spoken commands,
//! snippets, dictionary, borders, reduplications, numbers, commas, marks, case, paragraphs, spacing again. Each is one
//! file with its tables.

mod borders;
mod case;
mod commands;
mod commands_english;
mod commands_russian;
mod commas;
mod commas_english;
mod commas_russian;
mod confidence;
mod dictionary;
mod false_starts;
pub(crate) mod fillers;
mod fillers_table;
mod marks;
mod numbers;
mod numbers_english;
mod numbers_russian;
mod paragraphs;
pub(crate) mod question;
mod reduplications;
pub(crate) mod repetitions;
pub(crate) mod self_corrections;
mod slots;
mod snippets;
mod spacing;
mod symbols;

pub use confidence::Doubt;

use super::TextContext;
use super::Tongue;
use super::dictionary::Dictionary;
use super::draft::Draft;
use super::edit::{Edit, to_edits};
use super::heard::Heard;
use super::snippets::Snippets;
use super::style::{FinalMark, Style};

/// A text as the rules leave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cleaned {
    pub text: String,
    /// Complete: `edit::apply(raw, &edits)` is `text`.
    pub edits: Vec<Edit>,
    /// How sure the rules are that a model would change nothing, 0..=1.
    pub confidence: f32,
    /// What makes them unsure.
    pub doubts: Vec<Doubt>,
}

/// What every rule sees.
#[derive(Debug, Clone, Copy)]
struct Scope<'a> {
    tongue: Tongue,
    style: &'a Style,
    dictionary: &'a Dictionary,
    snippets: &'a Snippets,
    /// The text goes on with a sentence begun before.
    continues: bool,
    /// Bytes of the raw text before each pause.
    pauses: &'a [usize],
}

/// Cleans a raw text. Never fails, whatever the text.
pub fn clean(raw: impl Into<Heard>, context: &TextContext<'_>) -> Cleaned {
    let heard = raw.into();
    let raw = heard.text();
    let scope = Scope {
        tongue: Tongue::from(context.language),
        style: context.style,
        dictionary: context.dictionary,
        snippets: context.snippets,
        continues: context.previous_sentence.is_some_and(is_unfinished),
        pauses: heard.pauses(),
    };
    let rules = &context.style.rules;
    let mut draft = Draft::new(raw);
    spacing::run(&mut draft);
    if rules.fillers {
        fillers::drop_sounds(&mut draft, &scope);
    }
    if rules.false_starts {
        false_starts::run(&mut draft, &scope);
    }
    if rules.repetitions {
        repetitions::run(&mut draft, &scope);
    }
    if rules.self_corrections {
        self_corrections::run(&mut draft, &scope);
    }
    if rules.fillers {
        fillers::drop_words(&mut draft, &scope);
    }
    if rules.symbols {
        symbols::run(&mut draft, &scope);
    }
    if rules.commands {
        commands::run(&mut draft, &scope);
    }
    if rules.snippets {
        snippets::run(&mut draft, &scope);
    }
    if rules.dictionary {
        dictionary::run(&mut draft, &scope);
    }
    // A style that keeps the end of the text as it is wants no other marks either.
    let unmarked = context.style.final_mark != FinalMark::Keep && !marks::any(&draft);
    if unmarked {
        borders::run(&mut draft, &scope);
        reduplications::run(&mut draft, &scope);
    }
    numbers::run(&mut draft, &scope);
    if unmarked {
        commas::run(&mut draft, &scope);
    }
    marks::run(&mut draft, &scope);
    case::run(&mut draft, &scope);
    if rules.paragraphs {
        paragraphs::run(&mut draft, &scope);
    }
    spacing::run(&mut draft);
    let (confidence, doubts) = confidence::judge(raw, &draft, &scope);
    let (text, changes) = draft.finish();
    Cleaned { text, edits: to_edits(raw, &changes), confidence, doubts }
}

/// Whether a sentence waits for more words.
fn is_unfinished(sentence: &str) -> bool {
    let last = sentence.trim_end().chars().next_back();
    last.is_some_and(|c| c.is_alphanumeric() || matches!(c, ',' | '—' | '–' | ';'))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::language::Language;
    use crate::text::dictionary::Term;
    use crate::text::edit::apply;
    use crate::text::snippets::Snippet;

    /// Cleans with the built-in style of this name; checks that the edits are complete.
    pub(crate) fn cleaned(language: Language, style: &Style, raw: &str) -> Cleaned {
        let (dictionary, snippets) = (Dictionary::default(), Snippets::default());
        let context =
            TextContext { language, style, dictionary: &dictionary, snippets: &snippets, previous_sentence: None };
        let cleaned = clean(raw, &context);
        assert_eq!(apply(raw, &cleaned.edits).unwrap(), cleaned.text);
        cleaned
    }

    pub(crate) fn english(raw: &str) -> String {
        cleaned(Language::ENGLISH, &Style::none(), raw).text
    }

    pub(crate) fn russian(raw: &str) -> String {
        cleaned(Language::RUSSIAN, &Style::none(), raw).text
    }

    #[test]
    fn the_rules_together_give_decent_text() {
        assert_eq!(
            english("um hi tom comma new line i i can meet you at two no at three full stop"),
            "Hi Tom,\nI can meet you at three."
        );
        assert_eq!(
            russian("эээ привет запятая новая строка я я приду в два нет в три пятого марта точка"),
            "Привет,\nЯ приду в три 5 марта."
        );
    }

    #[test]
    fn a_text_that_goes_on_with_a_sentence_gets_no_capital() {
        let (style, dictionary, snippets) = (Style::none(), Dictionary::default(), Snippets::default());
        let context = |previous| TextContext {
            language: Language::ENGLISH,
            style: &style,
            dictionary: &dictionary,
            snippets: &snippets,
            previous_sentence: previous,
        };
        assert_eq!(clean("and the rest", &context(Some("I took the bread,"))).text, "and the rest.");
        assert_eq!(clean("and the rest", &context(Some("I took the bread."))).text, "And the rest.");
    }

    #[test]
    fn snippets_and_terms_are_put_in_and_left_alone_afterwards() {
        let snippets = Snippets::new(
            &[Snippet { trigger: "my sign off".into(), text: "kind regards,\n{name}".into() }],
            &[("name".into(), "Ann Lee".into())],
        );
        let dictionary = Dictionary::new(vec![Term::new("npm"), Term::new("Kubernetes")]);
        let style = Style::none();
        let context = TextContext {
            language: Language::ENGLISH,
            style: &style,
            dictionary: &dictionary,
            snippets: &snippets,
            previous_sentence: None,
        };
        let raw = "npm runs on cooper netties new line my sign off";
        let cleaned = clean(raw, &context);
        assert_eq!(cleaned.text, "npm runs on Kubernetes\nkind regards,\nAnn Lee");
        assert_eq!(apply(raw, &cleaned.edits).unwrap(), cleaned.text);
    }

    #[test]
    fn chat_drops_the_full_stop_and_code_keeps_case_and_symbols() {
        let chat = |raw| cleaned(Language::ENGLISH, &Style::chat(), raw).text;
        assert_eq!(chat("I'm on my way."), "I'm on my way");
        assert_eq!(chat("where are you"), "Where are you?");
        let code = |raw| cleaned(Language::ENGLISH, &Style::code(), raw).text;
        assert_eq!(code("git commit --amend"), "git commit --amend");
        assert_eq!(code("user underscore name equals five"), "user_name = 5");
    }

    #[test]
    fn other_languages_are_hardly_touched() {
        let german = |raw| cleaned("de".parse().unwrap(), &Style::none(), raw).text;
        assert_eq!(german("wir  treffen uns um drei"), "Wir treffen uns um drei.");
        let chinese = |raw| cleaned("zh".parse().unwrap(), &Style::none(), raw).text;
        assert_eq!(chinese("我们三点见"), "我们三点见");
    }

    #[test]
    fn nothing_stays_nothing() {
        assert_eq!(english(""), "");
        assert_eq!(english("   "), "");
        assert_eq!(english("um"), "");
        assert_eq!(english("..."), "...");
    }
}
