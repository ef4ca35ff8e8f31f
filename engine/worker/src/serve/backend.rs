//! What an engine executable has to offer to be served.

use std::time::Duration;

use engine::asr::ModelFacts;

use super::Job;
use crate::cpus::CpuSet;
use crate::message::{FailureCode, Generate, Load, Transcribe, WorkerKind};

/// An engine inside a worker process. All calls come from the process's main thread, one after the other.
///
/// A batching engine keeps a thread of its own and feeds it from `submit`; an engine with one state per slot hands its
/// jobs to [`super::SlotThreads`]. Cancelling needs no call: every [`Job`] knows whether it is still wanted.
pub trait Backend {
    fn kind(&self) -> WorkerKind;

    /// The native library and its version, for the log.
    fn library(&self) -> String;

    /// The instruction set of the build, see [`crate::isa::built_for`].
    fn built_for(&self) -> String;

    /// Reads the model, opens the slots and lets each do a warm-up run. May take as long as it takes; called again
    /// only after a failure.
    fn load(&mut self, load: Load) -> Result<Loaded, Failure>;

    /// Starts a job and returns at once. The job is answered through its own methods, from any thread; a job that is
    /// dropped unanswered answers `Failed` by itself.
    fn submit(&mut self, job: Job, work: Work);
}

/// What a job is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    Transcribe(Transcribe),
    Generate(Generate),
}

/// An engine that is ready to work.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The facts of the load, completed from the model file.
    pub facts: ModelFacts,
    /// Where each slot's thread really is.
    pub slots: Vec<CpuSet>,
    /// The part of the loading that was warm-up runs.
    pub warm_up: Duration,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub code: FailureCode,
    pub message: String,
}
