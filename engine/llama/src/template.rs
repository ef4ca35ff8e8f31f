//! Chat templates: a conversation as the text that a model was trained on. The template is the model file's own Jinja
//! text; where that is more than minijinja can do, the library's renderer, which knows the common ones, takes over.

use engine::llm::{Message, Role};
use llama_cpp_2::model::{LlamaChatMessage, LlamaChatTemplate};
use minijinja::{Environment, ErrorKind, Value, context};

use crate::model::Model;

/// Steps that a template may take; real ones need some thousands.
const FUEL: u64 = 5_000_000;
/// For model files without a template.
const USUAL: &str = "chatml";

/// Why a conversation could not be written down.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("the model's chat template cannot be used: {jinja}; give it another one with `chat_template`")]
    Unusable { jinja: String },
    #[error("the chat template cannot render this conversation: {0}")]
    Conversation(String),
    #[error("a message contains a zero character")]
    ZeroCharacter,
}

/// A template that has rendered at least once.
#[derive(Debug)]
pub struct ChatTemplate {
    renderer: Renderer,
    /// Whether a system message gets into the prompt; where not, it is put before the first message of the user.
    takes_system: bool,
}

#[derive(Debug)]
enum Renderer {
    Jinja { environment: Box<Environment<'static>>, begin: String, end: String },
    Library(LlamaChatTemplate),
}

const NAME: &str = "chat";

impl ChatTemplate {
    /// The given template, else the model's own, tried on a small conversation.
    pub fn new(model: &Model, given: Option<&str>) -> Result<Self, TemplateError> {
        let own = || model.library.chat_template(None).ok().and_then(|own| own.to_string().ok());
        let text = given.map(str::to_owned).or_else(own);
        let library = |text: &str| {
            let template = LlamaChatTemplate::new(text).map_err(|_| TemplateError::ZeroCharacter)?;
            Self::tried(model, Renderer::Library(template))
        };
        let Some(text) = text else {
            tracing::warn!("the model file has no chat template; taking `{USUAL}`");
            return library(USUAL);
        };
        match Renderer::jinja(model, text.clone()).and_then(|renderer| Self::tried(model, renderer)) {
            Ok(template) => Ok(template),
            Err(error) => library(&text).map_err(|_| TemplateError::Unusable { jinja: error.to_string() }),
        }
    }

    /// The template with the way it treats system messages found out.
    fn tried(model: &Model, renderer: Renderer) -> Result<Self, TemplateError> {
        const SYSTEM: &str = "system-7f3a";
        const USER: &str = "user-7f3a";
        let user = Message { role: Role::User, text: USER.to_owned() };
        let alone = renderer.render(model, std::slice::from_ref(&user))?;
        if !alone.contains(USER) {
            return Err(TemplateError::Conversation("the user's message is missing".to_owned()));
        }
        let system = Message { role: Role::System, text: SYSTEM.to_owned() };
        let takes_system = renderer.render(model, &[system, user]).is_ok_and(|text| text.contains(SYSTEM));
        Ok(Self { renderer, takes_system })
    }

