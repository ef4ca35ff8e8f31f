//! The session's jobs: what is decoded when, and what a result means.

use engine::asr::{ContextSize, DecodeOptions, LanguageChoice, Purpose, join_words};
use engine::audio::SampleRange;
use engine_worker::message::FailureCode;

use super::{SessionEffect, SessionState};
use crate::ids::JobId;
use crate::job::{Class, Finished, Job, JobFailure, Output, Work};
use crate::metrics as names;
use crate::moment::Moment;
use crate::session::Target;
use crate::session::options::Tier;
use crate::session::output::{Partial, Problem, SessionOutput};
use crate::session::prompt;
use crate::session::utterance::{Decoded, InFlight, Outcome, Role, Utterance};

impl SessionState {
    pub(super) fn submit_final(&mut self, at: usize, now: Moment, effects: &mut Vec<SessionEffect>) {
        let Some(mut utterance) = self.closed.remove(at) else {
            return;
        };
        let range = utterance.ended.as_ref().expect("closed ones have ended").range;
        let job = self.submit(&utterance, range, Purpose::Final, now, None, effects);
        utterance.ended.as_mut().expect("closed ones have ended").final_job = Some(job);
        self.closed.insert(at, utterance);
    }

    pub(super) fn partial_if_due(&mut self, now: Moment, effects: &mut Vec<SessionEffect>) {
        let position = self.listener.position();
        let (Some(range), Some(mut utterance)) = (self.listener.open_utterance(), self.open.take()) else {
            return;
        };
        let interval = u64::from(self.cadence.interval_ms(utterance.so_far(), self.level)) * 16;
        let since = if utterance.passes == 0 { utterance.speech_at } else { utterance.last_pass_end };
        let wanted = self.options.partials && self.level.gives_partials() && !self.lead.is_upload();
        let due = wanted && position.saturating_sub(since) >= interval;
        // A pass is on its way already in a pause, and after one that was none.
        let speculating = utterance.pausing || utterance.speculation.is_some();
        let running = utterance.partial.as_ref().is_some_and(|job| job.started);
        if due && !speculating && !running {
            let replaces = utterance.partial.take().map(|job| self.job_id(job.number));
            let job = self.submit(&utterance, range, Purpose::Partial, now, replaces, effects);
            utterance.passes += 1;
            utterance.last_pass_end = range.end;
            utterance.partial = Some(job);
        }
        self.open = Some(utterance);
    }

    pub(super) fn submit(
        &mut self,
        utterance: &Utterance,
        range: SampleRange,
        purpose: Purpose,
        now: Moment,
        replaces: Option<JobId>,
        effects: &mut Vec<SessionEffect>,
    ) -> InFlight {
        self.last_job += 1;
        let number = self.last_job;
        let tier = self.tier_for(range);
        let facts = self.limits.facts(tier);
        let language = self.language_for(utterance, purpose);
        let prompt =
            facts.takes_prompt.then(|| prompt::build(&self.options.words_to_hear(), self.finals.last_text())).flatten();
        let options = DecodeOptions {
            purpose,
            language,
            context: match purpose {
                Purpose::Partial => self.level.partials_context(),
                Purpose::Final | Purpose::Batch => ContextSize::Fitted,
            },
            prompt,
            translate: false,
            voiced_ms: self.listener.voiced_ms(range),
        };
        let (class, patience) = match purpose {
            Purpose::Partial => (Class::LivePartial, self.limits.partial_deadline),
            // An upload faster than speech is nobody who waits for each word of it.
            Purpose::Final if self.options.batch || self.lead.is_upload() => (Class::Batch, self.limits.final_deadline),
            Purpose::Final => (Class::LiveFinal, self.limits.final_deadline),
            Purpose::Batch => (Class::Batch, self.limits.final_deadline),
        };
        let sound = self.listener.audio(range).unwrap_or_else(|| [].into());
        let job = Job {
            id: self.job_id(number),
            owner: self.owner.clone(),
            class,
            deadline: now + patience,
            submitted: now,
            work: Work::Transcribe { sound, options },
        };
        effects.push(SessionEffect::Submit { job: Box::new(job), to: Target::Recogniser(tier), replaces });
        InFlight { number, started: false, submitted: now, range, tier }
    }

    /// Whose model decodes this: under load the fast one stands in, where it can take sound so long.
    fn tier_for(&self, range: SampleRange) -> Tier {
        let fast_can = range.ms() <= self.limits.facts(Tier::Normal).longest_utterance_ms;
        if self.fast_stands_in && fast_can { Tier::Normal } else { self.options.tier }
    }

    /// Detecting the language costs a pass of its own: once an utterance's is known well, it is said.
    fn language_for(&self, utterance: &Utterance, purpose: Purpose) -> LanguageChoice {
        let known = utterance.language.filter(|heard| match purpose {
            Purpose::Partial => true,
            Purpose::Final | Purpose::Batch => heard.ms >= 1500 && heard.probability >= 0.8,
        });
        match (self.tracker.choice(), known) {
            (LanguageChoice::Among(_), Some(heard)) => LanguageChoice::Fixed(heard.language),
            (choice, _) => choice,
        }
    }

