//! What the server and a worker process say to each other.
//!
//! Each message is one length-prefixed postcard frame (see `codec`). The first frame of a worker is `Reply::Hello`;
//! a server that does not know its version kills it. Fields may only be added together with a new `VERSION`.

use std::path::PathBuf;

use engine::asr::{DecodeOptions, ModelFacts, Transcript};
use serde::{Deserialize, Serialize};

use crate::cpus::CpuSet;

/// Both ends must agree on it.
pub const VERSION: u16 = 1;

/// No frame is longer; a longer one ends the conversation (30 s of 16-bit sound are under 1 MiB).
pub const MAX_FRAME_BYTES: usize = 8 * 1024 * 1024;

/// The server's name for one piece of work inside one worker; never used twice in a worker's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobTag(pub u64);

/// A slot of a worker: one thread with a state of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SlotIndex(pub u16);

/// What kind of engine a worker executable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum WorkerKind {
    Asr,
    Llm,
}

/// Server to worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Read a model and get the slots ready; answered by `Ready` or `Failed` without a job.
    Load(Load),
    Transcribe {
        job: JobTag,
        slot: SlotIndex,
        work: Transcribe,
    },
    Generate {
        job: JobTag,
        slot: SlotIndex,
        work: Generate,
    },
    /// Stop the job as soon as the library lets go; answered by the job's `Failed { Cancelled }` or `Done`.
    Cancel {
        job: JobTag,
    },
    /// Answered at once by `Pong`, also while slots are busy.
    Ping {
        nonce: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Load {
    pub model: ModelSource,
    pub facts: ModelFacts,
    pub slots: Vec<SlotPlace>,
}

/// Where a model's weights are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelSource {
    /// Linked into the worker executable.
    Builtin,
    File(PathBuf),
}

/// The cores on which a slot computes. One thread per core of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotPlace {
    pub cpus: CpuSet,
}

/// Sound to transcribe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcribe {
    /// 16 kHz mono, 16-bit little endian.
    #[serde(with = "serde_bytes")]
    pub pcm16: Vec<u8>,
    pub options: DecodeOptions,
}

/// Text to generate (what exactly is asked of a language model is `engine::llm`'s).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Generate {
    /// Postcard of `engine::llm`'s request.
    #[serde(with = "serde_bytes")]
    pub request: Vec<u8>,
}

/// Worker to server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Hello(Hello),
    /// The model is loaded and every slot has done a warm-up run.
    Ready(Ready),
    /// The job moved on; a job that is silent for its deadline is taken for hung.
    Progress {
        job: JobTag,
        percent: u8,
    },
    /// A piece of generated text, in order.
    Partial {
        job: JobTag,
        text: String,
    },
    Done {
        job: JobTag,
        outcome: Outcome,
        cost: Cost,
    },
    /// `job` is none where no job is to blame (a model that cannot be read).
    Failed {
        job: Option<JobTag>,
        code: FailureCode,
        message: String,
    },
    Pong {
        nonce: u64,
        resident_bytes: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub version: u16,
    pub kind: WorkerKind,
    pub pid: u32,
    /// The instruction set the executable was built for ("avx2", "avx512", ...).
    pub built_for: String,
    /// The library inside and its version.
    pub library: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    pub load_ms: u32,
    pub warm_up_ms: u32,
    /// Facts as completed from the file (its languages, its context).
    pub facts: ModelFacts,
    /// Where each slot's thread really is, read back from the kernel.
    pub slots: Vec<CpuSet>,
    pub resident_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    Transcript(Transcript),
    /// Postcard of `engine::llm`'s answer.
    Generated(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// What a job took inside the worker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub wall_us: u64,
    /// Processor time of the slot's thread and of its helpers.
    pub cpu_us: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FailureCode {
    Cancelled,
    /// The request cannot be right (empty or too short sound, unknown slot, wrong kind of engine).
    BadRequest,
    ModelMissing,
    /// The file is not a model that the library can be trusted with.
    ModelRefused,
    /// The library gave up.
    Engine,
}
