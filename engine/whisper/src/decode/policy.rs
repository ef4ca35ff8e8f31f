//! The way of one piece of sound through the model: first try, checks, further tries, and what is made of them.

use std::sync::Arc;

use engine::asr::{DecodeOptions, ModelFacts, Purpose, Transcript, Trip, Word};
use engine::context::{context_for, token_cap};
use engine::hallucination::{Evidence, Verdict, judge, worth_decoding};
use engine::language::Language;

use super::language::{self, NotKnown, Question};
use super::logits::{Rules, probability};
use super::prompt::{Tokenizer, opening};
use super::times::{Voice, place};
use super::words::spell;
use super::{Opening, Pass, Stopped, Watcher, beam, greedy};
use crate::model::Weights;
use crate::state::State;

/// Sound is decoded in one window: the session cuts longer speech at its pauses.
pub const LONGEST_SAMPLES: usize = 30 * 16_000;
/// Shorter sound holds no word, and the library cannot take it.
pub const SHORTEST_SAMPLES: usize = 1_600;
/// Two empty tokens in a vocabulary are blanks: such a model says what it hears in step with the clock.
const LEAST_BLANKS: usize = 2;

/// What all slots of a worker share: the weights and what was derived from them.
#[derive(Debug)]
pub struct Model {
    pub weights: Arc<Weights>,
    /// As in the catalogue, the languages filled in.
    pub facts: ModelFacts,
    rules: Rules,
    tokenizer: Option<Tokenizer>,
    follows_a_clock: bool,
}

impl Model {
    pub fn new(weights: Weights, facts: ModelFacts) -> Self {
        let vocabulary = &weights.file.vocabulary;
        let end = weights.tokens.end;
        Self {
            rules: Rules::new(vocabulary, weights.tokens),
            tokenizer: facts.takes_prompt.then(|| Tokenizer::new(vocabulary, end)),
            follows_a_clock: vocabulary.tokens_where(end, <[u8]>::is_empty).take(LEAST_BLANKS).count() == LEAST_BLANKS,
            facts: ModelFacts { languages: language::known_languages(&facts, &weights), ..facts },
            weights: Arc::new(weights),
        }
    }
}

/// Why there is no transcript.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("`{ms}` ms of sound are too short; send at least 100 ms")]
    TooShort { ms: usize },
    #[error("`{ms}` ms of sound are too long for one decode; cut it into pieces of at most `{limit_ms}` ms")]
    TooLong { ms: usize, limit_ms: usize },
    #[error(transparent)]
    Language(#[from] NotKnown),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Decodes one piece of 16 kHz sound (samples in -1..=1).
pub fn transcribe(
    model: &Model,
    state: &mut State,
    samples: &[f32],
    options: &DecodeOptions,
    watcher: &impl Watcher,
) -> Result<Transcript, Refused> {
    let limit = LONGEST_SAMPLES.min(model.weights.file.shape.audio_context as usize * 320);
    if samples.len() < SHORTEST_SAMPLES {
        return Err(Refused::TooShort { ms: samples.len() / 16 });
    }
    if samples.len() > limit {
        return Err(Refused::TooLong { ms: samples.len() / 16, limit_ms: limit / 16 });
    }
    let question = language::question(&options.language, &model.facts.languages)?;
    if !worth_decoding(options.voiced_ms) {
        return Ok(Transcript::empty(question.likeliest()));
    }
    let mut run = Run::new(model, state, samples, options, watcher);
    Ok(run.finish(&question)?)
}

/// One decode on its way.
struct Run<'a, W> {
    model: &'a Model,
    state: &'a mut State,
    samples: &'a [f32],
    options: &'a DecodeOptions,
    watcher: &'a W,
    voice: Voice,
    /// Of the encoder's last run.
    context: u16,
    prompt: Vec<i32>,
    tries: Vec<Try>,
    tripped: Vec<Trip>,
}

