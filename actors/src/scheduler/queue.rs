//! The bounded priority queue.
//!
//! **Promises**: a live final is always handed out before a live partial, a live partial before conversation,
//! conversation before batch; inside a class the `Order` decides, then who came first. Conversation and batch work that
//! has waited long enough counts as one class more urgent, and again after as long, but never as a live final: nothing
//! starves, and nobody's finished sentence waits for it. One person's second job counts as if it had come one service
//! time later, the third two, and so on: many connections of one person cannot push aside the single one of another.

use std::time::Duration;

use super::order::{Candidate, Order};
use crate::ids::{JobId, Owner};
use crate::job::{Class, Job, Work, Workload};
use crate::load::ShedReason;
use crate::moment::Moment;

#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// Most jobs waiting at a time, of all classes.
    pub size: usize,
    /// Most of them of one person.
    pub per_owner: usize,
    /// Waiting this long makes a job one class more urgent.
    pub ageing: Duration,
    pub order: Order,
}

#[derive(Debug)]
pub struct Queue<W = Work> {
    limits: QueueLimits,
    /// In order of arrival. A scan of a few hundred entries costs less than keeping them sorted by a key that changes
    /// with time.
    waiting: Vec<Waiting<W>>,
    next_arrival: u64,
}

#[derive(Debug)]
pub(super) struct Waiting<W = Work> {
    pub job: Job<W>,
    /// Attempts that ended with the loss of a worker.
    pub losses: Losses,
    pub foresight: Foresight,
    arrival: u64,
}

/// What is known of a job before it is done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Foresight {
    /// Predicted service time.
    pub service: Duration,
    /// Jobs of the same person and class that were there when it came, waiting or running.
    pub others_of_owner: u32,
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
pub(super) struct Refused<W = Work> {
    pub job: Box<Job<W>>,
    pub reason: ShedReason,
}

/// What may be handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Any,
    /// As many slots as are allowed do live text.
    NoPartials,
}

impl<W: Workload> Queue<W> {
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

    /// Jobs of one person, of one class or of all.
    pub fn count_of(&self, owner: &Owner, class: Option<Class>) -> usize {
        let counts = |w: &&Waiting<W>| w.job.owner == *owner && class.is_none_or(|class| w.job.class == class);
        self.waiting.iter().filter(counts).count()
    }

    /// Takes a job in. When full, a waiting partial gives way to a final (it is returned to be answered), where one
    /// person's share is full a partial of their own; else it is refused.
    pub(super) fn push(&mut self, job: Job<W>, foresight: Foresight) -> Result<Option<Job<W>>, Refused<W>> {
        let share_is_full = self.count_of(&job.owner, None) >= self.limits.per_owner;
        let mut gave_way = None;
        let is_full = self.waiting.len() >= self.limits.size;
        if share_is_full || is_full {
            let may_give_way =
                |w: &Waiting<W>| w.job.class == Class::LivePartial && (!share_is_full || w.job.owner == job.owner);
            let last = (job.class == Class::LiveFinal).then(|| self.waiting.iter().rposition(may_give_way)).flatten();
            let reason = if is_full { ShedReason::QueueFull } else { ShedReason::OwnerShare };
            match last {
                Some(at) => gave_way = Some(self.waiting.remove(at).job),
                None => return Err(Refused { job: Box::new(job), reason }),
            }
        }
        self.insert(job, Losses::default(), foresight);
        Ok(gave_way)
    }

    /// Takes back a job whose worker was lost. It was admitted once, so the bound does not count again.
    pub(super) fn take_back(&mut self, job: Job<W>, losses: Losses, foresight: Foresight) {
        self.insert(job, losses, foresight);
    }

    fn insert(&mut self, job: Job<W>, losses: Losses, foresight: Foresight) {
        let arrival = self.next_arrival;
        self.next_arrival += 1;
        self.waiting.push(Waiting { job, losses, foresight, arrival });
    }

    /// The most urgent job of those wanted.
    pub(super) fn pop(&mut self, wanted: Wanted, now: Moment) -> Option<Waiting<W>> {
        let fits = |w: &Waiting<W>| wanted == Wanted::Any || w.job.class != Class::LivePartial;
        let candidates = (0..self.waiting.len()).filter(|at| fits(&self.waiting[*at]));
        let best = candidates.min_by_key(|at| self.urgency(&self.waiting[*at], now))?;
        Some(self.waiting.remove(best))
    }

    pub fn remove(&mut self, job: JobId) -> Option<Job<W>> {
        let at = self.waiting.iter().position(|w| w.job.id == job)?;
        Some(self.waiting.remove(at).job)
    }

    /// Takes out partials whose deadline has passed.
    pub fn remove_expired(&mut self, now: Moment) -> Vec<Job<W>> {
        let late = |w: &mut Waiting<W>| is_late(&w.job, now);
        self.waiting.extract_if(.., late).map(|w| w.job).collect()
    }

    pub fn remove_all(&mut self) -> Vec<Job<W>> {
        self.waiting.drain(..).map(|w| w.job).collect()
    }

    /// The jobs in the order in which they would be handed out now, with their predicted service times.
    pub fn in_order(&self, now: Moment) -> Vec<(&Job<W>, Duration)> {
        let mut order: Vec<&Waiting<W>> = self.waiting.iter().collect();
        order.sort_by_cached_key(|w| self.urgency(w, now));
        order.into_iter().map(|w| (&w.job, w.foresight.service)).collect()
    }

    /// Predicted service times of the waiting jobs of these classes, in no order.
    pub(super) fn services(&self, of: &[Class]) -> impl Iterator<Item = Duration> {
        self.waiting.iter().filter(|w| of.contains(&w.job.class)).map(|w| w.foresight.service)
    }

    fn urgency(&self, waiting: &Waiting<W>, now: Moment) -> (Class, i64, u64) {
        let Waiting { job, foresight, arrival, .. } = waiting;
        let candidate = Candidate {
            came: job.submitted,
            deadline: job.deadline,
            service: foresight.service,
            penalty: foresight.service * foresight.others_of_owner,
        };
        (aged(job, now, self.limits.ageing), self.limits.order.rank(candidate, now), *arrival)
    }
}

/// A partial that comes too late is worth nothing; everything else is done however late it is.
pub(super) fn is_late<W>(job: &Job<W>, now: Moment) -> bool {
    job.class == Class::LivePartial && job.deadline < now
}

/// The class that a job counts as after its wait.
fn aged<W>(job: &Job<W>, now: Moment, ageing: Duration) -> Class {
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
