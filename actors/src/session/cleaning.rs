//! The clean-up of one utterance's text: rules at once, then a language model's proposal where it helps and is in time.
//!
//! **Promise**: whatever the model does, there is a text by the deadline, and it says what the rules' text says: a proposal
//! reaches a person only edit by edit through the guard.

use std::sync::Arc;
use std::time::Duration;

use engine::language::Language;
use engine::llm::request::Limits;
use engine::llm::{Clean, GenerateRequest, Generated, ModelFacts, join, pieces};
use engine::text::sentences::sentences;
use engine::text::{Cleaned, Dictionary, Edit, Gate, GateContext, Heard, Snippets, Style, TextContext};

use super::output::CleanedBy;
use crate::moment::Moment;

/// What a session's text is to become.
#[derive(Debug, Clone)]
pub struct TextOptions {
    pub style: Style,
    pub dictionary: Dictionary,
    pub snippets: Snippets,
}

/// The language model that cleans, and how long it may take.
#[derive(Debug, Clone)]
pub struct CleanerLimits {
    pub facts: ModelFacts,
    /// From the recognised text to the final one.
    pub deadline: Duration,
}

/// What becomes of a text, for the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The model was not asked, for this reason.
    Spared(Gate),
    /// There is no model here.
    NoModel,
    /// Its proposal was used, at least in part.
    Used,
    /// It answered something that is no clean-up of the text.
    Refused,
    Late,
    Failed,
}

impl Verdict {
    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Spared(Gate::Ask | Gate::StyleForbids) => "style_forbids",
            Self::Spared(Gate::Empty) => "empty",
            Self::Spared(Gate::AlreadyClean) => "already_clean",
            Self::Spared(Gate::NoTime) => "no_time",
            Self::NoModel => "no_model",
            Self::Used => "used",
            Self::Refused => "refused",
            Self::Late => "late",
            Self::Failed => "failed",
        }
    }
}

/// A text on its way.
#[derive(Debug)]
pub(crate) struct Cleaning {
    raw: String,
    language: Language,
    options: Arc<TextOptions>,
    rules: Cleaned,
    previous_sentence: Option<String>,
    words_at_a_time: usize,
    asked: Vec<Asked>,
    since: Moment,
    pub due: Moment,
    verdict: Option<Verdict>,
    tokens: u32,
}

/// A piece of the text that the model was given.
#[derive(Debug)]
struct Asked {
    job: u64,
    reply: Reply,
}

#[derive(Debug, PartialEq, Eq)]
enum Reply {
    Awaited,
    Came(String),
    /// None that could be used.
    Missing,
}

/// A text as it is given out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CleanText {
    /// As the rules alone make it; the context of what follows.
    pub by_rules: String,
    pub text: String,
    pub edits: Vec<Edit>,
    pub cleaned_by: CleanedBy,
    pub took: Duration,
    /// Tokens that a language model read and wrote for it.
    pub tokens: u32,
}

impl Cleaning {
    /// `previous` is the text before, as the rules left it.
    pub fn begin(heard: Heard, language: Language, previous: &str, options: Arc<TextOptions>, now: Moment) -> Self {
        let previous_sentence = last_sentence(previous);
        let raw = heard.text().to_owned();
        let rules = context(&options, language, previous_sentence).clean(heard);
        Self {
            raw,
            language,
            rules,
            previous_sentence: previous_sentence.map(str::to_owned),
            options,
            words_at_a_time: 0,
            asked: Vec::new(),
            since: now,
            due: now,
            verdict: None,
            tokens: 0,
        }
    }

