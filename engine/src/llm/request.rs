//! A request to a language model and its answer. Plain data that crosses the process border.

use serde::{Deserialize, Serialize};

use super::{ModelFacts, Skips};
use crate::language::Language;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GenerateRequest {
    /// Clean a dictated text.
    Clean(Clean),
    /// Continue a conversation, or do what an instruction says.
    Chat(Chat),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clean {
    pub language: Language,
    /// What is cleaned: the rules' text, one paragraph or piece of it (see [`super::pieces`]).
    pub text: String,
    /// The style's prompt; none for a model that follows none.
    pub system: Option<String>,
    /// The user's message: the style's user part (dictionary, sentence before, text), or the text alone.
    pub user: String,
    pub freedom: Freedom,
    /// What the reply will nearly be: mostly the text itself. Empty = no draft.
    pub draft: String,
    pub limits: Limits,
}

/// What the reply may consist of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freedom {
    /// Anything; somebody has to look at it before a person does.
    Free,
    /// The text's words in their order, without some of those that may be skipped.
    Words(Skips),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chat {
    pub messages: Vec<Message>,
    pub sampling: Sampling,
    /// The reply ends before any of these.
    pub stops: Vec<String>,
    /// What the reply will nearly be (an edited selection); used where the temperature is 0. Empty = no draft.
    pub draft: String,
    pub limits: Limits,
}

/// Where a reply ends at the latest, and whether it is shown on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// 0 = as many as the context holds, for a clean-up as many as its text can need.
    pub tokens: u32,
    /// Counted from the request's arrival in the worker; 0 = none.
    pub time_ms: u32,
    /// Whether pieces of the reply are sent as they come.
    pub stream: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    System,
    User,
    Assistant,
}

/// How the next token is picked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// 0 = always the likeliest.
    pub temperature: f32,
    /// Picked among the likeliest tokens that together have this probability.
    pub top_p: f32,
    /// The same seed gives the same reply, as long as the worker's load is the same.
    pub seed: u32,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// Without spaces around. Whole only where `stopped` says [`Stopped::End`] or [`Stopped::StopText`].
    pub text: String,
    pub stopped: Stopped,
    pub prompt_tokens: u32,
    /// Tokens of the prompt that were in memory already.
    pub reused_tokens: u32,
    pub reply_tokens: u32,
    /// Tokens of the draft that were tried, and those among them that stood.
    pub drafted: u32,
    pub accepted: u32,
    /// Runs of the model that this reply took part in, the prompt's included.
    pub steps: u32,
    /// From the request's arrival to its first token.
    pub first_token_us: u64,
}

/// Why a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stopped {
    /// The model said so.
    End,
    /// One of the request's stops came.
    StopText,
    /// Out of tokens, or out of context.
    Length,
    /// Out of time.
    Deadline,
}

/// A request that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    #[error("there is no text to clean")]
    NoText,
    #[error("a conversation needs at least one message")]
    NoMessages,
    #[error("the last message of a conversation must not be the assistant's own")]
    NothingToAnswer,
    #[error("`temperature` is `{given}`; give 0 to 2")]
    Temperature { given: String },
    #[error("`top_p` is `{given}`; give more than 0 and at most 1")]
    TopP { given: String },
    #[error("a stop text is empty")]
    EmptyStop,
}

impl Sampling {
    /// Always the likeliest token.
    pub const GREEDY: Self = Self { temperature: 0.0, top_p: 1.0, seed: 0 };

    pub fn is_greedy(&self) -> bool {
        self.temperature <= 0.0
    }
}

impl Stopped {
    /// Whether the reply is all that the model had to say.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::End | Self::StopText)
    }
}

impl Clean {
    /// A clean-up as a model with these facts wants it. `system` and `user` are the style's prompt, filled in.
    pub fn new(facts: &ModelFacts, language: Language, system: &str, user: &str, text: &str) -> Self {
        let text = text.trim();
        // Small models know capitals only at the beginning of words, and nobody shouts a dictation.
        let text = if is_all_capitals(text) { text.to_lowercase() } else { text.to_owned() };
        let (system, user) =
            if facts.follows_system_prompt { (Some(system.to_owned()), user.to_owned()) } else { (None, text.clone()) };
        let freedom = if facts.constrained { Freedom::Words(Skips::sure(language)) } else { Freedom::Free };
        Self { language, draft: text.clone(), text, system, user, freedom, limits: Limits::default() }
    }
}

/// Whether several words are written in capitals only; one alone is an abbreviation.
fn is_all_capitals(text: &str) -> bool {
    text.split_whitespace().nth(1).is_some()
        && text.chars().filter(|letter| letter.is_alphabetic()).nth(2).is_some()
        && !text.chars().any(char::is_lowercase)
}

