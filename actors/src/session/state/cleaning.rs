//! The session's clean-ups: what is asked of a language model when, and what a reply means.

use std::sync::Arc;

use engine::llm::GenerateRequest;
use engine::text::Heard;

use super::{SessionEffect, SessionState};
use crate::ids::{JobId, UtteranceId};
use crate::job::{Class, Finished, Job, JobFailure, Output, Work};
use crate::metrics as names;
use crate::moment::Moment;
use crate::session::Target;
use crate::session::cleaning::{CleanText, Cleaning, Verdict};
use crate::session::utterance::{Decoded, Outcome, Utterance};

impl SessionState {
    /// Brings every utterance that is over as far as it can be brought now. In order: the text before is the context.
    pub(super) fn clean_closed(&mut self, now: Moment, effects: &mut Vec<SessionEffect>) {
        let mut closed = std::mem::take(&mut self.closed);
        let mut previous = self.finals.last_clean().to_owned();
        for utterance in &mut closed {
            if let Some(text) = &utterance.text {
                remember(&mut previous, &text.by_rules);
                continue;
            }
            let decoded = match utterance.ended.as_ref().and_then(|ended| ended.outcome.as_ref()) {
                None => break,
                Some(Outcome::Decoded(decoded)) if !decoded.transcript.words.is_empty() => decoded.as_ref().clone(),
                Some(_) => {
                    utterance.text = Some(CleanText::default());
                    continue;
                }
            };
            let cleaning = match utterance.cleaning.take() {
                Some(begun) => begun,
                None => self.begin_cleaning(utterance.id, &decoded, &previous, now, effects),
            };
            remember(&mut previous, cleaning.rules_text());
            if cleaning.is_over() {
                utterance.text = Some(self.cleaned(cleaning, now));
            } else {
                utterance.cleaning = Some(cleaning);
            }
        }
        self.closed = closed;
    }

    /// In a pause: if it lasts, the final will be there cleaned.
    pub(super) fn clean_speculatively(
        &mut self,
        utterance: &mut Utterance,
        decoded: &Decoded,
        now: Moment,
        effects: &mut Vec<SessionEffect>,
    ) {
        let context_is_known = self.closed.iter().all(|closed| closed.text.is_some() || closed.cleaning.is_some());
        if decoded.transcript.words.is_empty() || !context_is_known {
            return;
        }
        let mut previous = self.finals.last_clean();
        for closed in &self.closed {
            let text = closed.text.as_ref().map(|text| text.by_rules.as_str());
            let text = text.or_else(|| closed.cleaning.as_ref().map(Cleaning::rules_text)).unwrap_or_default();
            previous = if text.is_empty() { previous } else { text };
        }
        let previous = previous.to_owned();
        utterance.cleaning = Some(self.begin_cleaning(utterance.id, decoded, &previous, now, effects));
    }

    fn begin_cleaning(
        &mut self,
        utterance: UtteranceId,
        decoded: &Decoded,
        previous: &str,
        now: Moment,
        effects: &mut Vec<SessionEffect>,
    ) -> Cleaning {
        let heard = Heard::from_words(&decoded.transcript.words);
        let language = decoded.transcript.language;
        let mut cleaning = Cleaning::begin(heard, language, previous, Arc::clone(&self.options.text), now);
        let cleaner = self.limits.cleaner.clone().filter(|_| !self.level.cleans_by_rules());
        let requests = cleaning.requests(cleaner.as_ref(), self.pace);
        let Some(cleaner) = cleaner.filter(|_| !requests.is_empty()) else { return cleaning };
        let due = now + cleaner.deadline;
        let jobs: Vec<u64> =
            requests.into_iter().map(|request| self.submit_generation(request, due, now, effects)).collect();
        cleaning.asked(jobs, now, cleaner.deadline);
        effects.push(SessionEffect::LookAfter { utterance, after: cleaner.deadline });
        cleaning
    }

    pub(super) fn submit_generation(
        &mut self,
        request: GenerateRequest,
        deadline: Moment,
        now: Moment,
        effects: &mut Vec<SessionEffect>,
    ) -> u64 {
        self.last_job += 1;
        let number = self.last_job;
        let job = Job {
            id: self.job_id(number),
            owner: self.owner.clone(),
            class: if self.options.batch { Class::Batch } else { Class::LiveFinal },
            deadline,
            submitted: now,
            work: Work::Generate { request: Arc::new(request) },
        };
        effects.push(SessionEffect::Submit { job: Box::new(job), to: Target::Cleaner, replaces: None });
        number
    }

    /// A clean-up came back; `settle` tells what follows.
    pub(super) fn cleaning_ended(&mut self, number: u64, result: Result<Finished, JobFailure>, now: Moment) {
        let Some(utterance) = self.utterance_of(number) else { return };
        let Some(cleaning) = utterance.cleaning.as_mut() else { return };
        let generated = match result {
            Ok(Finished { output: Output::Generated(generated), .. }) => Some(generated),
            Ok(_) | Err(_) => None,
        };
        let came = generated.is_some();
        cleaning.replied(number, generated);
        let (over, bytes, took) = (cleaning.is_over(), cleaning.rules_text().len(), cleaning.age(now));
        if over && came {
            self.pace.took(bytes, took);
        }
    }

    /// The time for an utterance's clean-up is up: if it is not there, the rules' text goes out.
    pub fn look_after(&mut self, utterance: UtteranceId, now: Moment) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        let waiting = self.open.iter_mut().chain(&mut self.closed).find(|u| u.id == utterance);
        if let Some(cleaning) = waiting.and_then(|u| u.cleaning.as_mut())
            && !cleaning.is_over()
            && now >= cleaning.due
        {
            let late: Vec<u64> = cleaning.awaited().collect();
            cleaning.give_up(Verdict::Late);
            let (bytes, took) = (cleaning.rules_text().len(), cleaning.age(now));
            self.pace.took(bytes, took);
            effects.extend(late.into_iter().map(|number| self.cancel_generation(number)));
        }
        self.settle(now, &mut effects);
        effects
    }

    /// What was being cleaned is not the final text after all.
    pub(super) fn drop_cleaning(&self, utterance: &mut Utterance, effects: &mut Vec<SessionEffect>) {
        if let Some(cleaning) = utterance.cleaning.take() {
            effects.extend(cleaning.awaited().map(|number| self.cancel_generation(number)));
        }
    }

    fn cancel_generation(&self, number: u64) -> SessionEffect {
        SessionEffect::CancelJob { job: JobId { session: self.id, number }, from: Target::Cleaner }
    }

    fn cleaned(&mut self, cleaning: Cleaning, now: Moment) -> CleanText {
        let (text, verdict) = cleaning.finish(now);
        if verdict == Verdict::Spared(engine::text::gate::Gate::NoTime) {
            self.pace.fade();
        }
        metrics::counter!(names::CLEANUPS, "result" => verdict.name()).increment(1);
        text
    }
}

/// Keeps the last text that says something.
fn remember(previous: &mut String, text: &str) {
    if !text.is_empty() {
        text.clone_into(previous);
    }
}
