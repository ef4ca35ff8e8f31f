//! The machine: the server's own books, and slots that take as long as was measured.

use std::collections::HashMap;
use std::time::Duration;

use actors::ids::WorkerLife;
use actors::job::{Output, Workload};
use actors::moment::Moment;
use actors::scheduler::book::{Book, BookLimits, Effect};
use engine::asr::Transcript;
use engine::language::Language;
use engine_worker::message::{Cost, FailureCode, JobTag};

use crate::scenario::{Line, PoolSpec};

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Partial,
    Final,
}

/// Work that takes time and has no content.
#[derive(Debug, Clone, Copy)]
pub struct SimulatedWork {
    pub purpose: Purpose,
    pub sound_ms: u64,
    /// With the smaller context.
    pub tight: bool,
    /// By which it differs from others of its size.
    pub factor: f64,
}

impl Workload for SimulatedWork {
    fn size(&self) -> u64 {
        self.sound_ms
    }
}

/// Part of a job during which it cannot be stopped: the encoder.
const UNSTOPPABLE: f64 = 0.6;
/// Afterwards it stops at the next token.
const TOKEN: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub struct Pool {
    pub book: Book<SimulatedWork>,
    spec: PoolSpec,
    running: HashMap<JobTag, Running>,
}

#[derive(Debug, Clone, Copy)]
struct Running {
    started: Moment,
    service: Duration,
    ends: Moment,
    stopped: bool,
}

impl Pool {
    pub fn new(spec: &PoolSpec, limits: BookLimits) -> Self {
        let mut book = Book::new(limits);
        book.worker_ready(WorkerLife(1), spec.slots, Moment::ZERO);
        Self { book, spec: spec.clone(), running: HashMap::new() }
    }

    /// A slot begins; returns when it will be done.
    pub fn begin(&mut self, tag: JobTag, work: SimulatedWork, now: Moment) -> Moment {
        let line = match work.purpose {
            Purpose::Partial => self.spec.partial,
            Purpose::Final => self.spec.finals,
        };
        let tight = if work.tight { self.spec.tight } else { 1.0 };
        let service = service_time(line, work.sound_ms).mul_f64(tight * work.factor);
        let ends = now + service;
        self.running.insert(tag, Running { started: now, service, ends, stopped: false });
        ends
    }

    /// A running job is to stop; returns when it will have.
    pub fn stop(&mut self, tag: JobTag, now: Moment) -> Option<Moment> {
        let running = self.running.get_mut(&tag)?;
        let may_stop = running.started + running.service.mul_f64(UNSTOPPABLE);
        running.ends = running.ends.min(may_stop.max(now + TOKEN));
        running.stopped = true;
        Some(running.ends)
    }

    /// The time of a job may have come.
    pub fn end(&mut self, tag: JobTag, now: Moment) -> Vec<Effect<SimulatedWork>> {
        let Some(running) = self.running.get(&tag).copied().filter(|running| running.ends == now) else {
            return Vec::new();
        };
        self.running.remove(&tag);
        if running.stopped {
            return self.book.failed(tag, FailureCode::Cancelled, String::new(), now);
        }
        let output = Output::Transcript(Transcript::empty(Language::ENGLISH));
        self.book.done(tag, output, Cost::default(), now)
    }

    /// By which a job differs from others of its size.
    pub fn spread(&self) -> f64 {
        self.spec.spread
    }
}

fn service_time(line: Line, sound_ms: u64) -> Duration {
    Duration::from_secs_f64((line.fixed_ms + line.per_second_ms * sound_ms as f64 / 1000.0).max(1.0) / 1000.0)
}
