//! What must be known of a language model to ask it rightly. Comes from the model catalogue; nothing in the code knows
//! a model by its name, except that one is built in.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// Tokens of context that every sequence gets where the facts leave it open and the model was trained for as many.
pub const USUAL_CONTEXT: u32 = 2048;

/// Variables by which the two facts that concern a worker reach it (see [`ModelFacts::environment`]).
const CONTEXT_VARIABLE: &str = "ALFAVOICE_LLM_CONTEXT";
const TEMPLATE_VARIABLE: &str = "ALFAVOICE_LLM_CHAT_TEMPLATE";
const LARGEST_CONTEXT: u32 = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelFacts {
    /// Whether it does what a system message says. Where it does not, it is given the text alone.
    pub follows_system_prompt: bool,
    /// Whether its words can be trusted only where each step allows no others (see [`super::plan`]).
    pub constrained: bool,
    /// Longest text that it cleans well, in words; longer ones are given to it in [`super::pieces`].
    pub words_at_a_time: u16,
    /// Tokens of prompt and reply that one request may take together; 0 = what the file says, at most
    /// [`USUAL_CONTEXT`].
    pub context_tokens: u32,
    /// Jinja text to use instead of the file's own template.
    pub chat_template: Option<String>,
    /// Languages it was trained for; empty = any.
    pub languages: Vec<Language>,
}

impl Default for ModelFacts {
    /// An instruction-tuned model of the usual kind.
    fn default() -> Self {
        Self {
            follows_system_prompt: true,
            constrained: false,
            words_at_a_time: 200,
            context_tokens: 0,
            chat_template: None,
            languages: Vec::new(),
        }
    }
}

/// A variable that a worker was given does not make sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{CONTEXT_VARIABLE}` is `{given}`; give a number of tokens up to {LARGEST_CONTEXT}, or 0 for the model's own")]
pub struct BadContext {
    pub given: String,
}

impl ModelFacts {
    /// The model inside the worker executable; the numbers are those of its card (`models/llm/MODEL_CARD.md`).
    pub fn builtin() -> Self {
        Self {
            follows_system_prompt: false,
            constrained: true,
            words_at_a_time: 30,
            // 70 words, the most it was trained on, are under 200 tokens as prompt and again as reply.
            context_tokens: 512,
            chat_template: None,
            languages: vec![Language::ENGLISH, Language::RUSSIAN],
        }
    }

    /// Whether it was trained for a language.
    pub fn speaks(&self, language: Language) -> bool {
        self.languages.is_empty() || self.languages.contains(&language)
    }

    /// What a worker process must find in its environment to load the model by these facts.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let context = (CONTEXT_VARIABLE, self.context_tokens.to_string());
        std::iter::once(context).chain(self.chat_template.clone().map(|text| (TEMPLATE_VARIABLE, text))).collect()
    }

    /// These facts with what the environment says on top; `variable` looks one up.
    pub fn with_environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Result<Self, BadContext> {
        if let Some(given) = variable(CONTEXT_VARIABLE) {
            let tokens = given.trim().parse().ok().filter(|tokens| *tokens <= LARGEST_CONTEXT);
            self.context_tokens = tokens.ok_or(BadContext { given })?;
        }
        if let Some(text) = variable(TEMPLATE_VARIABLE).filter(|text| !text.trim().is_empty()) {
            self.chat_template = Some(text);
        }
        Ok(self)
    }

    /// Tokens that one sequence gets, for a model trained for `trained` of them.
    pub fn context(&self, trained: u32) -> u32 {
        let wanted = if self.context_tokens == 0 { USUAL_CONTEXT } else { self.context_tokens };
        wanted.min(trained.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_reads_back_what_the_server_says() {
        let facts = ModelFacts { context_tokens: 4096, chat_template: Some("{{ x }}".into()), ..ModelFacts::default() };
        let environment = facts.environment();
        let variable =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        assert_eq!(ModelFacts::default().with_environment(variable), Ok(facts));
        assert_eq!(ModelFacts::builtin().with_environment(|_| None), Ok(ModelFacts::builtin()));
        let wrong = ModelFacts::default().with_environment(|_| Some("many".into())).unwrap_err();
        assert!(wrong.to_string().contains("`many`"), "{wrong}");
    }

    #[test]
    fn no_model_gets_more_context_than_it_was_trained_for() {
        assert_eq!(ModelFacts::default().context(131_072), USUAL_CONTEXT);
        assert_eq!(ModelFacts::default().context(1024), 1024);
        assert_eq!(ModelFacts { context_tokens: 8192, ..ModelFacts::default() }.context(32_768), 8192);
        assert_eq!(ModelFacts::builtin().context(1024), 512);
    }
}
