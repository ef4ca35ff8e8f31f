//! One run of the model: what goes into it, and what it says for each request.

use std::time::Instant;

use engine::llm::draft::TILE;
use engine::llm::pick::Picked;

use super::Decoder;
use super::decoder::runs;
use super::run::{Phase, Planned};
use super::speech::Said;
use crate::sequences::Sequence;

/// A run with a part of a long prompt in it takes no longer than this while others are speaking.
const STALL_US: f32 = 60_000.0;
/// ... and no longer than this otherwise, so that a cancelled request does not hold its core.
const LONGEST_US: f32 = 250_000.0;
/// Two tokens this close may change places when the same numbers are added up in the order of a longer run (measured:
/// values differ by 0.003 at most with Q5_K kernels of one and of 64 tokens, and not at all with Q8_0).
const CLOSE: f32 = 0.03;

impl Decoder<'_> {
    /// Puts together what the next run of the model holds: the next token of every reply, drafts where they are expected
    /// to save time, and as much of the waiting prompts as may be computed at once.
    pub(super) fn plan(&mut self) {
        self.sequences.drop_plan();
        let mut speakers = 0;
        for (slot, run) in runs(&mut self.slots) {
            run.planned = Planned::default();
            if run.phase != Phase::Reply {
                continue;
            }
            // More than a run holds is only where a plan forces a very long word; then it takes several.
            let count = run.pending.len().min(self.sequences.room());
            for (at, token) in run.pending[..count].iter().enumerate() {
                let last = at + 1 == run.pending.len();
                let row = self.sequences.plan(slot, run.held + at, *token, last);
                if last {
                    speakers += 1;
                    run.planned.rows.push(row);
                    run.planned.last = *token;
                }
            }
            run.planned.tokens = count;
        }
        for (slot, run) in runs(&mut self.slots).filter(|(_, run)| !run.planned.rows.is_empty()) {
            if run.undecided {
                continue;
            }
            let draft = run.speech.draft(&self.costs, self.sequences.planned(), speakers, self.sequences.room());
            for (at, token) in draft.iter().enumerate() {
                let row = self.sequences.plan(slot, run.held + run.pending.len() + at, *token, true);
                run.planned.rows.push(row);
            }
            run.planned.tokens += draft.len();
            run.planned.draft = draft;
        }
        // At least what fills the tile that has been begun: less would save nothing.
        let planned = self.sequences.planned();
        let affordable = self.costs.tokens_for(if speakers > 0 { STALL_US } else { LONGEST_US });
        let mut left = (affordable.max((planned + 1).next_multiple_of(TILE)) - planned).min(self.sequences.room());
        let mut prompts: Vec<_> = runs(&mut self.slots).filter(|(_, run)| run.phase == Phase::Prompt).collect();
        prompts.sort_by_key(|(_, run)| run.ticket.arrived);
        for (slot, run) in prompts {
            let count = left.min(run.prompt.len() - run.held);
            left -= count;
            for at in run.held..run.held + count {
                let last = at + 1 == run.prompt.len();
                let row = self.sequences.plan(slot, at, run.prompt[at], last);
                if last {
                    run.planned.rows.push(row);
                }
            }
            run.planned.tokens = count;
        }
    }

    /// Reads what the last run says for a slot.
    pub(super) fn read(&mut self, slot: Sequence) {
        let Some(run) = self.slots[slot].run.as_mut().filter(|run| run.planned.tokens > 0) else { return };
        let planned = std::mem::take(&mut run.planned);
        run.steps += 1;
        let tried = planned.draft.len();
        let own = planned.tokens - tried;
        run.held += own;
        // A prompt's tokens never were pending.
        run.pending.drain(..own.min(run.pending.len()));
        if let Some(promised) = run.promised.take_if(|_| run.held >= run.shared) {
            self.sequences.share(slot, promised, run.shared);
            self.prefixes.filled(promised);
        }
        if planned.rows.is_empty() {
            return;
        }
        run.phase = Phase::Reply;
        run.first_token.get_or_insert_with(Instant::now);
        run.undecided = false;
        let mut stood = 0;
        let mut said = Said::On;
        for (at, row) in planned.rows.iter().enumerate() {
            let Picked { token, lead } = run.speech.pick(&self.sequences, *row);
            if tried > 0 && lead < CLOSE {
                // The token before it is run once more, as it would have been without a draft.
                run.undecided = true;
                break;
            }
            said = run.speech.say(token, &self.model.vocabulary);
            if planned.draft.get(at) == Some(&token) {
                stood += 1;
                if said == Said::On {
                    continue;
                }
            } else if said == Said::On {
                run.pending.push(token);
            }
            break;
        }
        run.held += stood;
        if run.undecided {
            run.held -= 1;
            run.pending.push(if stood == 0 { planned.last } else { planned.draft[stood - 1] });
        }
        if tried > 0 {
            run.speech.draft_ran(tried, stood, run.undecided);
            self.sequences.cut(slot, run.held);
        }
        while let (Said::On, false, Some(token)) = (said, run.undecided, run.speech.forced()) {
            said = run.speech.say(token, &self.model.vocabulary);
            run.pending.push(token);
        }
        run.show();
        if let Said::Over(stopped) = said {
            self.finish(slot, stopped);
        }
    }
}