/// What one pass brought, and whether it was cut off.
struct Try {
    transcript: Transcript,
    hit_token_cap: bool,
}

/// Another way to decode the same sound.
enum Way {
    WithoutPrompt,
    FullContext,
    Warmer(f32),
}

impl<'a, W: Watcher> Run<'a, W> {
    fn new(
        model: &'a Model,
        state: &'a mut State,
        samples: &'a [f32],
        options: &'a DecodeOptions,
        watcher: &'a W,
    ) -> Self {
        let text = options.prompt.as_deref().unwrap_or_default();
        let prompt = model.tokenizer.as_ref().map_or_else(Vec::new, |tokenizer| tokenizer.tokens(text));
        let (voice, tries, tripped) = (Voice::of(samples), Vec::new(), Vec::new());
        Self { model, state, samples, options, watcher, voice, context: 0, prompt, tries, tripped }
    }

    fn finish(&mut self, question: &Question) -> Result<Transcript, Stopped> {
        let fitted = context_for(self.samples.len(), &self.model.facts, self.options.context).frames;
        self.context = fitted.min(self.full_context());
        self.state.hear(self.samples, self.context)?;
        let (mut language, mut certainty, mut no_speech) = self.listen(question)?;
        let mut temperature = 0.0;
        loop {
            let pass = self.pass(language, temperature)?;
            let transcript = self.transcript(&pass, language, certainty, no_speech);
            self.tries.push(Try { transcript, hit_token_cap: pass.truncated });
            let Verdict::Retry { trip } = self.judge(self.tries.len() - 1, self.may_retry(temperature)) else { break };
            if !self.tripped.contains(&trip) {
                self.tripped.push(trip);
            }
            match self.next_way(trip, temperature) {
                Some(Way::WithoutPrompt) => self.prompt.clear(),
                Some(Way::FullContext) => {
                    self.context = self.full_context();
                    self.state.set_context(self.context)?;
                    (language, certainty, no_speech) = self.listen(question)?;
                }
                Some(Way::Warmer(next)) => temperature = next,
                None => break,
            }
        }
        Ok(self.best())
    }

    fn full_context(&self) -> u16 {
        self.model.weights.file.shape.audio_context as u16
    }

    /// Runs the encoder and asks the decoder what it makes of the start alone: the language, and whether anybody
    /// speaks.
    fn listen(&mut self, question: &Question) -> Result<(Language, f32, f32), Stopped> {
        self.still_wanted(5)?;
        self.state.encode()?;
        self.still_wanted(50)?;
        let tokens = self.model.weights.tokens;
        let logits = self.state.decode(&[tokens.start], 0)?;
        let no_speech = probability(logits, tokens.no_speech);
        let (language, certainty) = match question {
            Question::Known(language) => (*language, 1.0),
            Question::OneOf(possible) => {
                language::likeliest(logits, possible, |language| self.model.weights.language_token(language))
            }
        };
        Ok((language, certainty, no_speech))
    }

    fn still_wanted(&self, percent: u8) -> Result<(), Stopped> {
        if self.watcher.go_on(percent) { Ok(()) } else { Err(Stopped::CalledOff) }
    }

    fn pass(&mut self, language: Language, temperature: f32) -> Result<Pass, Stopped> {
        let opening = self.opening(language);
        let room = self.model.weights.file.shape.text_context as usize - opening.tokens.len() - 1;
        let cap = (token_cap(self.samples.len(), &self.model.facts) as usize).clamp(1, room);
        let width = usize::from(self.model.facts.beam);
        if width > 1 && temperature <= 0.0 && self.options.purpose != Purpose::Partial {
            return beam::run(self.state, &self.model.rules, &opening, beam::Breadth { width, cap }, self.watcher);
        }
        // Another seed for every try, the same for the same try of the same sound.
        let manner = greedy::Manner { temperature, cap, seed: self.tries.len() as u64 };
        greedy::run(self.state, &self.model.rules, &opening, manner, self.watcher)
    }

