//! What to start as a worker, and where.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::cpus::CpuSet;
use crate::message::WorkerKind;
use crate::os;

/// A worker process to be: its executable and its place in the machine. Can be spawned any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCommand {
    pub executable: PathBuf,
    /// What the executable must hold; another kind is a protocol error.
    pub kind: WorkerKind,
    /// Processors of the process as a whole (its slots lie inside); none = wherever the server may run.
    pub cpus: Option<CpuSet>,
    /// NUMA node from which all its memory comes.
    pub memory_node: Option<u32>,
    /// Arguments after ours.
    pub args: Vec<OsString>,
    /// Environment on top of the server's own.
    pub env: Vec<(OsString, OsString)>,
}

impl WorkerCommand {
    pub fn new(executable: impl Into<PathBuf>, kind: WorkerKind) -> Self {
        Self { executable: executable.into(), kind, cpus: None, memory_node: None, args: Vec::new(), env: Vec::new() }
    }

    #[must_use]
    pub fn cpus(mut self, cpus: CpuSet) -> Self {
        self.cpus = Some(cpus);
        self
    }

    #[must_use]
    pub fn memory_node(mut self, node: u32) -> Self {
        self.memory_node = Some(node);
        self
    }

    #[must_use]
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }

    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// As the standard library starts it; standard input and output are the caller's to set.
    pub(crate) fn to_std(&self) -> Command {
        let mut command = Command::new(&self.executable);
        if let Some(cpus) = self.cpus.as_ref().filter(|cpus| !cpus.is_empty()) {
            command.arg("--cpus").arg(cpus.to_string());
        }
        if let Some(node) = self.memory_node {
            command.arg("--memory-node").arg(node.to_string());
        }
        command.args(&self.args);
        command.envs(os::THREAD_ENVIRONMENT.iter().copied());
        command.envs(self.env.iter().map(|(key, value)| (key, value)));
        command
    }
}
