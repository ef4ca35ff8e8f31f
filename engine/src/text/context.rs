//! Everything about a text beside its words, and with it the whole of `text` behind four calls.

use super::dictionary::Dictionary;
use super::gate::{Gate, GateContext, decide};
use super::guard::{GuardContext, Review, review};
use super::heard::Heard;
use super::rules::{Cleaned, clean};
use super::snippets::Snippets;
use super::style::Style;
use super::style::prompt::{Prompt, PromptValues, TemplateError};
use crate::language::Language;

/// The language and wishes with which a text is cleaned. A caller's way:
///
/// ```
/// use engine::text::{Dictionary, Gate, GateContext, Language, Snippets, Style, TextContext, undo};
///
/// let (style, dictionary, snippets) = (Style::none(), Dictionary::default(), Snippets::default());
/// let context = TextContext {
///     language: Language::ENGLISH,
///     style: &style,
///     dictionary: &dictionary,
///     snippets: &snippets,
///     previous_sentence: None,
/// };
///
/// // 1. The rules, at once. `Heard::from_words` takes a transcript with its times.
/// let raw = "um i told anna that we do not need fifteen chairs they are too small";
/// let rules = context.clean(raw);
/// assert_eq!(rules.text, "I told Anna that we do not need 15 chairs they are too small.");
///
/// // 2. Whether a model can help and is in time, and what it is told.
/// let time = GateContext { time_left_ms: 800, expected_ms: 150 };
/// assert_eq!(context.gate(&rules, time), Gate::Ask);
/// assert!(context.prompt(&rules.text).unwrap().user.contains("we do not need 15 chairs"));
///
/// // 3. Of its proposal only what leaves the meaning alone.
/// let proposal = "I told Anna that we need 15 chairs. They are too small.";
/// let review = context.review(raw, &rules, proposal);
/// assert_eq!(review.text, "I told Anna that we do not need 15 chairs. They are too small.");
/// assert_eq!(review.refused[0].reason.to_string(), "it changes a negation");
///
/// // 4. Any edit can be taken back.
/// let number = review.accepted.iter().position(|edit| edit.to == "15").unwrap();
/// let (text, _) = undo(raw, &review.accepted, number).unwrap();
/// assert_eq!(text, "I told Anna that we do not need fifteen chairs. They are too small.");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TextContext<'a> {
    /// The language of the utterance.
    pub language: Language,
    pub style: &'a Style,
    pub dictionary: &'a Dictionary,
    pub snippets: &'a Snippets,
    /// The sentence before, as it was given out: text that continues it gets no capital.
    pub previous_sentence: Option<&'a str>,
}

impl TextContext<'_> {
    /// What the rules make of a raw text. Never fails.
    pub fn clean(&self, raw: impl Into<Heard>) -> Cleaned {
        clean(raw, self)
    }

    /// Whether a model is worth asking for it.
    pub fn gate(&self, rules: &Cleaned, time: GateContext) -> Gate {
        decide(rules, self.style, time)
    }

    /// What the model is told about `text` (the rules' text or a piece of it).
    pub fn prompt(&self, text: &str) -> Result<Prompt, TemplateError> {
        let terms: Vec<String> = self.dictionary.terms().iter().map(|term| term.term.clone()).collect();
        self.style.prompt.render(&PromptValues {
            language: self.language.english_name(),
            dictionary: &terms,
            previous: self.previous_sentence.unwrap_or_default(),
            text,
        })
    }

    /// What is left of the model's proposal for `rules.text`, which [`Self::clean`] made of `raw`.
    pub fn review(&self, raw: &str, rules: &Cleaned, proposal: &str) -> Review {
        let prompt = self.prompt("").ok();
        let context = GuardContext {
            language: self.language,
            style: self.style,
            dictionary: self.dictionary,
            prompt: prompt.as_ref().map(|prompt| prompt.system.as_str()),
        };
        review(raw, rules, proposal, &context)
    }
}
