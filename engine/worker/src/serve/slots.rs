//! One pinned thread per slot, each with an engine state of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;
use std::time::{Duration, Instant};

use super::{EXIT_PANIC, Failure, Job, Work};
use crate::cpus::CpuSet;
use crate::message::{Cost, FailureCode, Outcome, SlotIndex, SlotPlace};
use crate::os::{self, Helper};

/// Jobs that may wait for one slot. The server leases slots exclusively; this is for its partials' successors.
const WAITING_JOBS: usize = 16;

/// C++ libraries are written for the stack of a main thread.
const STACK_BYTES: usize = 8 << 20;

/// The state of one slot. Made, used and dropped on the slot's own thread, which is pinned before it is made.
pub trait SlotEngine {
    /// A first run, so that no person pays for first touches; also starts the library's helper threads.
    fn warm_up(&mut self) -> Result<(), Failure>;

    /// Computes. To ask [`Job::is_cancelled`] and to call [`Job::heartbeat`] as often as the library allows is the
    /// engine's duty, to answer the job is not.
    fn run(&mut self, job: &Job, work: Work) -> Result<Outcome, Failure>;
}

/// The slot threads of a backend.
#[derive(Debug)]
pub struct SlotThreads {
    inboxes: Vec<SyncSender<(Job, Work)>>,
    /// Where each thread really is, read back from the kernel.
    pub places: Vec<CpuSet>,
    /// The longest warm-up (they run side by side).
    pub warm_up: Duration,
}

impl SlotThreads {
    /// Starts a thread per place and opens an engine on each; back when all have warmed up, or with the first failure.
    pub fn start<E, F>(places: &[SlotPlace], open: F) -> Result<Self, Failure>
    where
        E: SlotEngine,
        F: Fn(SlotIndex, &CpuSet) -> Result<E, Failure> + Send + Sync + 'static,
    {
        if places.is_empty() {
            return Err(Failure::bad_request("a worker needs at least one slot"));
        }
        let open = Arc::new(open);
        let (inboxes, openings): (Vec<_>, Vec<_>) = places
            .iter()
            .enumerate()
            .map(|(index, place)| start_thread(SlotIndex(index as u16), place.cpus.clone(), Arc::clone(&open)))
            .collect::<Result<Vec<_>, Failure>>()?
            .into_iter()
            .unzip();
        let mut slots = Self { inboxes, places: Vec::new(), warm_up: Duration::ZERO };
        for opening in openings {
            let opened = opening.recv().unwrap_or_else(|_| {
                Err(Failure::new(FailureCode::Engine, "a slot's thread died while it was opened"))
            })?;
            slots.places.push(opened.cpus);
            slots.warm_up = slots.warm_up.max(opened.warm_up);
        }
        Ok(slots)
    }

    /// Hands a job to its slot.
    pub fn submit(&self, job: Job, work: Work) {
        let Some(inbox) = self.inboxes.get(usize::from(job.slot().0)) else {
            let message = format!("there is no slot `{}`; this worker has `{}`", job.slot().0, self.inboxes.len());
            job.fail(Failure::bad_request(message));
            return;
        };
        match inbox.try_send((job, work)) {
            Ok(()) => {}
            Err(TrySendError::Full((job, _))) => job.fail(Failure::bad_request("too many jobs wait for this slot")),
            Err(TrySendError::Disconnected((job, _))) => {
                job.fail(Failure::new(FailureCode::Engine, "the slot's thread is gone"));
            }
        }
    }
}

/// What a slot's thread reports when it is ready.
struct Opened {
    cpus: CpuSet,
    warm_up: Duration,
}

type Opening = Receiver<Result<Opened, Failure>>;

fn start_thread<E, F>(
    index: SlotIndex,
    cpus: CpuSet,
    open: Arc<F>,
) -> Result<(SyncSender<(Job, Work)>, Opening), Failure>
where
    E: SlotEngine,
    F: Fn(SlotIndex, &CpuSet) -> Result<E, Failure> + Send + Sync + 'static,
{
    let (inbox, jobs) = mpsc::sync_channel(WAITING_JOBS);
    let (report, opening) = mpsc::channel();
    // Helper threads inherit the name, by which their processor time is found; the kernel keeps 15 bytes of it.
    let builder = thread::Builder::new().name(format!("slot-{}", index.0)).stack_size(STACK_BYTES);
    let started = builder.spawn(move || {
        let opened = take_place(&cpus).and_then(|have| {
            let mut engine = open(index, &cpus)?;
            let started = Instant::now();
            engine.warm_up()?;
            Ok((engine, Opened { cpus: have, warm_up: started.elapsed() }))
        });
        match opened {
            Ok((engine, opened)) => {
                let _ = report.send(Ok(opened));
                work_off(engine, &jobs, || open(index, &cpus));
            }
            Err(failure) => {
                let _ = report.send(Err(failure));
            }
        }
    });
    started.map_err(|error| Failure::new(FailureCode::Engine, format!("no thread for a slot: {error}")))?;
    Ok((inbox, opening))
}

fn take_place(cpus: &CpuSet) -> Result<CpuSet, Failure> {
    let placed = os::pin_thread(cpus).and_then(|()| os::thread_cpus());
    placed.map_err(|error| Failure::bad_request(format!("a slot {error}")))
}

/// One job after the other until the backend drops the inbox.
fn work_off<E: SlotEngine>(mut engine: E, jobs: &Receiver<(Job, Work)>, reopen: impl Fn() -> Result<E, Failure>) {
    let mut helpers = os::helpers_of_this_thread();
    for (job, work) in jobs {
        if job.is_cancelled() {
            job.fail(Failure::cancelled());
            continue;
        }
        let meter = Meter::start(&helpers);
        let outcome = catch_unwind(AssertUnwindSafe(|| engine.run(&job, work)));
        match outcome {
            Ok(Ok(outcome)) => job.done(outcome, meter.read(&helpers)),
            Ok(Err(failure)) => job.fail(failure),
            Err(_) => {
                job.fail(Failure::new(FailureCode::Engine, "the slot panicked; the worker's log says why"));
                // Whatever the engine was in the middle of, it is not to be trusted any more.
                let Ok(fresh) = reopen() else { os::leave(EXIT_PANIC) };
                engine = fresh;
                helpers = os::helpers_of_this_thread();
            }
        }
    }
}

/// Measures a job on its slot's thread.
struct Meter {
    started: Instant,
    processor_time: Duration,
}

impl Meter {
    fn start(helpers: &[Helper]) -> Self {
        Self { started: Instant::now(), processor_time: processor_time(helpers) }
    }

    fn read(&self, helpers: &[Helper]) -> Cost {
        Cost {
            wall_us: self.started.elapsed().as_micros() as u64,
            cpu_us: processor_time(helpers).saturating_sub(self.processor_time).as_micros() as u64,
        }
    }
}

fn processor_time(helpers: &[Helper]) -> Duration {
    helpers.iter().map(|helper| os::helper_time(*helper)).sum::<Duration>() + os::thread_time()
}
