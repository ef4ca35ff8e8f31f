//! Work on its way through a scheduler.

use std::sync::Arc;
use std::time::Duration;

use engine::asr::{DecodeOptions, Transcript};
use engine::llm::{GenerateRequest, Generated};
use engine_worker::message::{Cost, FailureCode};

use crate::ids::{JobId, Owner};
use crate::load::ShedReason;
use crate::moment::Moment;

/// How urgent work is. Earlier ones are always handed out before later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Somebody waits for the text of what they just said.
    LiveFinal,
    /// Live text while somebody speaks; worthless when late.
    LivePartial,
    /// An answer in a spoken conversation.
    Conversation,
    /// Files, offline recordings.
    Batch,
}

impl Class {
    pub const ALL: [Self; 4] = [Self::LiveFinal, Self::LivePartial, Self::Conversation, Self::Batch];

    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::LiveFinal => "live_final",
            Self::LivePartial => "live_partial",
            Self::Conversation => "conversation",
            Self::Batch => "batch",
        }
    }
}

/// What a worker is to do.
#[derive(Debug, Clone)]
pub enum Work {
    Transcribe { sound: Arc<[i16]>, options: DecodeOptions },
    Generate { request: Arc<GenerateRequest> },
}

/// What a scheduler has to know of work: nothing but how much it is.
pub trait Workload {
    /// In the unit that predicts its service time: milliseconds of sound, or tokens.
    fn size(&self) -> u64;
}

impl Workload for Work {
    fn size(&self) -> u64 {
        match self {
            Self::Transcribe { sound, .. } => sound.len() as u64 / 16,
            Self::Generate { request } => u64::from(request.expected_tokens()),
        }
    }
}

/// A piece of work that a session wants done. A simulator schedules work of its own kind.
#[derive(Debug, Clone)]
pub struct Job<W = Work> {
    pub id: JobId,
    pub owner: Owner,
    pub class: Class,
    /// When its result should be there. Orders work inside a class; a partial past it is dropped, nothing else is.
    pub deadline: Moment,
    pub submitted: Moment,
    pub work: W,
}

/// What the submitter hears of a job: any number of `Queued`, at most one `Started` per attempt, pieces, one `Ended`.
#[derive(Debug, Clone)]
pub enum JobEvent {
    /// It waits; again whenever its position changed.
    Queued {
        position: u32,
        expected_wait: Duration,
    },
    Started,
    /// The next piece of a generated text that was asked for piece by piece.
    Piece(String),
    /// The worker was lost; the job goes back to the queue.
    Retrying,
    Ended(Result<Finished, JobFailure>),
}

/// A job that was done.
#[derive(Debug, Clone)]
pub struct Finished {
    pub output: Output,
    pub waited: Duration,
    pub service: Duration,
    pub cost: Cost,
}

#[derive(Debug, Clone)]
pub enum Output {
    Transcript(Transcript),
    Generated(Generated),
}

/// Why a job has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobFailure {
    #[error("cancelled")]
    Cancelled,
    #[error("refused: {reason}")]
    Refused { reason: ShedReason, retry_after: Duration },
    /// A partial whose time had passed before anyone could do it.
    #[error("its time had passed")]
    Expired,
    #[error("the worker was lost {attempts} times while doing it")]
    WorkerLost { attempts: u8 },
    #[error("the engine failed ({code:?}): {message}")]
    Engine { code: FailureCode, message: String },
}
