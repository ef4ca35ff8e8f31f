//! A pool's scheduler: the queue with its promise, leases on worker slots, and the actor around them.
//!
//! One scheduler per pool (a model on its workers). It runs on an arbiter of its own; sessions and workers talk to it
//! in messages and hear of their jobs through the recipient that came with them.

pub mod book;
pub mod estimate;
mod forecast;
pub mod order;
pub mod queue;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use actix::prelude::*;
use engine_worker::message::{Cost, FailureCode, JobTag};
use metrics::{counter, gauge, histogram};
use tracing::{debug, warn};

use self::book::{Book, BookLimits, Departure, Effect};
use crate::ids::{JobId, WorkerLife};
use crate::job::{Class, Job, JobEvent, JobFailure, Output};
use crate::load::{ShedReason, Steward};
use crate::metrics as names;
use crate::moment::Clock;
use crate::worker::{CancelRunning, Dispatch, KillHung, Leave, WorkerActor};

/// How often hung jobs, late partials and queue positions are looked at.
const TICK: Duration = Duration::from_millis(100);

/// Wants a job done; `listener` hears of it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Submit {
    pub job: Job,
    /// An earlier partial of the same utterance, worthless now.
    pub replaces: Option<JobId>,
    pub listener: Recipient<JobTold>,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct Cancel {
    pub job: JobId,
}

/// What became of a job.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct JobTold {
    pub job: JobId,
    pub event: JobEvent,
}

/// What workers tell their scheduler.
#[derive(Message)]
#[rtype(result = "()")]
pub enum FromWorker {
    Ready { life: WorkerLife, slots: usize, worker: Addr<WorkerActor> },
    Gone { life: WorkerLife, departure: Departure },
    OfJob { tag: JobTag, news: News },
}

pub enum News {
    Progressed,
    /// A piece of a generated text.
    Piece(String),
    Done(Output, Cost),
    Failed(FailureCode, String),
}

/// Refuse new work (`None`: take it again).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Gate {
    pub closed: Option<ShedReason>,
}

/// Give this worker nothing more, and let it go when it has finished.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Retire(pub WorkerLife);

/// The state of the pool at a glance.
#[derive(Message)]
#[rtype(result = "Load")]
pub struct ReadLoad;

#[derive(Debug, Clone, Copy, MessageResponse)]
pub struct Load {
    pub waiting: usize,
    pub running: usize,
    pub slots: usize,
    pub expected_wait: Duration,
}

/// Which slots of which worker are at work.
#[derive(Message)]
#[rtype(result = "BusySlots")]
pub struct ReadBusySlots;

#[derive(Debug, Clone, Default, MessageResponse)]
pub struct BusySlots(pub BTreeMap<WorkerLife, Vec<bool>>);

pub struct Scheduler {
    pool: String,
    /// The histogram that service times go to.
    processing_time: &'static str,
    clock: Clock,
    book: Book,
    workers: HashMap<WorkerLife, Addr<WorkerActor>>,
    listeners: HashMap<JobId, Recipient<JobTold>>,
    /// Told of the load, under this number; none where nobody waits for this pool alone.
    steward: Option<(Steward, usize)>,
}

impl Scheduler {
    pub fn new(pool: &str, processing_time: &'static str, limits: BookLimits, clock: Clock) -> Self {
        Self {
            pool: pool.to_owned(),
            processing_time,
            clock,
            book: Book::new(limits),
            workers: HashMap::new(),
            listeners: HashMap::new(),
            steward: None,
        }
    }

