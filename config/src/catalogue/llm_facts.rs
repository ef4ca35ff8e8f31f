//! What callers of one particular language model must respect.

use serde::Deserialize;

/// The plain data of `engine`'s facts of a language model (this package knows no other, so whoever starts a worker copies
/// them over; the languages are the entry's own). What an entry leaves out is as for an instruction-tuned model of the
/// usual kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LlmFacts {
    /// Whether it does what a system message says; where not, it is given the text alone and cannot converse or edit.
    pub follows_system_prompt: bool,
    /// Whether each step of a clean-up allows only the text's own words: what small models need.
    pub constrained: bool,
    /// Longest text that it cleans well at a time, in words; 0 = line by line, however long.
    pub words_at_a_time: u16,
    /// Tokens of prompt and reply that one request may take together; 0 = what the file says, at most 2048.
    pub context_tokens: u32,
    /// Jinja text to use instead of the file's own chat template.
    pub chat_template: Option<String>,
}

impl Default for LlmFacts {
    fn default() -> Self {
        Self {
            follows_system_prompt: true,
            constrained: false,
            words_at_a_time: 200,
            context_tokens: 0,
            chat_template: None,
        }
    }
}