    fn context(&self) -> TextContext<'_> {
        context(&self.options, self.language, self.previous_sentence.as_deref())
    }

    /// The text without any model.
    pub fn rules_text(&self) -> &str {
        &self.rules.text
    }

    /// What the model is to be asked, one request per piece of the text; none where it is not worth its time.
    pub fn requests(&mut self, cleaner: Option<&CleanerLimits>, pace: Pace) -> Vec<GenerateRequest> {
        let Some(cleaner) = cleaner.filter(|cleaner| cleaner.facts.speaks(self.language)) else {
            self.verdict = Some(Verdict::NoModel);
            return Vec::new();
        };
        self.words_at_a_time = usize::from(cleaner.facts.words_at_a_time);
        let time = GateContext {
            time_left_ms: cleaner.deadline.as_millis() as u32,
            expected_ms: pace.expected(self.rules.text.len()).as_millis() as u32,
        };
        let context = self.context();
        let decision = context.gate(&self.rules, time);
        if decision != Gate::Ask {
            self.verdict = Some(Verdict::Spared(decision));
            return Vec::new();
        }
        let limits = Limits { time_ms: cleaner.deadline.as_millis() as u32, ..Limits::default() };
        let request = |text: &str| {
            // None where somebody's own template cannot be filled in.
            let prompt = context.prompt(text).ok()?;
            let clean = Clean::new(&cleaner.facts, self.language, &prompt.system, &prompt.user, text);
            Some(GenerateRequest::Clean(Clean { limits, ..clean }))
        };
        let requests: Option<Vec<_>> =
            pieces(&self.rules.text, self.words_at_a_time).iter().map(|piece| request(piece.text)).collect();
        requests.unwrap_or_else(|| {
            self.verdict = Some(Verdict::Spared(Gate::StyleForbids));
            Vec::new()
        })
    }

    /// The requests were submitted as these jobs.
    pub fn asked(&mut self, jobs: impl IntoIterator<Item = u64>, now: Moment, deadline: Duration) {
        self.asked = jobs.into_iter().map(|job| Asked { job, reply: Reply::Awaited }).collect();
        self.since = now;
        self.due = now + deadline;
    }

    pub fn owns(&self, job: u64) -> bool {
        self.asked.iter().any(|asked| asked.job == job)
    }

    /// Since the model was asked.
    pub fn age(&self, now: Moment) -> Duration {
        now.since(self.since)
    }

    /// Jobs that have not answered.
    pub fn awaited(&self) -> impl Iterator<Item = u64> + '_ {
        self.asked.iter().filter(|asked| asked.reply == Reply::Awaited).map(|asked| asked.job)
    }

    /// A job ended; none = without a reply that could be used.
    pub fn replied(&mut self, job: u64, reply: Option<Generated>) {
        let Some(asked) = self.asked.iter_mut().find(|asked| asked.job == job) else { return };
        // Half of a clean-up is no clean-up: the guard would take its end for lost words.
        self.tokens += reply.as_ref().map_or(0, |generated| generated.prompt_tokens + generated.reply_tokens);
        asked.reply = match reply.filter(|generated| generated.stopped.is_whole()) {
            Some(generated) => Reply::Came(generated.text),
            None => Reply::Missing,
        };
    }

    /// Nobody waits for the model any more.
    pub fn give_up(&mut self, verdict: Verdict) {
        self.verdict.get_or_insert(verdict);
    }

    pub fn is_over(&self) -> bool {
        self.verdict.is_some() || self.awaited().next().is_none()
    }

    /// The text to give out, and how it came to be.
    pub fn finish(self, now: Moment) -> (CleanText, Verdict) {
        let took = if self.asked.is_empty() { Duration::ZERO } else { now.since(self.since) };
        let by_rules = CleanText {
            by_rules: self.rules.text.clone(),
            text: self.rules.text.clone(),
            edits: self.rules.edits.clone(),
            cleaned_by: if self.options.style.is_verbatim() { CleanedBy::Nobody } else { CleanedBy::Rules },
            took,
            tokens: self.tokens,
        };
        if !self.asked.iter().any(|asked| matches!(asked.reply, Reply::Came(_))) {
            return (by_rules, self.verdict.unwrap_or(Verdict::Failed));
        }
        let parts = pieces(&self.rules.text, self.words_at_a_time);
        let replies: Vec<&str> = parts
            .iter()
            .zip(&self.asked)
            .map(|(piece, asked)| if let Reply::Came(text) = &asked.reply { text.as_str() } else { piece.text })
            .collect();
        let proposal = join(&parts, &replies);
        let reviewed = self.context().review(&self.raw, &self.rules, &proposal);
        if reviewed.whole.is_some() {
            return (by_rules, Verdict::Refused);
        }
        let cleaned =
            CleanText { text: reviewed.text, edits: reviewed.accepted, cleaned_by: CleanedBy::Llm, ..by_rules };
        (cleaned, Verdict::Used)
    }
}

fn context<'a>(options: &'a TextOptions, language: Language, previous_sentence: Option<&'a str>) -> TextContext<'a> {
    let TextOptions { style, dictionary, snippets } = options;
    TextContext { language, style, dictionary, snippets, previous_sentence }
}

/// The end of a text that a new one may go on with.
fn last_sentence(text: &str) -> Option<&str> {
    sentences(text).pop().map(|range| &text[range])
}

/// How long the model takes, as this session saw it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    micros_per_byte: Option<f32>,
}

impl Pace {
    /// A new observation counts for this much.
    const NEWS: f32 = 0.3;
    /// A guess that kept the model from being asked is believed a little less each time, or it would stand for ever.
    const FADE: f32 = 0.8;

    pub fn expected(self, bytes: usize) -> Duration {
        self.micros_per_byte.map_or(Duration::ZERO, |pace| Duration::from_micros((pace * bytes as f32) as u64))
    }

    pub fn took(&mut self, bytes: usize, time: Duration) {
        let seen = time.as_micros() as f32 / bytes.max(1) as f32;
        self.micros_per_byte = Some(self.micros_per_byte.map_or(seen, |pace| pace + Self::NEWS * (seen - pace)));
    }

    pub fn fade(&mut self) {
        self.micros_per_byte = self.micros_per_byte.map(|pace| pace * Self::FADE);
    }
}