    /// Reports its load to `steward` as its pool number `pool`.
    #[must_use]
    pub fn reports_to(mut self, steward: Steward, pool: usize) -> Self {
        self.steward = Some((steward, pool));
        self
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Dispatch { worker, slot, tag, work } => self.to(worker, Dispatch { slot, tag, work }),
                Effect::CancelRunning { worker, tag } => self.to(worker, CancelRunning { tag }),
                Effect::Kill { worker, reason } => self.to(worker, KillHung { reason }),
                Effect::LetGo { worker } => self.to(worker, Leave),
                Effect::Tell { job, class, event } => self.tell(job, class, event),
                Effect::CountStale => {
                    debug!(pool = self.pool, "an answer on an ended lease was dropped");
                    counter!(names::STALE_ANSWERS, "pool" => self.pool.clone()).increment(1);
                }
                Effect::CountShed(reason) => counter!(names::SHED, "reason" => reason.name()).increment(1),
            }
        }
        self.gauge();
    }

    fn to<M>(&self, worker: WorkerLife, message: M)
    where
        M: Message + Send + 'static,
        M::Result: Send,
        WorkerActor: Handler<M>,
    {
        if let Some(worker) = self.workers.get(&worker) {
            worker.do_send(message);
        }
    }

    fn tell(&mut self, job: JobId, class: Class, event: JobEvent) {
        let listener = match &event {
            JobEvent::Ended(result) => {
                self.count(class, result);
                self.listeners.remove(&job)
            }
            _ => self.listeners.get(&job).cloned(),
        };
        if let Some(listener) = listener {
            listener.do_send(JobTold { job, event });
        }
    }

    fn count(&self, class: Class, result: &Result<crate::job::Finished, JobFailure>) {
        let (pool, class) = (self.pool.clone(), class.name());
        let label = match result {
            Ok(done) => {
                histogram!(self.processing_time, "class" => class).record(done.service.as_secs_f64());
                histogram!(names::QUEUE_WAIT, "pool" => pool.clone(), "class" => class)
                    .record(done.waited.as_secs_f64());
                counter!(names::JOB_CPU, "pool" => pool.clone()).increment(done.cost.cpu_us);
                "done"
            }
            Err(JobFailure::Cancelled) => "cancelled",
            Err(JobFailure::Refused { .. }) => "refused",
            Err(JobFailure::Expired) => "expired",
            Err(JobFailure::WorkerLost { .. }) => "worker_lost",
            Err(JobFailure::Engine { code, message }) => {
                warn!(pool, class, ?code, message, "a job failed in the engine");
                "engine"
            }
        };
        counter!(names::JOBS, "pool" => pool, "class" => class, "result" => label).increment(1);
    }

    fn gauge(&self) {
        for class in Class::ALL {
            let waiting = self.book.queue().count(class) as f64;
            gauge!(names::QUEUE_SIZE, "pool" => self.pool.clone(), "class" => class.name()).set(waiting);
        }
        gauge!(names::BUSY_SLOTS, "pool" => self.pool.clone()).set(self.book.busy_slots() as f64);
        gauge!(names::SLOTS, "pool" => self.pool.clone()).set(self.book.slots() as f64);
    }
}

impl Actor for Scheduler {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(1024);
        ctx.run_interval(TICK, |scheduler, _| {
            let now = scheduler.clock.now();
            let effects = scheduler.book.tick(now);
            if let Some((steward, pool)) = &scheduler.steward {
                steward.observe(*pool, scheduler.book.reading(now));
            }
            if !effects.is_empty() {
                scheduler.perform(effects);
            }
        });
    }
}

impl Handler<Submit> for Scheduler {
    type Result = ();

    fn handle(&mut self, Submit { job, replaces, listener }: Submit, _: &mut Self::Context) {
        self.listeners.insert(job.id, listener);
        let effects = self.book.submit(job, replaces, self.clock.now());
        self.perform(effects);
    }
}

impl Handler<Cancel> for Scheduler {
    type Result = ();

    fn handle(&mut self, Cancel { job }: Cancel, _: &mut Self::Context) {
        let effects = self.book.cancel(job);
        self.perform(effects);
    }
}

impl Handler<FromWorker> for Scheduler {
    type Result = ();

    fn handle(&mut self, event: FromWorker, _: &mut Self::Context) {
        let now = self.clock.now();
        let effects = match event {
            FromWorker::Ready { life, slots, worker } => {
                self.workers.insert(life, worker);
                self.book.open();
                self.book.worker_ready(life, slots, now)
            }
            FromWorker::Gone { life, departure } => {
                self.workers.remove(&life);
                self.book.worker_exited(life, departure, now)
            }
            FromWorker::OfJob { tag, news: News::Progressed } => self.book.progressed(tag, now),
            FromWorker::OfJob { tag, news: News::Piece(text) } => self.book.piece(tag, text, now),
            FromWorker::OfJob { tag, news: News::Done(output, cost) } => self.book.done(tag, output, cost, now),
            FromWorker::OfJob { tag, news: News::Failed(code, message) } => self.book.failed(tag, code, message, now),
        };
        self.perform(effects);
    }
}

impl Handler<Retire> for Scheduler {
    type Result = ();

    fn handle(&mut self, Retire(worker): Retire, _: &mut Self::Context) {
        let effects = self.book.retire(worker);
        self.perform(effects);
    }
}

impl Handler<Gate> for Scheduler {
    type Result = ();

    fn handle(&mut self, Gate { closed }: Gate, _: &mut Self::Context) {
        let effects = match closed {
            Some(why) => self.book.close(why),
            None => {
                self.book.open();
                Vec::new()
            }
        };
        self.perform(effects);
    }
}

impl Handler<ReadLoad> for Scheduler {
    type Result = Load;

    fn handle(&mut self, _: ReadLoad, _: &mut Self::Context) -> Load {
        Load {
            waiting: self.book.queue().len(),
            running: self.book.busy_slots(),
            slots: self.book.slots(),
            expected_wait: self.book.expected_wait(self.clock.now()),
        }
    }
}

impl Handler<ReadBusySlots> for Scheduler {
    type Result = BusySlots;

    fn handle(&mut self, _: ReadBusySlots, _: &mut Self::Context) -> BusySlots {
        BusySlots(self.book.busy_by_worker())
    }
}