    /// A conversation as a prompt, up to where the model's reply begins.
    pub fn render(&self, model: &Model, messages: &[Message]) -> Result<String, TemplateError> {
        if self.takes_system || messages.iter().all(|message| message.role != Role::System) {
            self.renderer.render(model, messages)
        } else {
            self.renderer.render(model, &without_system(messages))
        }
    }
}

/// System messages put before the user's next one.
fn without_system(messages: &[Message]) -> Vec<Message> {
    let mut kept: Vec<Message> = Vec::new();
    let mut said = String::new();
    for message in messages {
        if message.role == Role::System {
            said.push_str(&message.text);
            said.push_str("\n\n");
        } else {
            let before = if message.role == Role::User { std::mem::take(&mut said) } else { String::new() };
            kept.push(Message { role: message.role, text: format!("{before}{}", message.text) });
        }
    }
    if !said.is_empty() {
        kept.push(Message { role: Role::User, text: said.trim_end().to_owned() });
    }
    kept
}

impl Renderer {
    fn jinja(model: &Model, text: String) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        // As the library that most templates are written for sets it up.
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment.set_fuel(Some(FUEL));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |problem: String| -> Result<Value, minijinja::Error> {
            Err(minijinja::Error::new(ErrorKind::InvalidOperation, problem))
        });
        environment.add_template_owned(NAME, text).map_err(|error| TemplateError::Conversation(chain(&error)))?;
        Ok(Self::Jinja {
            environment: Box::new(environment),
            begin: model.vocabulary.begin.clone().unwrap_or_default(),
            end: model.vocabulary.end.clone(),
        })
    }

    fn render(&self, model: &Model, messages: &[Message]) -> Result<String, TemplateError> {
        match self {
            Self::Jinja { environment, begin, end } => {
                let messages: Vec<Value> = messages
                    .iter()
                    .map(|message| context! { role => name(message.role), content => message.text })
                    .collect();
                let values = context! {
                    messages,
                    bos_token => begin,
                    eos_token => end,
                    add_generation_prompt => true,
                    // Whoever waits for a clean-up does not wait for thoughts.
                    enable_thinking => false,
                };
                let template = environment.get_template(NAME).expect("added when this was made");
                let text = template.render(values).map_err(|error| TemplateError::Conversation(chain(&error)))?;
                // The tokenizer puts the beginning there itself.
                Ok(text.strip_prefix(begin.as_str()).map(str::to_owned).unwrap_or(text))
            }
            Self::Library(template) => {
                let messages = messages
                    .iter()
                    .map(|message| LlamaChatMessage::new(name(message.role).to_owned(), message.text.clone()))
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|_| TemplateError::ZeroCharacter)?;
                model
                    .library
                    .apply_chat_template(template, &messages, true)
                    .map_err(|error| TemplateError::Conversation(error.to_string()))
            }
        }
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// An error without the template's text, which minijinja likes to show.
fn chain(error: &minijinja::Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use engine_worker::message::ModelSource;

    use super::*;
    use crate::model::Weights;

    fn model() -> Model {
        Model::load(&ModelSource::Builtin, Weights::Copied).unwrap()
    }

    fn say(role: Role, text: &str) -> Message {
        Message { role, text: text.to_owned() }
    }

    #[test]
    fn the_builtin_models_own_template_is_rendered_without_a_system_message() {
        let model = model();
        let template = ChatTemplate::new(&model, None).unwrap();
        assert!(!template.takes_system);
        let text = template.render(&model, &[say(Role::User, "hi there")]).unwrap();
        assert_eq!(text, "<|im_start|>user\nhi there<|im_end|>\n<|im_start|>assistant\n");
        let text = template.render(&model, &[say(Role::System, "Be kind."), say(Role::User, "hi")]).unwrap();
        assert_eq!(text, "<|im_start|>user\nBe kind.\n\nhi<|im_end|>\n<|im_start|>assistant\n");
    }

    #[test]
    fn templates_written_for_python_are_understood() {
        let model = model();
        let jinja = "{%- if messages[0].role == 'system' %}\n[{{ messages[0]['content'].strip().upper() }}]\n{%- endif %}\n\
                     {%- for m in messages if m.role != 'system' %}{{ m['content'].split(' ')[-1] }}|{% endfor %}\
                     {% if not enable_thinking %}no thoughts{% endif %}";
        let template = ChatTemplate::new(&model, Some(jinja)).unwrap();
        assert!(!template.takes_system, "upper case is not what was said");
        let text = template.render(&model, &[say(Role::User, "one two")]).unwrap();
        assert_eq!(text, "two|no thoughts");
    }

    #[test]
    fn a_template_that_minijinja_cannot_do_falls_back_to_the_librarys() {
        let model = model();
        // Not Jinja at all, but the library knows the marks.
        let template = ChatTemplate::new(&model, Some("{% bogus %}<|im_start|>")).unwrap();
        assert!(matches!(template.renderer, Renderer::Library(_)));
        let text = template.render(&model, &[say(Role::User, "hi")]).unwrap();
        assert_eq!(text, "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
    }

    #[test]
    fn a_template_that_nobody_can_do_is_refused_with_the_reason() {
        let model = model();
        let error = ChatTemplate::new(&model, Some("{{ raise_exception('only for cats') }}")).unwrap_err();
        assert!(error.to_string().contains("only for cats") && error.to_string().contains("chat_template"), "{error}");
        let endless = "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}";
        assert!(ChatTemplate::new(&model, Some(endless)).is_err());
    }
}
