//! How a worker process ends, and why one could not be started.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use crate::message::{VERSION, WorkerKind};

/// The end of a worker process. Whoever gets it may be sure that the process is gone and reaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// It left by itself with this code.
    Code(i32),
    /// A signal ended it (6 = an assertion inside a library, 9 = killed, also by [`crate::WorkerLink::kill`]).
    Signal(i32),
    /// It did not keep to the protocol and was killed for that.
    Protocol(ProtocolError),
}

/// How a worker broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    #[error(
        "the worker speaks version `{theirs}` of the protocol, the server version `{VERSION}`; install both from one build"
    )]
    WrongVersion { theirs: u16 },
    #[error("the executable holds an engine of kind `{theirs:?}`, wanted was `{wanted:?}`; check the configured path")]
    WrongKind { theirs: WorkerKind, wanted: WorkerKind },
    #[error("the worker's first message was not its greeting")]
    NoHello,
    #[error("the worker sent what is not a message: {reason}")]
    BadFrame { reason: String },
    #[error("the worker left `{waiting}` requests unread")]
    Backlog { waiting: usize },
    #[error("the worker closed its link and stayed")]
    LeftLinkOpen,
}

impl Exit {
    pub(crate) fn of(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            // A status without both is a stopped process, which `wait` does not report.
            (None, None) => Self::Code(-1),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "the worker left with code `{code}`"),
            Self::Signal(signal) => write!(f, "the worker was ended by signal `{signal}`"),
            Self::Protocol(error) => write!(f, "the worker was killed: {error}"),
        }
    }
}

/// Why a worker process could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    #[error("there is no worker executable at `{path}`; build it with `cargo xtask build` or set its path", path = .path.display())]
    Missing { path: PathBuf },
    #[error("the system refused to start `{path}`: {source}", path = .path.display())]
    Refused { path: PathBuf, source: io::Error },
    #[error("no link, pipe or thread for a worker process: {source}")]
    NoResources { source: io::Error },
}
