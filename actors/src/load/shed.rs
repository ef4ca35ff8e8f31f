//! Why work or a session was not taken.

use thiserror::Error;

/// Also a metric label: see [`ShedReason::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Error)]
pub enum ShedReason {
    #[error("the queue is full")]
    QueueFull,
    #[error("one person's share of the queue is used up")]
    OwnerShare,
    #[error("no worker can be started")]
    NoWorkers,
    #[error("the server is shutting down")]
    Draining,
    /// Live text that could not be made before it was out of date.
    #[error("its time had passed")]
    Late,
    /// Live text that left its place in a full queue to somebody's final text.
    #[error("it gave way to a final")]
    GaveWay,
    /// Live text of which a newer one was asked for before it was begun.
    #[error("a newer one takes its place")]
    Superseded,
    /// A new session that the machine cannot carry at present.
    #[error("the server is overloaded")]
    Overloaded,
    #[error("there are as many sessions as are allowed")]
    TooManySessions,
    #[error("this person has as many sessions as are allowed")]
    TooManySessionsOfOwner,
}

impl ShedReason {
    pub const ALL: [Self; 10] = [
        Self::QueueFull,
        Self::OwnerShare,
        Self::NoWorkers,
        Self::Draining,
        Self::Late,
        Self::GaveWay,
        Self::Superseded,
        Self::Overloaded,
        Self::TooManySessions,
        Self::TooManySessionsOfOwner,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::OwnerShare => "owner_share",
            Self::NoWorkers => "no_workers",
            Self::Draining => "draining",
            Self::Late => "late",
            Self::GaveWay => "gave_way",
            Self::Superseded => "superseded",
            Self::Overloaded => "overloaded",
            Self::TooManySessions => "too_many_sessions",
            Self::TooManySessionsOfOwner => "too_many_sessions_of_owner",
        }
    }
}
