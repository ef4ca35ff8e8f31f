//! What happens on the decoding thread between two requests to it: one run of the model after the other.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use engine::llm::draft::StepCosts;
use engine::llm::{GenerateRequest, Stopped};
use engine_worker::message::FailureCode;
use engine_worker::os::{self, Helper};
use engine_worker::serve::Failure;

use super::Drafts;
use super::prefixes::{LEAST_SHARED, Prefixes};
use super::run::{Phase, Run, Ticket};
use super::start::Surroundings;
use crate::model::Model;
use crate::prompt::PromptMaker;
use crate::sequences::{LONGEST_RUN, Sequence, Sequences};

/// Requests that may wait for one slot. The server leases slots exclusively; this is for stragglers.
const WAITING: usize = 16;
/// How often drafts are expected to be right before any was seen: a word in ten is changed.
const USUAL_RATE: f32 = 0.9;
/// How much of what is known of drafts comes from the last request.
const RATE_MEMORY: f32 = 0.25;

/// The model's memory and how it is divided.
#[derive(Debug)]
pub struct Memory<'model> {
    /// Those of the slots come first, those of the prefixes behind them.
    pub sequences: Sequences<'model>,
    pub slots: usize,
    pub prefixes: Prefixes,
    /// Tokens that the sequence of a slot may have.
    pub context: usize,
}

/// All requests of a worker and the memory they live in.
pub struct Decoder<'model> {
    pub(super) model: &'model Model,
    prompts: PromptMaker,
    pub(super) sequences: Sequences<'model>,
    pub(super) slots: Vec<Slot>,
    pub(super) prefixes: Prefixes,
    context: usize,
    pub(super) costs: StepCosts,
    drafts: bool,
    expected_rate: f32,
    /// Threads of the library, whose processor time is ours.
    helpers: Vec<Helper>,
}

/// A slot is a sequence.
#[derive(Default)]
pub(super) struct Slot {
    pub run: Option<Run>,
    waiting: VecDeque<Ticket>,
}

impl<'model> Decoder<'model> {
    pub fn new(
        model: &'model Model,
        prompts: PromptMaker,
        memory: Memory<'model>,
        costs: StepCosts,
        drafts: Drafts,
    ) -> Self {
        let costs = if drafts == Drafts::Always { StepCosts::new([(1, 1.0), (LONGEST_RUN, 1.0)]) } else { costs };
        Self {
            model,
            prompts,
            sequences: memory.sequences,
            slots: (0..memory.slots).map(|_| Slot::default()).collect(),
            prefixes: memory.prefixes,
            context: memory.context,
            drafts: drafts != Drafts::Never && costs.drafts_can_pay(),
            costs,
            expected_rate: USUAL_RATE,
            helpers: os::helpers_of_this_thread(),
        }
    }

    /// Whether replies follow their drafts on this machine.
    pub fn drafts(&self) -> bool {
        self.drafts
    }

    /// Takes a request for a slot; it is answered through its client.
    pub fn take(&mut self, slot: usize, ticket: Ticket) {
        let slots = self.slots.len();
        let Some(queue) = self.slots.get_mut(slot).map(|slot| &mut slot.waiting) else {
            let message = format!("there is no slot `{slot}`; this worker has `{slots}`");
            return ticket.client.failed(Failure::bad_request(message));
        };
        if queue.len() >= WAITING {
            return ticket.client.failed(Failure::bad_request("too many jobs wait for this slot"));
        }
        queue.push_back(ticket);
    }

    pub fn is_idle(&self) -> bool {
        self.slots.iter().all(|slot| slot.run.is_none() && slot.waiting.is_empty())
    }

    /// Looks after every request and runs the model once, if any of them needs it.
    pub fn step(&mut self) {
        self.drop_unwanted();
        self.begin_waiting();
        self.plan();
        if self.sequences.planned() == 0 {
            return;
        }
        let before = self.processor_time();
        let outcome = self.sequences.run();
        let spent = self.processor_time().saturating_sub(before);
        self.share_costs(spent);
        match outcome {
            Ok(()) => (0..self.slots.len()).for_each(|slot| self.read(slot)),
            Err(error) => {
                tracing::error!(%error, "the model did not run; every request in that run fails");
                for slot in 0..self.slots.len() {
                    if self.slots[slot].run.as_ref().is_some_and(|run| run.planned.tokens > 0) {
                        self.fail(slot, Failure::new(FailureCode::Engine, error.to_string()));
                    }
                }
            }
        }
    }

    /// Cancelled requests and late ones leave; the others tell that they live.
    fn drop_unwanted(&mut self) {
        let now = Instant::now();
        for slot in 0..self.slots.len() {
            for _ in 0..self.slots[slot].waiting.len() {
                let Some(ticket) = self.slots[slot].waiting.pop_front() else { break };
                if !ticket.client.is_wanted() {
                    ticket.client.failed(Failure::cancelled());
                } else if ticket.is_late(now) {
                    ticket.late();
                } else {
                    ticket.client.alive(0);
                    self.slots[slot].waiting.push_back(ticket);
                }
            }
            let Some(run) = &self.slots[slot].run else { continue };
            if !run.ticket.client.is_wanted() {
                self.fail(slot, Failure::cancelled());
            } else if run.ticket.is_late(now) {
                self.finish(slot, Stopped::Deadline);
            } else {
                run.ticket.client.alive(run.percent());
            }
        }
    }

