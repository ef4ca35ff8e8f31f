//! Messages as the tokens of a prompt, and how much of its beginning other prompts share with it.

use engine::llm::{Message, Role, Token};

use crate::model::Model;
use crate::template::{ChatTemplate, TemplateError};

/// Shared beginnings of this many system prompts are remembered.
const REMEMBERED: usize = 16;

/// A prompt in tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    pub tokens: Vec<Token>,
    /// How many tokens at its beginning every prompt with the same system message has.
    pub shared: usize,
}

/// Makes prompts.
#[derive(Debug)]
pub struct PromptMaker {
    template: ChatTemplate,
    /// System messages and the tokens with which their prompts begin, the last used one last.
    beginnings: Vec<(Vec<Message>, Vec<Token>)>,
}

impl PromptMaker {
    pub fn new(template: ChatTemplate) -> Self {
        Self { template, beginnings: Vec::new() }
    }

    pub fn make(&mut self, model: &Model, messages: &[Message]) -> Result<Prompt, TemplateError> {
        let messages: Vec<Message> = messages
            .iter()
            .map(|message| Message { role: message.role, text: model.vocabulary.harmless(&message.text) })
            .collect();
        let tokens = self.tokens(model, &messages)?;
        let system: Vec<Message> =
            messages.iter().take_while(|message| message.role == Role::System).cloned().collect();
        let shared = common(&tokens, self.beginning(model, system)?);
        Ok(Prompt { tokens, shared })
    }

    fn tokens(&self, model: &Model, messages: &[Message]) -> Result<Vec<Token>, TemplateError> {
        Ok(model.prompt_tokens(&self.template.render(model, messages)?))
    }

    /// What two prompts have in common whose users say different things.
    fn beginning(&mut self, model: &Model, system: Vec<Message>) -> Result<&[Token], TemplateError> {
        let known = self.beginnings.iter().position(|(known, _)| *known == system);
        let entry = match known {
            Some(at) => self.beginnings.remove(at),
            None => {
                let with = |text: &str| {
                    let user = Message { role: Role::User, text: text.to_owned() };
                    self.tokens(model, &[system.as_slice(), &[user]].concat())
                };
                let mut one = with("x")?;
                one.truncate(common(&one, &with("7")?));
                (system, one)
            }
        };
        if self.beginnings.len() == REMEMBERED {
            self.beginnings.remove(0);
        }
        self.beginnings.push(entry);
        Ok(self.beginnings.last().map(|(_, tokens)| tokens.as_slice()).unwrap_or_default())
    }
}

/// Length of what both begin with.
pub fn common(left: &[Token], right: &[Token]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests {
    use engine_worker::message::ModelSource;

    use super::*;
    use crate::model::Weights;

    #[test]
    fn prompts_share_their_system_message_and_nothing_of_the_users() {
        let model = Model::load(&ModelSource::Builtin, Weights::Copied).unwrap();
        let template = ChatTemplate::new(&model, Some("{% for m in messages %}{{ m.content }}\n{% endfor %}")).unwrap();
        let mut maker = PromptMaker::new(template);
        let system = Message { role: Role::System, text: "Clean up the text and keep every word of it.".into() };
        let mut make = |text: &str| {
            let user = Message { role: Role::User, text: text.into() };
            maker.make(&model, &[system.clone(), user]).unwrap()
        };
        let (one, other) = (make("xylophones are loud"), make("так и есть"));
        assert_eq!(one.shared, other.shared);
        assert!(one.shared >= 10 && one.shared < one.tokens.len(), "{one:?}");
        assert_eq!(one.tokens[..one.shared], other.tokens[..other.shared]);
        assert_eq!(maker.beginnings.len(), 1);
    }
}