    pub(super) fn job_ended(
        &mut self,
        number: u64,
        role: Role,
        result: Result<Finished, JobFailure>,
        now: Moment,
        effects: &mut Vec<SessionEffect>,
    ) {
        let result = result.and_then(|finished| match finished.output {
            Output::Transcript(ref transcript) => Ok(Decoded::new(transcript.clone(), &finished)),
            Output::Generated(_) => {
                Err(JobFailure::Engine { code: FailureCode::Engine, message: "a recogniser that writes".into() })
            }
        });
        match role {
            Role::Partial => self.partial_ended(number, result, now, effects),
            Role::Speculation(_) => self.speculation_ended(number, result, now, effects),
            Role::Final => self.final_ended(number, result, effects),
            Role::Cleaning => {}
        }
    }

    fn partial_ended(
        &mut self,
        number: u64,
        result: Result<Decoded, JobFailure>,
        now: Moment,
        effects: &mut Vec<SessionEffect>,
    ) {
        let Some(utterance) = &mut self.open else { return };
        let Some(job) = utterance.partial.take_if(|job| job.number == number) else {
            return;
        };
        self.cadence.took(now.since(job.submitted));
        match result {
            Ok(decoded) => self.tell_partial(&decoded, job, now, effects),
            // There will be a next one; a refusal makes it come later.
            Err(JobFailure::Refused { retry_after, .. }) => self.cadence.took(retry_after),
            Err(_) => {}
        }
    }

    fn tell_partial(&mut self, decoded: &Decoded, job: InFlight, now: Moment, effects: &mut Vec<SessionEffect>) {
        let Some(utterance) = &mut self.open else { return };
        utterance.heard(&decoded.transcript, job.range.ms());
        utterance.agreement.update(&decoded.transcript.words, job.range.ms());
        let text = (join_words(utterance.agreement.committed()), join_words(utterance.agreement.tentative()));
        let says_something = !(text.0.is_empty() && text.1.is_empty());
        if self.options.partials && says_something && utterance.told.as_ref() != Some(&text) {
            let partial = Partial {
                utterance: utterance.id,
                committed: text.0.clone(),
                tentative: text.1.clone(),
                audio_ms: u64::from(job.range.ms()),
                lag_ms: self.sound.age(job.range.end, now).as_millis() as u64,
            };
            if utterance.told.is_none() {
                let since_speech = self.sound.age(utterance.speech_at, now);
                metrics::histogram!(names::FIRST_PARTIAL_LATENCY).record(since_speech.as_secs_f64());
            }
            utterance.told = Some(text);
            effects.push(SessionEffect::Tell(SessionOutput::Partial(partial)));
        }
    }

    fn speculation_ended(
        &mut self,
        number: u64,
        result: Result<Decoded, JobFailure>,
        now: Moment,
        effects: &mut Vec<SessionEffect>,
    ) {
        let Some(utterance) = &mut self.open else { return };
        let Some(speculation) = utterance.speculation.as_mut().filter(|s| s.job.number == number) else {
            return;
        };
        match result {
            Ok(decoded) => {
                let job = speculation.job;
                speculation.result = Some(decoded.clone());
                if !utterance.pausing {
                    utterance.speculation = None;
                    metrics::counter!(names::SPECULATIONS, "result" => "wasted").increment(1);
                }
                if let Some(mut utterance) = self.open.take_if(|utterance| utterance.pausing) {
                    self.clean_speculatively(&mut utterance, &decoded, now, effects);
                    self.open = Some(utterance);
                }
                // Whatever becomes of it, it is the best live text there is.
                self.tell_partial(&decoded, job, now, effects);
            }
            // The final will be asked for when the pause is confirmed.
            Err(_) => utterance.speculation = None,
        }
    }

    fn final_ended(&mut self, number: u64, result: Result<Decoded, JobFailure>, effects: &mut Vec<SessionEffect>) {
        let Some(utterance) = self.closed.iter_mut().find(|u| u.role_of(number) == Some(Role::Final)) else {
            return;
        };
        let id = utterance.id;
        let ended = utterance.ended.as_mut().expect("closed ones have ended");
        ended.final_job = None;
        match result {
            Ok(decoded) => ended.outcome = Some(Outcome::Decoded(Box::new(decoded))),
            Err(JobFailure::Refused { reason, retry_after }) => {
                // The sound is kept and the work offered again: a full queue delays, it never loses.
                let retry_after_ms = retry_after.as_millis() as u64;
                effects.push(SessionEffect::Tell(SessionOutput::Busy { retry_after_ms, reason }));
                effects.push(SessionEffect::ResubmitAfter { utterance: id, after: retry_after });
            }
            Err(failure) => {
                let why = failure.to_string();
                ended.outcome = Some(Outcome::Failed);
                let problem = Problem::TranscriptionFailed { utterance: id.0, why };
                effects.push(SessionEffect::Tell(SessionOutput::Problem(problem)));
            }
        }
    }

    pub(super) fn drop_partial(&self, utterance: &mut Utterance, effects: &mut Vec<SessionEffect>) {
        if let Some(job) = utterance.partial.take() {
            let from = Target::Recogniser(job.tier);
            effects.push(SessionEffect::CancelJob { job: self.job_id(job.number), from });
        }
    }

    pub(super) fn drop_speculation(&self, utterance: &mut Utterance, effects: &mut Vec<SessionEffect>) {
        if let Some(speculation) = utterance.speculation.take() {
            metrics::counter!(names::SPECULATIONS, "result" => "wasted").increment(1);
            if speculation.result.is_none() {
                let from = Target::Recogniser(speculation.job.tier);
                effects.push(SessionEffect::CancelJob { job: self.job_id(speculation.job.number), from });
            }
            self.drop_cleaning(utterance, effects);
        }
    }
}
