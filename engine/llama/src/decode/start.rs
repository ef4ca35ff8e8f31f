//! A request before its first run: its prompt, its picker, its draft and its limits.

use engine::llm::draft::Trail;
use engine::llm::plan::Plan;
use engine::llm::{Chat, Clean, Freedom, GenerateRequest, Message, Role, Token};
use engine_worker::serve::Failure;

use super::run::{Run, Ticket};
use super::speech::{Picker, Speech};
use crate::model::Model;
use crate::prompt::PromptMaker;
use crate::sequences::Chance;

/// Tokens that a clean-up may have beyond twice its text: marks, and words written otherwise.
const CLEAN_SLACK: usize = 32;

/// What a request needs of its surroundings to begin.
pub(super) struct Surroundings<'a> {
    pub model: &'a Model,
    pub prompts: &'a mut PromptMaker,
    /// Tokens that prompt and reply may have together.
    pub context: usize,
    /// How often drafts are right lately.
    pub expected_rate: f32,
    /// Whether drafts are followed at all.
    pub drafts: bool,
}

/// Why a request cannot begin, with the request to answer.
pub(super) type Refused = Box<(Ticket, Failure)>;

impl Surroundings<'_> {
    pub fn begin(&mut self, ticket: Ticket) -> Result<Run, Refused> {
        match self.prepare(&ticket.request) {
            Ok((prompt, shared, speech)) => Ok(Run::new(ticket, prompt, shared, speech)),
            Err(failure) => Err(Box::new((ticket, failure))),
        }
    }

    fn prepare(&mut self, request: &GenerateRequest) -> Result<(Vec<Token>, usize, Speech), Failure> {
        request.check().map_err(|error| Failure::bad_request(error.to_string()))?;
        let prompt = self
            .prompts
            .make(self.model, &messages(request))
            .map_err(|error| Failure::bad_request(error.to_string()))?;
        let room = self.context.saturating_sub(prompt.tokens.len());
        if prompt.tokens.is_empty() || room == 0 {
            return Err(too_long("prompt", prompt.tokens.len(), self.context));
        }
        let speech = match request {
            GenerateRequest::Clean(clean) => self.clean(clean, room)?,
            GenerateRequest::Chat(chat) => self.chat(chat, room),
        };
        Ok((prompt.tokens, prompt.shared, speech))
    }

    fn clean(&self, clean: &Clean, room: usize) -> Result<Speech, Failure> {
        let tokens = self.model.tokens(&clean.text).len();
        if tokens > self.context {
            return Err(too_long("text", tokens, self.context));
        }
        let (picker, needed) = match &clean.freedom {
            Freedom::Free => (Picker::Likeliest, 2 * tokens + CLEAN_SLACK),
            Freedom::Words(skips) => {
                let plan = Plan::new(&clean.text, skips, self.model)
                    .map_err(|error| Failure::bad_request(error.to_string()))?;
                let needed = plan.longest_reply();
                (Picker::planned(plan), needed)
            }
        };
        let wanted = if clean.limits.tokens == 0 { needed } else { clean.limits.tokens as usize };
        Ok(self.with_draft(Speech::new(picker, Vec::new(), wanted.min(room)), &clean.draft))
    }

    fn chat(&self, chat: &Chat, room: usize) -> Speech {
        let wanted = if chat.limits.tokens == 0 { room } else { chat.limits.tokens as usize };
        let picker =
            if chat.sampling.is_greedy() { Picker::Likeliest } else { Picker::ByChance(Chance::new(chat.sampling)) };
        self.with_draft(Speech::new(picker, chat.stops.clone(), wanted.min(room)), &chat.draft)
    }

    fn with_draft(&self, speech: Speech, draft: &str) -> Speech {
        if draft.trim().is_empty() || !self.drafts {
            return speech;
        }
        let vocabulary = &self.model.vocabulary;
        let mut tokens = self.model.tokens(draft);
        tokens.extend(vocabulary.ends().first());
        let texts: Vec<_> = tokens.iter().map(|token| String::from_utf8_lossy(vocabulary.bytes(*token))).collect();
        let trail = Trail::new(tokens.iter().copied().zip(texts.iter().map(AsRef::as_ref)));
        speech.with_draft(trail, self.expected_rate)
    }
}

fn too_long(what: &str, tokens: usize, context: usize) -> Failure {
    Failure::bad_request(format!("the {what} has `{tokens}` tokens and the context holds `{context}`; cut it"))
}

fn messages(request: &GenerateRequest) -> Vec<Message> {
    match request {
        GenerateRequest::Clean(clean) => {
            let system = clean.system.iter().map(|text| Message { role: Role::System, text: text.clone() });
            system.chain([Message { role: Role::User, text: clean.user.clone() }]).collect()
        }
        GenerateRequest::Chat(chat) => chat.messages.clone(),
    }
}
