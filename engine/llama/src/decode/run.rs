//! One request in work: its prompt, the sequence it lives in, and how far it is.

use std::time::{Duration, Instant};

use engine::llm::{GenerateRequest, Generated, Stopped, Token};
use engine_worker::message::Cost;

use super::client::Client;
use super::speech::Speech;
use crate::sequences::{Row, Sequence};

/// A request and whoever waits for it.
pub struct Ticket {
    pub request: GenerateRequest,
    pub client: Box<dyn Client>,
    pub arrived: Instant,
}

impl Ticket {
    pub fn new(request: GenerateRequest, client: Box<dyn Client>) -> Self {
        Self { request, client, arrived: Instant::now() }
    }

    /// Whether its time is over.
    pub fn is_late(&self, now: Instant) -> bool {
        let limit = self.request.limits().time_ms;
        limit > 0 && now.duration_since(self.arrived) >= Duration::from_millis(u64::from(limit))
    }

    /// Answers a request that has not begun in time.
    pub fn late(self) {
        let wall_us = self.arrived.elapsed().as_micros() as u64;
        self.client.done(nothing(Stopped::Deadline), Cost { wall_us, cpu_us: 0 });
    }
}

fn nothing(stopped: Stopped) -> Generated {
    Generated {
        text: String::new(),
        stopped,
        prompt_tokens: 0,
        reused_tokens: 0,
        reply_tokens: 0,
        drafted: 0,
        accepted: 0,
        steps: 0,
        first_token_us: 0,
    }
}

/// What a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Another request to compute the beginning that both share.
    Shared,
    /// Its prompt to be computed.
    Prompt,
    /// Its next token.
    Reply,
}

/// A request in work.
pub struct Run {
    pub ticket: Ticket,
    pub prompt: Vec<Token>,
    /// See `prompt::Prompt::shared`.
    pub shared: usize,
    pub phase: Phase,
    /// Sequence in which it promised to leave its shared beginning.
    pub promised: Option<Sequence>,
    /// Tokens in its sequence.
    pub held: usize,
    pub reused: usize,
    pub speech: Speech,
    /// Said, and not in the sequence yet.
    pub pending: Vec<Token>,
    /// The last run left open which token comes next: the next run is to say it without a draft.
    pub undecided: bool,
    pub steps: u32,
    pub first_token: Option<Instant>,
    pub processor_time: Duration,
    pub planned: Planned,
}

/// A request's part of the run of the model in the making.
#[derive(Debug, Default)]
pub struct Planned {
    /// All its tokens, for its share of the costs.
    pub tokens: usize,
    /// Where the model's words behind its last own token and behind each token of the draft are; empty where nothing is
    /// asked yet.
    pub rows: Vec<Row>,
    /// The token before the draft.
    pub last: Token,
    pub draft: Vec<Token>,
}

impl Run {
    /// `prompt` has at least one token.
    pub fn new(ticket: Ticket, prompt: Vec<Token>, shared: usize, speech: Speech) -> Self {
        Self {
            ticket,
            // The last token is never shared: the reply is read behind it.
            shared: shared.min(prompt.len() - 1),
            prompt,
            phase: Phase::Prompt,
            promised: None,
            held: 0,
            reused: 0,
            speech,
            pending: Vec::new(),
            undecided: false,
            steps: 0,
            first_token: None,
            processor_time: Duration::ZERO,
            planned: Planned::default(),
        }
    }

    /// How far it is, as far as one can know.
    pub fn percent(&self) -> u8 {
        let whole = self.prompt.len() + self.speech.said.len() + self.speech.left();
        let done = if self.phase == Phase::Reply { self.prompt.len() + self.speech.said.len() } else { self.held };
        (done * 100 / whole.max(1)).min(99) as u8
    }

    /// Shows what there is to show.
    pub fn show(&mut self) {
        if self.ticket.request.limits().stream
            && let Some(text) = self.speech.text.next_to_show()
        {
            self.ticket.client.show(text);
        }
    }

    /// Answers with what has been said.
    pub fn done(mut self, stopped: Stopped) {
        self.show();
        let since = |instant: Instant| instant.duration_since(self.ticket.arrived).as_micros() as u64;
        let generated = Generated {
            text: self.speech.text.text().to_owned(),
            stopped,
            prompt_tokens: self.prompt.len() as u32,
            reused_tokens: self.reused as u32,
            reply_tokens: self.speech.said.len() as u32,
            drafted: self.speech.drafted,
            accepted: self.speech.accepted,
            steps: self.steps,
            first_token_us: self.first_token.map(since).unwrap_or_default(),
        };
        let cost = Cost { wall_us: since(Instant::now()), cpu_us: self.processor_time.as_micros() as u64 };
        self.ticket.client.done(generated, cost);
    }
}