impl GenerateRequest {
    /// Whether it can be answered at all.
    pub fn check(&self) -> Result<(), BadRequest> {
        match self {
            Self::Clean(clean) if clean.text.trim().is_empty() => Err(BadRequest::NoText),
            Self::Clean(_) => Ok(()),
            Self::Chat(chat) => chat.check(),
        }
    }

    /// About how many tokens the reply will have; predicts how long it takes.
    pub fn expected_tokens(&self) -> u32 {
        /// Of a text in either alphabet.
        const BYTES_PER_TOKEN: usize = 4;
        const USUAL_REPLY: u32 = 200;
        match self {
            Self::Clean(clean) => (clean.text.len() / BYTES_PER_TOKEN) as u32 + 1,
            Self::Chat(chat) if !chat.draft.is_empty() => (chat.draft.len() / BYTES_PER_TOKEN) as u32 + 1,
            Self::Chat(chat) if chat.limits.tokens > 0 => chat.limits.tokens.min(USUAL_REPLY),
            Self::Chat(_) => USUAL_REPLY,
        }
    }

    pub fn limits(&self) -> Limits {
        match self {
            Self::Clean(clean) => clean.limits,
            Self::Chat(chat) => chat.limits,
        }
    }
}

impl Chat {
    /// An edit of a selected text, as `text::instruction` words it: always the likeliest reply, which is expected to be
    /// nearly the selection. For models that follow a system prompt.
    pub fn edit(system: &str, user: &str, selection: &str) -> Self {
        let message = |role, text: &str| Message { role, text: text.to_owned() };
        Self {
            messages: vec![message(Role::System, system), message(Role::User, user)],
            sampling: Sampling::GREEDY,
            stops: Vec::new(),
            draft: selection.trim().to_owned(),
            limits: Limits::default(),
        }
    }

    fn check(&self) -> Result<(), BadRequest> {
        let Some(last) = self.messages.last() else { return Err(BadRequest::NoMessages) };
        let Sampling { temperature, top_p, .. } = self.sampling;
        if last.role == Role::Assistant {
            Err(BadRequest::NothingToAnswer)
        } else if !(0.0..=2.0).contains(&temperature) {
            Err(BadRequest::Temperature { given: temperature.to_string() })
        } else if !(top_p > 0.0 && top_p <= 1.0) {
            Err(BadRequest::TopP { given: top_p.to_string() })
        } else if self.stops.iter().any(String::is_empty) {
            Err(BadRequest::EmptyStop)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(sampling: Sampling) -> GenerateRequest {
        GenerateRequest::Chat(Chat {
            messages: vec![Message { role: Role::User, text: "hello".into() }],
            sampling,
            stops: Vec::new(),
            draft: String::new(),
            limits: Limits::default(),
        })
    }

    #[test]
    fn a_model_without_prompts_is_given_the_text_alone() {
        let clean = Clean::new(&ModelFacts::builtin(), Language::ENGLISH, "You clean.", "Text: hi there", " hi there ");
        assert_eq!((clean.system, clean.user.as_str()), (None, "hi there"));
        assert!(matches!(clean.freedom, Freedom::Words(_)));
        let clean = Clean::new(&ModelFacts::default(), Language::ENGLISH, "You clean.", "Text: hi there", "hi there");
        assert_eq!((clean.system.as_deref(), clean.user.as_str()), (Some("You clean."), "Text: hi there"));
        assert_eq!((clean.freedom, clean.draft.as_str()), (Freedom::Free, "hi there"));
    }

    #[test]
    fn shouting_is_lowered_and_names_are_not() {
        let text = |text: &str| Clean::new(&ModelFacts::builtin(), Language::ENGLISH, "", "", text).text;
        assert_eq!(text("SEND IT NOW"), "send it now");
        assert_eq!(text("NASA"), "NASA");
        assert_eq!(text("I"), "I");
        assert_eq!(text("send NASA a note"), "send NASA a note");
    }

    #[test]
    fn an_edit_is_a_greedy_conversation_with_the_selection_as_its_draft() {
        let edit = Chat::edit("You edit.", "Instruction: shorter\n---\nthe text \n---", "the text ");
        assert_eq!((edit.draft.as_str(), edit.messages.len()), ("the text", 2));
        assert!(edit.sampling.is_greedy());
        assert_eq!(GenerateRequest::Chat(edit).check(), Ok(()));
    }

    #[test]
    fn numbers_out_of_range_are_refused_with_the_range() {
        assert_eq!(chat(Sampling::GREEDY).check(), Ok(()));
        let hot = Sampling { temperature: f32::NAN, ..Sampling::GREEDY };
        assert!(chat(hot).check().unwrap_err().to_string().contains("0 to 2"));
        let none = Sampling { top_p: 0.0, ..Sampling::GREEDY };
        assert!(matches!(chat(none).check(), Err(BadRequest::TopP { .. })));
    }
}
