//! Everything a scheduler decides, as a pure state machine: jobs, slots, leases.
//!
//! The actor feeds it events with the time and carries out the effects it returns. A lease is one attempt of one job on
//! one slot; its tag is never used again, so an answer to an older lease finds nothing and is dropped and counted.
//! Nothing that was cancelled or has become worthless is ever handed out.

mod leaving;
mod outlook;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use engine_worker::message::{Cost, FailureCode, JobTag, SlotIndex};

use super::estimate::Estimates;
use super::queue::{Foresight, Losses, Queue, QueueLimits, Refused, Wanted, is_late};
use crate::ids::{JobId, WorkerLife};
use crate::job::{Class, Finished, Job, JobEvent, JobFailure, Output, Work, Workload};
use crate::load::ShedReason;
use crate::moment::Moment;

#[derive(Debug, Clone, Copy)]
pub struct BookLimits {
    pub queue: QueueLimits,
    /// A running job that reports no progress for this long hangs.
    pub hang: Duration,
    /// Crashes during one job after which it is not tried again: the job may be the reason.
    pub most_crashes: u8,
    /// Losses of any kind after which a job is not tried again.
    pub most_losses: u8,
    /// Service time and retry time before anything was measured.
    pub default_wait: Duration,
    /// Slots that may do live text at a time, in percent of all (one at least), so that a final finds one soon.
    pub partial_slots_percent: u8,
}

/// What the actor is to do.
#[derive(Debug)]
pub enum Effect<W = Work> {
    Dispatch {
        worker: WorkerLife,
        slot: SlotIndex,
        tag: JobTag,
        work: W,
    },
    CancelRunning {
        worker: WorkerLife,
        tag: JobTag,
    },
    /// The worker hangs: kill it. Its death comes back as `worker_exited`.
    Kill {
        worker: WorkerLife,
        reason: String,
    },
    /// A worker that is to be replaced has nothing to do any more.
    LetGo {
        worker: WorkerLife,
    },
    Tell {
        job: JobId,
        class: Class,
        event: JobEvent,
    },
    /// An answer that nobody waits for any more came and was dropped.
    CountStale,
    /// A job was refused or dropped.
    CountShed(ShedReason),
}

/// How a worker went away; decides whether its jobs are suspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// It broke by itself (an abort, a segmentation fault, garbage on the line).
    Crashed,
    /// It was killed from outside, or by us because it stood still, or was told to leave.
    Killed,
}

#[derive(Debug)]
pub struct Book<W = Work> {
    limits: BookLimits,
    queue: Queue<W>,
    workers: BTreeMap<WorkerLife, Vec<Option<JobTag>>>,
    /// Workers that finish what they have and get nothing more.
    leaving: BTreeSet<WorkerLife>,
    /// By tag, so in the order in which they began.
    leases: BTreeMap<JobTag, Lease<W>>,
    next_tag: u64,
    estimates: Estimates,
    /// Set while work is refused.
    closed: Option<ShedReason>,
    /// Positions last told, so that only changes are.
    told: HashMap<JobId, u32>,
    /// Slot time that live finals took, and how many there were.
    final_time: Duration,
    finals: u64,
}

#[derive(Debug)]
struct Lease<W> {
    job: Job<W>,
    losses: Losses,
    foresight: Foresight,
    worker: WorkerLife,
    slot: SlotIndex,
    started: Moment,
    last_sign: Moment,
    cancelled: bool,
}

impl<W: Workload + Clone> Book<W> {
    pub fn new(limits: BookLimits) -> Self {
        Self {
            limits,
            queue: Queue::new(limits.queue),
            workers: BTreeMap::new(),
            leaving: BTreeSet::new(),
            leases: BTreeMap::new(),
            next_tag: 1,
            estimates: Estimates::default(),
            closed: None,
            told: HashMap::new(),
            final_time: Duration::ZERO,
            finals: 0,
        }
    }

    pub fn queue(&self) -> &Queue<W> {
        &self.queue
    }

    pub fn slots(&self) -> usize {
        self.workers.values().map(Vec::len).sum()
    }

    pub fn busy_slots(&self) -> usize {
        self.leases.len()
    }

    /// Of each worker, which of its slots are at work.
    pub fn busy_by_worker(&self) -> BTreeMap<WorkerLife, Vec<bool>> {
        let busy = |slots: &Vec<Option<JobTag>>| slots.iter().map(Option::is_some).collect();
        self.workers.iter().map(|(life, slots)| (*life, busy(slots))).collect()
    }

