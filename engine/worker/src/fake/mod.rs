//! A scripted worker: a real child process that behaves, or misbehaves, as a test wants. The product never starts it.
//!
//! ```no_run
//! # use engine_worker::fake::{Mischief, Script, When};
//! # use engine_worker::WorkerProcess;
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let command = Script::new().job_ms(50).fault(When::Nth(2), Mischief::Abort).command()?;
//! let worker = WorkerProcess::spawn(&command)?;
//! # Ok(())
//! # }
//! ```
//!
//! Where nothing is scripted it answers with [`words`], which are computed from the sound, so that a test sees at once
//! when a session was given another one's text.

mod act;
mod words;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::command::WorkerCommand;
use crate::message::{FailureCode, WorkerKind};

pub use act::main;
pub use words::words;

/// Environment variable in which the child finds its script (JSON).
const SCRIPT_VARIABLE: &str = "ALFAVOICE_FAKE_SCRIPT";
const EXECUTABLE: &str = "alfavoice-fake-worker";

/// How a scripted worker behaves. Counts start anew in each process; see [`Fault::once`] for what must not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    pub kind: WorkerKind,
    pub at_start: AtStart,
    pub at_load: AtLoad,
    /// How long each job takes.
    pub job_ms: u64,
    /// Memory that each job touches and never gives back.
    pub leak_bytes: usize,
    pub faults: Vec<Fault>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AtStart {
    Greets,
    /// Leaves with this code before it has said anything.
    Exits(i32),
    /// Says nothing and stays.
    StaysSilent,
    GreetsWithVersion(u16),
    /// Begins with bytes that are no message.
    Babbles,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AtLoad {
    GetsReady,
    TakesMs(u64),
    Refuses(FailureCode),
    Exits(i32),
    Hangs,
}

/// Something that goes wrong with a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    pub when: When,
    pub what: Mischief,
    /// Happens only if this file does not exist yet, and makes it: once over all processes with this script.
    pub once: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    Always,
    /// With the nth job of the process, counted from 1 over all slots.
    Nth(u32),
    /// With each job whose sound is at least this long.
    LongerThanMs(u32),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Mischief {
    Exit(i32),
    /// As a failed assertion in a library does.
    Abort,
    /// The whole process stops and answers nothing more, not even pings.
    HangProcess,
    /// The job never ends and takes no cancel; everything else goes on.
    HangJob,
    /// Sends bytes that are no message.
    Babble,
    /// Announces a frame over the limit.
    Oversized,
    Panic,
    Fail(FailureCode),
    /// This job takes so much longer.
    Delay(u64),
    /// Answers for a job that nobody asked for, before its own answer.
    AnswerStranger,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            kind: WorkerKind::Asr,
            at_start: AtStart::Greets,
            at_load: AtLoad::GetsReady,
            job_ms: 0,
            leak_bytes: 0,
            faults: Vec::new(),
        }
    }
}

impl Script {
    /// A worker that does everything right.
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn kind(mut self, kind: WorkerKind) -> Self {
        self.kind = kind;
        self
    }

    #[must_use]
    pub fn at_start(mut self, what: AtStart) -> Self {
        self.at_start = what;
        self
    }

    #[must_use]
    pub fn at_load(mut self, what: AtLoad) -> Self {
        self.at_load = what;
        self
    }

    #[must_use]
    pub fn job_ms(mut self, milliseconds: u64) -> Self {
        self.job_ms = milliseconds;
        self
    }

    #[must_use]
    pub fn leak_bytes(mut self, bytes: usize) -> Self {
        self.leak_bytes = bytes;
        self
    }

    #[must_use]
    pub fn fault(mut self, when: When, what: Mischief) -> Self {
        self.faults.push(Fault { when, what, once: None });
        self
    }

    /// As [`Self::fault`], once over all processes: `marker` is a file that does not exist yet.
    #[must_use]
    pub fn fault_once(mut self, marker: impl Into<PathBuf>, when: When, what: Mischief) -> Self {
        self.faults.push(Fault { when, what, once: Some(marker.into()) });
        self
    }

    /// What starts a worker that acts by this script.
    pub fn command(&self) -> Result<WorkerCommand, NotBuilt> {
        let script = serde_json::to_string(self).expect("a script has string keys only");
        Ok(WorkerCommand::new(executable()?, self.kind).env(SCRIPT_VARIABLE, script))
    }
}

/// The executable that a test needs has not been built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not beside this test; build it with `cargo build --package {package} --bin {name}`, or run the tests of the whole workspace"
)]
pub struct NotBuilt {
    pub name: String,
    pub package: String,
}

/// The scripted worker's executable, as cargo built it beside the running test.
pub fn executable() -> Result<PathBuf, NotBuilt> {
    built_beside_this_test("engine-worker", EXECUTABLE)
}

/// Any executable of this workspace, as cargo built it beside the running test.
pub fn built_beside_this_test(package: &str, name: &str) -> Result<PathBuf, NotBuilt> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let this = std::env::current_exe().unwrap_or_default();
    // Tests lie in `deps`, one level below the executables.
    this.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
        .ok_or_else(|| NotBuilt { name: name.to_owned(), package: package.to_owned() })
}