    fn opening(&self, language: Language) -> Opening {
        let mut opening = opening(&self.model.weights, &self.prompt, language, self.options.translate);
        // After a first pass the decoder holds that pass, not the start alone; the start is cheap to give again.
        if !self.tries.is_empty() {
            opening.given = 0;
        }
        opening
    }

    fn transcript(&self, pass: &Pass, language: Language, certainty: f32, no_speech: f32) -> Transcript {
        let spelled = spell(&pass.tokens, &self.model.weights.file.vocabulary);
        let places = place(&spelled, &self.voice, self.model.follows_a_clock);
        let words = spelled.into_iter().zip(places).map(|(word, (start_ms, end_ms))| Word {
            text: word.text,
            start_ms,
            end_ms,
            confidence: word.confidence,
        });
        Transcript {
            language,
            language_probability: certainty,
            words: words.collect(),
            no_speech_probability: no_speech,
            average_log_probability: pass.average_log_probability,
            audio_ctx: self.context,
            passes: 0,
            tripped: Vec::new(),
        }
    }

    fn judge(&self, index: usize, may_retry: bool) -> Verdict {
        let Try { transcript, hit_token_cap } = &self.tries[index];
        let evidence = Evidence {
            facts: &self.model.facts,
            voiced_ms: self.options.voiced_ms,
            speech_end_ms: None,
            prompt: self.options.prompt.as_deref().filter(|_| !self.prompt.is_empty()),
            hit_token_cap: *hit_token_cap,
            may_retry,
        };
        judge(transcript, &evidence)
    }

    fn may_retry(&self, temperature: f32) -> bool {
        self.next_way(Trip::PromptEcho, temperature).is_some()
    }

    /// What to try after this trip; a partial is not worth a second try, the next one is under way already.
    fn next_way(&self, trip: Trip, temperature: f32) -> Option<Way> {
        if self.options.purpose == Purpose::Partial {
            return None;
        }
        if !self.prompt.is_empty() && trip == Trip::PromptEcho {
            return Some(Way::WithoutPrompt);
        }
        if self.context < self.full_context() {
            return Some(Way::FullContext);
        }
        if !self.prompt.is_empty() {
            return Some(Way::WithoutPrompt);
        }
        let warmer = self.model.facts.temperature_ladder.iter().copied().find(|step| *step > temperature);
        warmer.map(Way::Warmer)
    }

    /// Of all tries the one that stands the checks best; between equals the likelier, where that means something.
    fn best(&mut self) -> Transcript {
        let passes = self.tries.len() as u8;
        let ranks: Vec<(u8, f32)> = (0..self.tries.len())
            .map(|index| {
                let rank = match self.judge(index, false) {
                    Verdict::Accept => 3,
                    Verdict::AcceptCut { .. } => 2,
                    Verdict::Retry { .. } => 1,
                    Verdict::NoSpeech => 0,
                };
                let sure = self.model.facts.trustworthy_scores;
                (rank, if sure { self.tries[index].transcript.average_log_probability } else { 0.0 })
            })
            .collect();
        let mut best = 0;
        for index in 1..ranks.len() {
            if ranks[index].0 > ranks[best].0 || (ranks[index].0 == ranks[best].0 && ranks[index].1 > ranks[best].1) {
                best = index;
            }
        }
        let verdict = self.judge(best, false);
        let mut transcript = self.tries.swap_remove(best).transcript;
        match verdict {
            Verdict::Accept | Verdict::Retry { .. } => {}
            Verdict::NoSpeech => transcript.words.clear(),
            Verdict::AcceptCut { words, trip } => {
                transcript.words = words;
                if !self.tripped.contains(&trip) {
                    self.tripped.push(trip);
                }
            }
        }
        Transcript { passes, tripped: std::mem::take(&mut self.tripped), ..transcript }
    }
}
