//! Names of things. Each is its own type, so that a job can never be taken for a lease.

use std::fmt;

use uuid::Uuid;

/// One conversation between a client and the server; outlives its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub Uuid);

impl SessionId {
    /// A new one; later ones sort after earlier ones.
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }

    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

/// Whose work it is; fairness and limits count by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner(pub std::sync::Arc<str>);

impl Owner {
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }
}

/// One piece of work, from its submission to its one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId {
    /// Who submitted it and hears of it.
    pub session: SessionId,
    /// The submitter's own count.
    pub number: u64,
}

/// One life of a worker process: a restarted worker has a new one, so that nothing said to the old one can be
/// taken for an answer of the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerLife(pub u64);

/// The n-th utterance of a session, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UtteranceId(pub u64);
