//! The border between the server and the processes that hold the native engines.
//!
//! Server side: a [`WorkerCommand`] is spawned into a [`WorkerProcess`], which is asked through its [`WorkerLink`] and
//! read by [`WorkerProcess::next_event`]. Worker side: an executable implements [`serve::Backend`] (or hands
//! [`serve::SlotThreads`] one engine per slot) and calls [`serve::serve`]. Both ends speak [`message`] in [`codec`]
//! frames. What differs between operating systems is in [`os`], what differs between processors in [`isa`].
//!
//! Nothing here knows actors or any particular engine.

pub mod codec;
pub mod cpus;
pub mod fake;
pub mod isa;
pub mod log;
pub mod message;
pub mod os;
pub mod serve;

mod command;
mod exit;
mod process;
mod reaper;

pub use command::WorkerCommand;
pub use cpus::CpuSet;
pub use exit::{Exit, ProtocolError, SpawnError};
pub use process::{LinkClosed, WorkerEvent, WorkerLink, WorkerProcess};
