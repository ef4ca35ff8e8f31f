//! Why an edit or a whole proposal was refused.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::edit::{Edit, EditKind};

/// Why one edit was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Negation,
    Name,
    NumberValue,
    LostWord,
    NewWord,
    ReplacedWord,
    WordOrder,
    /// A statement would become a question or an exclamation, or the other way round.
    Mood,
    /// A mark between a negation and what it negates.
    NegationScope,
    /// Quotes, brackets, emphasis and other marks that nobody said.
    ForeignMark,
    /// A mark or break that the speaker dictated.
    SpokenMark,
    /// The style does not want it.
    Style,
    /// A letter change that may make another word of it (все, всё).
    AmbiguousSpelling,
}

impl Reason {
    /// The kind of edit that a refusal for this reason is listed as.
    pub(super) fn of_words(kind: EditKind) -> Self {
        match kind {
            EditKind::Negation => Self::Negation,
            EditKind::Name => Self::Name,
            EditKind::NumberValue => Self::NumberValue,
            EditKind::LostWord => Self::LostWord,
            EditKind::NewWord => Self::NewWord,
            EditKind::WordOrder => Self::WordOrder,
            _ => Self::ReplacedWord,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negation => "it changes a negation",
            Self::Name => "it changes a name",
            Self::NumberValue => "it changes a number",
            Self::LostWord => "it drops a word that was said",
            Self::NewWord => "it adds a word that was not said",
            Self::ReplacedWord => "it puts another word in the place of one that was said",
            Self::WordOrder => "it changes the order of words",
            Self::Mood => "it turns a statement, question or exclamation into another",
            Self::NegationScope => "it cuts a negation off from what it negates",
            Self::ForeignMark => "it adds or drops marks that nobody said",
            Self::SpokenMark => "it changes a mark that was dictated",
            Self::Style => "the style does not want it",
            Self::AmbiguousSpelling => "it may make another word of it",
        })
    }
}

/// An edit of the rules' text that was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub edit: Edit,
    pub reason: Reason,
}

/// Why nothing of a proposal was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WholeRefusal {
    Empty,
    /// It speaks to the user instead of cleaning ("Sure, here is", "As an AI").
    Addressed,
    /// It answers or does what the text asks for.
    Answered,
    /// It is in another language's letters.
    Translated,
    /// The prompt came back.
    PromptLeak,
    TooShort,
    TooLong,
    /// Most of its words are others.
    Rewritten,
    /// More words than can be compared; give paragraphs.
    TooManyWords,
}
