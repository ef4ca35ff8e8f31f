//! What a language model may change: its proposal is taken apart into single edits, and each is let through or not.
//!
//! Marks, capitals, fillers, repetitions, number forms, dictionary spellings and plain self-corrections pass. A changed,
//! added or lost negation, name, number value or word never does, nor does a changed mood (statement or question). A
//! refused edit leaves its place as the rules had it, everything else of the proposal stays. A model that answers,
//! refuses, translates, leaks its prompt or writes something else is refused whole.
//!
//! Faithful by construction: the text given out is the rules' text with accepted edits, never the proposal itself.

mod align;
mod case;
mod gaps;
mod places;
mod reason;
mod reviewer;
mod walk;
mod whole;
mod words;

pub use reason::{Reason, Refused, WholeRefusal};

use super::Tongue;
use super::compose::compose;
use super::dictionary::Dictionary;
use super::edit::{Edit, EditKind, apply_changes, to_changes, to_edits};
use super::lexicon::negation::is_negation;
use super::rules::Cleaned;
use super::style::Style;
use super::tokens::{normal, words as words_of};
use crate::language::Language;

pub(crate) use whole::{alien_script, leaks, opens_like_assistant};

/// What the guard is told beside the texts.
#[derive(Debug, Clone, Copy)]
pub struct GuardContext<'a> {
    pub language: Language,
    pub style: &'a Style,
    pub dictionary: &'a Dictionary,
    /// The system prompt that the model was given, to notice when it comes back.
    pub prompt: Option<&'a str>,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    pub text: String,
    /// From the raw text to `text`, the rules' own edits included.
    pub accepted: Vec<Edit>,
    /// What the model wanted beyond that, as edits of the rules' text.
    pub refused: Vec<Refused>,
    /// Set where nothing of the proposal was used.
    pub whole: Option<WholeRefusal>,
}

/// Longer texts are to be given paragraph by paragraph: aligning takes time with the square of their length.
pub const MOST_WORDS: usize = 2000;

/// Reviews what a model proposes for `rules.text`, which the rules made of `raw`.
pub fn review(raw: &str, rules: &Cleaned, proposal: &str, context: &GuardContext<'_>) -> Review {
    let as_rules = |whole, refused| Review {
        text: rules.text.clone(),
        accepted: rules.edits.clone(),
        refused,
        whole: Some(whole),
    };
    let proposal = whole::unwrapped(proposal, &rules.text);
    if let Some(refusal) = whole::before_alignment(raw, &rules.text, proposal, context) {
        return as_rules(refusal, Vec::new());
    }
    // Edits that are not of this raw text cannot be built upon; then the rules' text stands for the raw text.
    let (raw, first) = match to_changes(raw, &rules.edits) {
        Ok(changes) if apply_changes(raw, &changes) == rules.text => (raw, changes),
        _ => (rules.text.as_str(), Vec::new()),
    };
    let spoken = whole::spoken_places(&first);
    let judged = reviewer::judge(&rules.text, proposal, context, &spoken);
    if let Some(refusal) = judged.whole {
        return as_rules(refusal, judged.refused);
    }
    let text = apply_changes(&rules.text, &judged.changes);
    let taken_back = judged.changes.iter().any(|change| change.kind == EditKind::SelfCorrection);
    let tongue = Tongue::from(context.language);
    if !taken_back && negations(tongue, &text) != negations(tongue, &rules.text) {
        // Cannot happen by the rules above; if it ever does, the speaker's word stands.
        return as_rules(WholeRefusal::Rewritten, judged.refused);
    }
    let accepted = to_edits(raw, &compose(raw, &first, &judged.changes));
    Review { text, accepted, refused: judged.refused, whole: None }
}

/// The negating words of a text, in order.
fn negations(tongue: Tongue, text: &str) -> Vec<String> {
    words_of(text)
        .iter()
        .map(|token| normal(token.text))
        .filter(|norm| is_negation(tongue, norm))
        .map(|norm| words::plain_negation(&norm).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::edit::apply;
    use crate::text::rules::tests::cleaned;

    fn reviewed(language: Language, raw: &str, proposal: &str) -> Review {
        let (style, dictionary) = (Style::none(), Dictionary::default());
        let context = GuardContext { language, style: &style, dictionary: &dictionary, prompt: None };
        let review = review(raw, &cleaned(language, &style, raw), proposal, &context);
        assert_eq!(apply(raw, &review.accepted).unwrap(), review.text);
        review
    }

    #[test]
    fn marks_and_capitals_pass() {
        let review = reviewed(
            Language::ENGLISH,
            "hi anna thanks for the notes i will read them tomorrow",
            "Hi Anna, thanks for the notes. I will read them tomorrow.",
        );
        assert_eq!(review.text, "Hi Anna, thanks for the notes. I will read them tomorrow.");
        assert!(review.refused.is_empty() && review.whole.is_none(), "{review:?}");
    }

    #[test]
    fn one_bad_edit_is_refused_and_the_rest_stays() {
        let review = reviewed(
            Language::ENGLISH,
            "we do not need fifteen chairs but anna wants them",
            "We do need 50 chairs, but Anna wants them.",
        );
        assert_eq!(review.text, "We do not need 15 chairs, but Anna wants them.");
        let reasons: Vec<Reason> = review.refused.iter().map(|refused| refused.reason).collect();
        assert_eq!(reasons, [Reason::Negation, Reason::NumberValue]);
    }

    #[test]
    fn a_refused_border_takes_its_capital_along() {
        let review = reviewed(Language::RUSSIAN, "я не знаю что делать", "Я не. Знаю, что делать.");
        assert_eq!(review.text, "Я не знаю, что делать.");
    }

    #[test]
    fn accepted_edits_reach_back_to_the_raw_text() {
        let review = reviewed(Language::ENGLISH, "um it costs five dollars john", "It costs $5, John.");
        assert_eq!(review.text, "It costs $5, John.");
        let kinds: Vec<EditKind> = review.accepted.iter().map(|edit| edit.kind).collect();
        assert!(kinds.contains(&EditKind::Filler) && kinds.contains(&EditKind::NumberForm), "{kinds:?}");
    }

    #[test]
    fn an_answer_is_refused_whole() {
        let review = reviewed(Language::ENGLISH, "what is the capital of france", "The capital of France is Paris.");
        assert_eq!(review.text, "What is the capital of France?");
        assert_eq!(review.whole, Some(WholeRefusal::Answered));
    }

    #[test]
    fn what_was_dictated_as_a_mark_stays() {
        let review = reviewed(Language::ENGLISH, "dear tom comma new line see you full stop", "Dear Tom see you!");
        assert_eq!(review.text, "Dear Tom,\nSee you.");
        assert!(review.refused.iter().any(|refused| refused.reason == Reason::SpokenMark), "{review:?}");
    }

    #[test]
    fn rules_edits_of_another_text_do_no_harm() {
        let (style, dictionary) = (Style::none(), Dictionary::default());
        let context =
            GuardContext { language: Language::ENGLISH, style: &style, dictionary: &dictionary, prompt: None };
        let rules = cleaned(Language::ENGLISH, &style, "um hello there");
        let review = review("something else", &rules, "Hello, there.", &context);
        assert_eq!(review.text, "Hello, there.");
    }
}
