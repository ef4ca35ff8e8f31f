//! The end of a recording that nobody waits for any more: its work goes, so that it takes nobody's time.

use super::{SessionEffect, SessionState};
use crate::ids::JobId;
use crate::moment::Moment;
use crate::session::Target;

impl SessionState {
    /// Forgets everything that has no text yet; no final is told of it.
    pub fn abandon(&mut self, now: Moment) -> Vec<SessionEffect> {
        let mut effects = self.cancel(now);
        for mut utterance in std::mem::take(&mut self.closed) {
            if let Some(ended) = &mut utterance.ended {
                if let Some(job) = ended.final_job.take() {
                    let job_id = JobId { session: self.id, number: job.number };
                    effects.push(SessionEffect::CancelJob { job: job_id, from: Target::Recogniser(job.tier) });
                }
                self.finals.forgotten(ended.range);
                self.listener.release_utterance(ended.range);
            }
            self.drop_cleaning(&mut utterance, &mut effects);
        }
        self.settle(now, &mut effects);
        effects
    }
}