    fn begin_waiting(&mut self) {
        for slot in 0..self.slots.len() {
            while self.slots[slot].run.is_none() {
                let Some(ticket) = self.slots[slot].waiting.pop_front() else { break };
                let mut surroundings = Surroundings {
                    model: self.model,
                    prompts: &mut self.prompts,
                    context: self.context,
                    expected_rate: self.expected_rate,
                    drafts: self.drafts,
                };
                match surroundings.begin(ticket) {
                    Ok(run) => {
                        self.slots[slot].run = Some(run);
                        self.find_beginning(slot);
                    }
                    Err(refused) => refused.0.client.failed(refused.1),
                }
            }
        }
        // Whoever computed a beginning for others may be done with it, or gone.
        for slot in 0..self.slots.len() {
            if self.slots[slot].run.as_ref().is_some_and(|run| run.phase == Phase::Shared) {
                self.find_beginning(slot);
            }
        }
    }

    /// Takes over what is in memory of a prompt already, waits for it, or promises to leave it there for others.
    fn find_beginning(&mut self, slot: Sequence) {
        let Some(run) = &mut self.slots[slot].run else { return };
        let found = self.prefixes.longest(&run.prompt);
        // The last token is always computed: the reply is read behind it.
        let (from, length) = found.map_or((slot, 0), |(from, length)| (from, length.min(run.prompt.len() - 1)));
        run.phase = Phase::Prompt;
        let shared = &run.prompt[..run.shared];
        if length < shared.len() && shared.len() >= LEAST_SHARED {
            if self.prefixes.is_filling(shared) {
                run.phase = Phase::Shared;
                return;
            }
            if let Some((promised, forgotten)) = self.prefixes.reserve(shared) {
                // A beginning that has to go may be the one found; then this request starts from nothing.
                let lost = forgotten.contains(&from) || promised == from;
                for sequence in forgotten.into_iter().chain([promised]) {
                    self.sequences.cut(sequence, 0);
                }
                run.promised = Some(promised);
                if lost {
                    return;
                }
            }
        }
        if length >= LEAST_SHARED {
            self.sequences.share(from, slot, length);
            (run.held, run.reused) = (length, length);
        }
    }

    pub(super) fn finish(&mut self, slot: Sequence, stopped: Stopped) {
        let Some(run) = self.leave(slot) else { return };
        if let Some(rate) = run.speech.acceptance_rate() {
            self.expected_rate += (rate - self.expected_rate) * RATE_MEMORY;
        }
        if stopped.is_whole() && matches!(run.ticket.request, GenerateRequest::Chat(_)) {
            self.keep_conversation(slot, &run);
        }
        self.sequences.cut(slot, 0);
        run.done(stopped);
    }

    /// Leaves a conversation in memory: its next turn begins with it.
    fn keep_conversation(&mut self, slot: Sequence, run: &Run) {
        let said = run.held.saturating_sub(run.prompt.len()).min(run.speech.said.len());
        let tokens = [&run.prompt[..], &run.speech.said[..said]].concat();
        if let Some((kept, forgotten)) = self.prefixes.reserve(&tokens) {
            for sequence in forgotten.into_iter().chain([kept]) {
                self.sequences.cut(sequence, 0);
            }
            self.sequences.share(slot, kept, tokens.len());
            self.prefixes.filled(kept);
        }
    }

    fn fail(&mut self, slot: Sequence, failure: Failure) {
        if let Some(run) = self.leave(slot) {
            self.sequences.cut(slot, 0);
            run.ticket.client.failed(failure);
        }
    }

    /// Takes a request off its slot; what it promised is taken back.
    fn leave(&mut self, slot: Sequence) -> Option<Run> {
        let run = self.slots[slot].run.take()?;
        if let Some(promised) = run.promised {
            self.prefixes.give_up(promised);
        }
        Some(run)
    }

    fn processor_time(&self) -> Duration {
        self.helpers.iter().map(|helper| os::helper_time(*helper)).sum::<Duration>() + os::thread_time()
    }

    /// Everybody pays for the tokens that were theirs.
    fn share_costs(&mut self, spent: Duration) {
        let all: usize = runs(&mut self.slots).map(|(_, run)| run.planned.tokens).sum();
        for (_, run) in runs(&mut self.slots) {
            run.processor_time += spent.mul_f64(run.planned.tokens as f64 / all.max(1) as f64);
        }
    }
}

/// The requests in work.
pub(super) fn runs(slots: &mut [Slot]) -> impl Iterator<Item = (Sequence, &mut Run)> {
    slots.iter_mut().enumerate().filter_map(|(at, slot)| slot.run.as_mut().map(|run| (at, run)))
}