    /// Nothing waits and nothing runs.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.leases.is_empty()
    }

    pub fn estimates(&self) -> &Estimates {
        &self.estimates
    }

    /// Refuses new work from now on (what is queued is still done, unless there is nobody to do it).
    pub fn close(&mut self, why: ShedReason) -> Vec<Effect<W>> {
        self.closed = Some(why);
        if why != ShedReason::NoWorkers {
            return Vec::new();
        }
        let mut effects = Vec::new();
        for job in self.queue.remove_all() {
            self.refuse(job, why, Moment::ZERO, &mut effects);
        }
        effects
    }

    /// Takes new work again.
    pub fn open(&mut self) {
        if self.closed == Some(ShedReason::NoWorkers) {
            self.closed = None;
        }
    }

    /// `replaces` is an earlier partial of the same utterance: if it still waits, it is dropped for the new one, which
    /// takes its place in the line. (With a place at the end each time, what is replaced often would never have its turn.)
    pub fn submit(&mut self, mut job: Job<W>, replaces: Option<JobId>, now: Moment) -> Vec<Effect<W>> {
        let mut effects = Vec::new();
        if let Some(old) = replaces.and_then(|old| self.queue.remove(old)) {
            effects.push(Effect::CountShed(ShedReason::Superseded));
            job.submitted = job.submitted.min(old.submitted);
            effects.push(Self::end(old, Err(JobFailure::Cancelled)));
        }
        if let Some(why) = self.closed {
            self.refuse(job, why, now, &mut effects);
            return effects;
        }
        let (id, class) = (job.id, job.class);
        let foresight = self.foresee(&job);
        match self.queue.push(job, foresight) {
            Ok(None) => {}
            Ok(Some(gave_way)) => {
                effects.push(Effect::CountShed(ShedReason::GaveWay));
                effects.push(Self::end(gave_way, Err(JobFailure::Expired)));
            }
            Err(Refused { job, reason }) => self.refuse(*job, reason, now, &mut effects),
        }
        self.hand_out(now, &mut effects);
        if class != Class::LivePartial {
            self.tell_position_of(id, now, &mut effects);
        }
        effects
    }

    fn foresee(&self, job: &Job<W>) -> Foresight {
        let alike =
            |lease: &&Lease<W>| lease.job.owner == job.owner && lease.job.class == job.class && !lease.cancelled;
        let running = self.leases.values().filter(alike).count();
        let others = running + self.queue.count_of(&job.owner, Some(job.class));
        let service = self.estimates.predict(job.class, job.work.size()).unwrap_or(self.limits.default_wait);
        Foresight { service, others_of_owner: u32::try_from(others).unwrap_or(u32::MAX) }
    }

    pub fn cancel(&mut self, job: JobId) -> Vec<Effect<W>> {
        let mut effects = Vec::new();
        if let Some(waiting) = self.queue.remove(job) {
            effects.push(Self::end(waiting, Err(JobFailure::Cancelled)));
        } else if let Some((tag, lease)) = self.leases.iter_mut().find(|(_, lease)| lease.job.id == job)
            && !lease.cancelled
        {
            // The slot stays leased until the worker has let go of it.
            lease.cancelled = true;
            effects.push(Effect::CancelRunning { worker: lease.worker, tag: *tag });
        }
        effects
    }

    pub fn worker_ready(&mut self, worker: WorkerLife, slots: usize, now: Moment) -> Vec<Effect<W>> {
        self.workers.insert(worker, vec![None; slots]);
        let mut effects = Vec::new();
        self.hand_out(now, &mut effects);
        effects
    }

    pub fn worker_exited(&mut self, worker: WorkerLife, departure: Departure, now: Moment) -> Vec<Effect<W>> {
        self.leaving.remove(&worker);
        let Some(slots) = self.workers.remove(&worker) else {
            return Vec::new();
        };
        let mut effects = Vec::new();
        for tag in slots.into_iter().flatten() {
            if let Some(lease) = self.leases.remove(&tag) {
                effects.push(self.lost(lease, departure));
            }
        }
        self.hand_out(now, &mut effects);
        effects
    }

    fn lost(&mut self, lease: Lease<W>, departure: Departure) -> Effect<W> {
        let Lease { job, mut losses, foresight, cancelled, .. } = lease;
        match departure {
            Departure::Crashed => losses.crashes += 1,
            Departure::Killed => losses.kills += 1,
        }
        if cancelled {
            return Self::end(job, Err(JobFailure::Cancelled));
        }
        if job.class == Class::LivePartial {
            return Self::end(job, Err(JobFailure::WorkerLost { attempts: losses.total() }));
        }
        if losses.crashes >= self.limits.most_crashes || losses.total() >= self.limits.most_losses {
            return Self::end(job, Err(JobFailure::WorkerLost { attempts: losses.total() }));
        }
        let (id, class) = (job.id, job.class);
        self.queue.take_back(job, losses, foresight);
        Effect::Tell { job: id, class, event: JobEvent::Retrying }
    }

    /// The worker still computes this job.
    pub fn progressed(&mut self, tag: JobTag, now: Moment) -> Vec<Effect<W>> {
        match self.leases.get_mut(&tag) {
            Some(lease) => {
                lease.last_sign = now;
                Vec::new()
            }
            None => vec![Effect::CountStale],
        }
    }

    /// A piece of a generated text came.
    pub fn piece(&mut self, tag: JobTag, text: String, now: Moment) -> Vec<Effect<W>> {
        match self.leases.get_mut(&tag) {
            Some(lease) => {
                lease.last_sign = now;
                vec![Effect::Tell { job: lease.job.id, class: lease.job.class, event: JobEvent::Piece(text) }]
            }
            None => vec![Effect::CountStale],
        }
    }

    pub fn done(&mut self, tag: JobTag, output: Output, cost: Cost, now: Moment) -> Vec<Effect<W>> {
        let Some(lease) = self.give_back(tag) else {
            return vec![Effect::CountStale];
        };
        let service = now.since(lease.started);
        self.estimates.learn(lease.job.class, lease.job.work.size(), service);
        if lease.job.class == Class::LiveFinal {
            self.final_time += service;
            self.finals += 1;
        }
        let waited = lease.started.since(lease.job.submitted);
        let result =
            if lease.cancelled { Err(JobFailure::Cancelled) } else { Ok(Finished { output, waited, service, cost }) };
        let mut effects = vec![Self::end(lease.job, result)];
        self.let_go_if_done(lease.worker, &mut effects);
        self.hand_out(now, &mut effects);
        effects
    }

    pub fn failed(&mut self, tag: JobTag, code: FailureCode, message: String, now: Moment) -> Vec<Effect<W>> {
        let Some(lease) = self.give_back(tag) else {
            return vec![Effect::CountStale];
        };
        let failure = if lease.cancelled || code == FailureCode::Cancelled {
            JobFailure::Cancelled
        } else {
            JobFailure::Engine { code, message }
        };
        let mut effects = vec![Self::end(lease.job, Err(failure))];
        self.let_go_if_done(lease.worker, &mut effects);
        self.hand_out(now, &mut effects);
        effects
    }

    /// To be called a few times a second: finds hung workers and late partials, tells new positions.
    pub fn tick(&mut self, now: Moment) -> Vec<Effect<W>> {
        let mut effects = Vec::new();
        for late in self.queue.remove_expired(now) {
            Self::drop_late(late, &mut effects);
        }
        for lease in self.leases.values() {
            let silent = now.since(lease.last_sign);
            if silent > self.limits.hang {
                let reason = format!("no progress for {} ms on a job", silent.as_millis());
                effects.push(Effect::Kill { worker: lease.worker, reason });
            }
        }
        self.tell_positions(now, &mut effects);
        effects
    }

    fn hand_out(&mut self, now: Moment, effects: &mut Vec<Effect<W>>) {
        while let Some((worker, slot)) = self.free_slot() {
            let Some(waiting) = self.queue.pop(self.wanted(), now) else { break };
            if is_late(&waiting.job, now) {
                Self::drop_late(waiting.job, effects);
                continue;
            }
            let tag = JobTag(self.next_tag);
            self.next_tag += 1;
            let job = waiting.job;
            self.told.remove(&job.id);
            effects.push(Effect::Tell { job: job.id, class: job.class, event: JobEvent::Started });
            effects.push(Effect::Dispatch { worker, slot, tag, work: job.work.clone() });
            self.workers.get_mut(&worker).expect("the slot is its")[slot.0 as usize] = Some(tag);
            let lease = Lease {
                job,
                losses: waiting.losses,
                foresight: waiting.foresight,
                worker,
                slot,
                started: now,
                last_sign: now,
                cancelled: false,
            };
            self.leases.insert(tag, lease);
        }
    }

    /// Live text is done only while it leaves slots for finals.
    fn wanted(&self) -> Wanted {
        let partials = self.leases.values().filter(|lease| lease.job.class == Class::LivePartial).count();
        let most = (self.slots() * usize::from(self.limits.partial_slots_percent) / 100).max(1);
        if partials < most { Wanted::Any } else { Wanted::NoPartials }
    }

    /// A free slot on the worker that has the most of them, so that load spreads over nodes.
    fn free_slot(&self) -> Option<(WorkerLife, SlotIndex)> {
        let free = |slots: &Vec<Option<JobTag>>| slots.iter().filter(|slot| slot.is_none()).count();
        let staying = self.workers.iter().filter(|(worker, _)| !self.leaving.contains(worker));
        let (worker, slots) = staying.max_by_key(|(_, slots)| free(slots))?;
        let slot = slots.iter().position(Option::is_none)?;
        Some((*worker, SlotIndex(slot as u16)))
    }

    fn give_back(&mut self, tag: JobTag) -> Option<Lease<W>> {
        let lease = self.leases.remove(&tag)?;
        if let Some(slots) = self.workers.get_mut(&lease.worker) {
            slots[lease.slot.0 as usize] = None;
        }
        Some(lease)
    }

    /// There is room again once what waits now has begun.
    fn refuse(&self, job: Job<W>, reason: ShedReason, now: Moment, effects: &mut Vec<Effect<W>>) {
        let retry_after = self.expected_wait(now).max(self.limits.default_wait);
        effects.push(Effect::CountShed(reason));
        effects.push(Self::end(job, Err(JobFailure::Refused { reason, retry_after })));
    }

    fn drop_late(job: Job<W>, effects: &mut Vec<Effect<W>>) {
        effects.push(Effect::CountShed(ShedReason::Late));
        effects.push(Self::end(job, Err(JobFailure::Expired)));
    }

    fn end(job: Job<W>, result: Result<Finished, JobFailure>) -> Effect<W> {
        Effect::Tell { job: job.id, class: job.class, event: JobEvent::Ended(result) }
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
