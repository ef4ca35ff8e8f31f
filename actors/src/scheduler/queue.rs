//! The bounded priority queue.
//!
//! **Promise**: a live final is always handed out before a live partial, a live partial before conversation,
//! conversation before batch; inside a class the earliest deadline goes first, then the first come. Conversation and
//! batch work that has waited long enough counts as one class more urgent, and again after as long, but never as a
//! live final: nothing starves, and nobody's finished sentence waits for it.

use std::time::Duration;

use crate::ids::JobId;
use crate::job::{Class, Job};
use crate::moment::Moment;

#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// Most jobs waiting at a time, of all classes.
    pub size: usize,
    /// Waiting this long makes a job one class more urgent.
    pub ageing: Duration,
}

#[derive(Debug)]
pub struct Queue {
    limits: QueueLimits,
    /// In order of arrival. A scan of a few hundred entries costs less than keeping them sorted by a key that changes
    /// with time.
    waiting: Vec<Waiting>,
    next_arrival: u64,
}

#[derive(Debug)]
pub(super) struct Waiting {
    pub job: Job,
    /// Attempts that ended with the loss of a worker.
    pub losses: Losses,
    arrival: u64,
}

/// What became of earlier attempts at a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Losses {
    /// The worker crashed while doing it: the job may be the reason.
    pub crashes: u8,
    /// The worker was killed or stood still: hardly the job's fault.
    pub kills: u8,
}

impl Losses {
    pub fn total(self) -> u8 {
        self.crashes.saturating_add(self.kills)
    }
}

/// The queue had no room and nothing less urgent to give way.
#[derive(Debug)]
pub struct Full(pub Box<Job>);

impl Queue {
    pub fn new(limits: QueueLimits) -> Self {
        Self { limits, waiting: Vec::new(), next_arrival: 0 }
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn count(&self, class: Class) -> usize {
        self.waiting.iter().filter(|w| w.job.class == class).count()
    }

    /// Takes a job in. When full, a waiting partial gives way to a final (it is returned to be answered); else `Full`.
    pub fn push(&mut self, job: Job) -> Result<Option<Job>, Full> {
        let mut gave_way = None;
        if self.waiting.len() >= self.limits.size {
            let latest_partial = (job.class == Class::LiveFinal)
                .then(|| self.waiting.iter().rposition(|w| w.job.class == Class::LivePartial))
                .flatten();
            match latest_partial {
                Some(at) => gave_way = Some(self.waiting.remove(at).job),
                None => return Err(Full(Box::new(job))),
            }
        }
        self.insert(job, Losses::default());
        Ok(gave_way)
    }

    /// Takes back a job whose worker was lost. It was admitted once, so the bound does not count again.
    pub(super) fn take_back(&mut self, job: Job, losses: Losses) {
        self.insert(job, losses);
    }

    fn insert(&mut self, job: Job, losses: Losses) {
        let arrival = self.next_arrival;
        self.next_arrival += 1;
        self.waiting.push(Waiting { job, losses, arrival });
    }

    /// The most urgent job.
    pub(super) fn pop(&mut self, now: Moment) -> Option<Waiting> {
        let best = (0..self.waiting.len()).min_by_key(|at| self.urgency(&self.waiting[*at], now))?;
        Some(self.waiting.remove(best))
    }

    pub fn remove(&mut self, job: JobId) -> Option<Job> {
        let at = self.waiting.iter().position(|w| w.job.id == job)?;
        Some(self.waiting.remove(at).job)
    }

    /// Takes out partials whose deadline has passed.
    pub fn remove_expired(&mut self, now: Moment) -> Vec<Job> {
        let late = |w: &mut Waiting| w.job.class == Class::LivePartial && w.job.deadline < now;
        self.waiting.extract_if(.., late).map(|w| w.job).collect()
    }

    pub fn remove_all(&mut self) -> Vec<Job> {
        self.waiting.drain(..).map(|w| w.job).collect()
    }

    /// The jobs in the order in which they would be handed out now.
    pub fn in_order(&self, now: Moment) -> Vec<&Job> {
        let mut order: Vec<&Waiting> = self.waiting.iter().collect();
        order.sort_by_key(|w| self.urgency(w, now));
        order.into_iter().map(|w| &w.job).collect()
    }

    fn urgency(&self, waiting: &Waiting, now: Moment) -> (Class, Moment, u64) {
        (aged(&waiting.job, now, self.limits.ageing), waiting.job.deadline, waiting.arrival)
    }
}

/// The class that a job counts as after its wait.
fn aged(job: &Job, now: Moment, ageing: Duration) -> Class {
    let rank = Class::ALL.iter().position(|class| *class == job.class).expect("every class is in ALL");
    if rank < 2 || ageing.is_zero() {
        return job.class;
    }
    let steps = now.since(job.submitted).as_micros() / ageing.as_micros();
    Class::ALL[rank.saturating_sub(usize::try_from(steps).unwrap_or(usize::MAX)).max(1)]
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
