//! One utterance on its way from the first voiced sample to its final text.

use std::time::Duration;

use engine::agreement::Agreement;
use engine::asr::Transcript;
use engine::audio::SampleRange;
use engine::language::Language;
use engine::segmenter::EndReason;

use super::cadence::SoFar;
use super::cleaning::{CleanText, Cleaning};
use super::options::Tier;
use crate::ids::UtteranceId;
use crate::job::Finished;
use crate::moment::Moment;

/// What a job of the session was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Partial,
    /// A final begun at the first sign of a pause, for this stretch.
    Speculation(SampleRange),
    Final,
    /// Clean-up of its text by a language model.
    Cleaning,
}

/// A job of an utterance that has not ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct InFlight {
    pub number: u64,
    pub started: bool,
    pub submitted: Moment,
    /// Stretch of sound that it decodes.
    pub range: SampleRange,
    /// Whose model does it.
    pub tier: Tier,
}

#[derive(Debug)]
pub(super) struct Utterance {
    pub id: UtteranceId,
    /// First voiced sample.
    pub speech_at: u64,
    pub agreement: Agreement,
    pub partial: Option<InFlight>,
    /// Partial passes submitted, and where the last one ended.
    pub passes: u32,
    pub last_pass_end: u64,
    pub speculation: Option<Speculation>,
    /// A pause began and speech has not gone on.
    pub pausing: bool,
    pub language: Option<Heard>,
    /// Whether any live text was told.
    pub told: Option<(String, String)>,
    pub ended: Option<Ended>,
    /// The clean-up of its text; begun in the pause already where the final was.
    pub cleaning: Option<Cleaning>,
    /// What is given out.
    pub text: Option<CleanText>,
}

/// The language of an utterance as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub language: Language,
    pub probability: f32,
    /// Sound that it was detected in.
    pub ms: u32,
}

#[derive(Debug)]
pub(super) struct Speculation {
    pub job: InFlight,
    pub result: Option<Decoded>,
}

/// A decode that came back, with what it took.
#[derive(Debug, Clone)]
pub(super) struct Decoded {
    pub transcript: Transcript,
    pub waited: Duration,
    pub service: Duration,
}

/// An utterance that is over and waits for its final text.
#[derive(Debug)]
pub(super) struct Ended {
    pub range: SampleRange,
    pub speech_end: u64,
    pub voiced_ms: u32,
    pub reason: EndReason,
    pub final_job: Option<InFlight>,
    pub outcome: Option<Outcome>,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Decoded(Box<Decoded>),
    /// Nobody spoke after all.
    NoSpeech,
    Failed,
}

impl Utterance {
    /// What has become of it in live text.
    pub fn so_far(&self) -> SoFar {
        match (self.passes, &self.told) {
            (0, _) => SoFar::NoPass,
            (_, None) => SoFar::NoText,
            (_, Some(_)) => SoFar::Text,
        }
    }

    pub fn new(id: UtteranceId, speech_at: u64, agreement: Agreement) -> Self {
        Self {
            id,
            speech_at,
            agreement,
            partial: None,
            passes: 0,
            last_pass_end: speech_at,
            speculation: None,
            pausing: false,
            language: None,
            told: None,
            ended: None,
            cleaning: None,
            text: None,
        }
    }

    /// Whether it is known what was said (or that nothing was).
    pub fn is_decoded(&self) -> bool {
        self.ended.as_ref().is_some_and(|ended| ended.outcome.is_some())
    }

    /// Whether anything was understood.
    pub fn has_words(&self) -> bool {
        let outcome = self.ended.as_ref().and_then(|ended| ended.outcome.as_ref());
        matches!(outcome, Some(Outcome::Decoded(decoded)) if !decoded.transcript.words.is_empty())
    }

    /// Whether its final can be given out.
    pub fn is_settled(&self) -> bool {
        self.text.is_some()
    }

    /// The job that a result belongs to, if it is one of this utterance's.
    pub fn role_of(&self, number: u64) -> Option<Role> {
        let is = |job: &InFlight| job.number == number;
        if self.partial.as_ref().is_some_and(is) {
            return Some(Role::Partial);
        }
        if let Some(speculation) = &self.speculation
            && is(&speculation.job)
        {
            return Some(Role::Speculation(speculation.job.range));
        }
        if self.cleaning.as_ref().is_some_and(|cleaning| cleaning.owns(number)) {
            return Some(Role::Cleaning);
        }
        let final_job = self.ended.as_ref().and_then(|ended| ended.final_job.as_ref());
        final_job.is_some_and(is).then_some(Role::Final)
    }

    pub fn job_mut(&mut self, number: u64) -> Option<&mut InFlight> {
        let ended = self.ended.as_mut().and_then(|ended| ended.final_job.as_mut());
        let speculation = self.speculation.as_mut().map(|s| &mut s.job);
        [self.partial.as_mut(), speculation, ended].into_iter().flatten().find(|job| job.number == number)
    }

    /// Remembers the language of a pass where it is worth more than what was known.
    pub fn heard(&mut self, transcript: &Transcript, ms: u32) {
        let better = self.language.is_none_or(|known| ms >= known.ms);
        if better && !transcript.words.is_empty() {
            self.language =
                Some(Heard { language: transcript.language, probability: transcript.language_probability, ms });
        }
    }
}

impl Decoded {
    pub fn new(transcript: Transcript, finished: &Finished) -> Self {
        Self { transcript, waited: finished.waited, service: finished.service }
    }
}
