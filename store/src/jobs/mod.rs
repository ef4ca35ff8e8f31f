//! Work that outlives a connection: uploaded recordings, files, batches.
//!
//! A job is received (`Receiving`), waits (`Queued`), is claimed by a worker (`Running`) and ends (`Done`, `Failed`,
//! `Cancelled`). A claim is a lease: a worker that does not renew it loses the job to the next, and can no longer
//! change it (`Lease::generation`). Jobs of one client run one after the other in the order of their recording.
//! `owner` holds what a person may do, `lease` what a worker does.

mod lease;
mod owner;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::connection::Store;
use crate::entity::work::jobs;
use crate::error::{Result, StoreError};
use crate::ids::{JobId, UserId};
use crate::moment::Moment;
use crate::values::unsigned;

pub use lease::{Failure, JobProgress, Lease, LeaseState};
pub use owner::{Cancellation, Creation, NewJob};

pub(crate) use lease::claim_statement;

/// What kind of work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// A recording that a client made while it was offline.
    Recording,
    /// A file to be transcribed.
    File,
    /// Something made of other jobs.
    Batch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Its upload is not complete.
    Receiving,
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}

/// A job as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: JobId,
    pub owner: UserId,
    pub kind: JobKind,
    /// The device it came from; empty where it said nothing.
    pub client: String,
    pub client_recording_id: Option<String>,
    pub recorded_at: Moment,
    pub state: JobState,
    /// A word for what is being done now.
    pub stage: String,
    pub percent: u8,
    /// What is to be done, as the caller wrote it.
    pub request: Json,
    pub result: Option<Json>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub received_bytes: u64,
    pub total_bytes: Option<u64>,
    /// Times it was begun.
    pub attempts: u32,
    pub cancel_asked: bool,
    pub created_at: Moment,
    pub started_at: Option<Moment>,
    pub finished_at: Option<Moment>,
}

/// The jobs of a store.
#[derive(Clone, Copy)]
pub struct Jobs<'s> {
    store: &'s Store,
}

impl Store {
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs { store: self }
    }
}

impl JobKind {
    pub(crate) const ALL: [Self; 3] = [Self::Recording, Self::File, Self::Batch];

    fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::File => "file",
            Self::Batch => "batch",
        }
    }
}

impl JobState {
    const ALL: [Self; 6] = [Self::Receiving, Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    fn as_str(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing will happen to it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl TryFrom<jobs::Model> for Job {
    type Error = StoreError;

    fn try_from(row: jobs::Model) -> Result<Self> {
        let damaged = |reason: String| StoreError::Damaged { table: "jobs", reason };
        let json = |kept: &str| serde_json::from_str::<Json>(kept).map_err(|error| damaged(error.to_string()));
        let kind = JobKind::ALL.into_iter().find(|kind| kind.as_str() == row.kind);
        let state = JobState::ALL.into_iter().find(|state| state.as_str() == row.state);
        Ok(Self {
            id: JobId::from_i64(row.id),
            owner: UserId::from_uuid(row.user_id),
            kind: kind.ok_or_else(|| damaged(format!("unknown kind `{}`", row.kind)))?,
            client: row.client,
            client_recording_id: row.client_recording_id,
            recorded_at: Moment::from_unix_ms(row.recorded_at),
            state: state.ok_or_else(|| damaged(format!("unknown state `{}`", row.state)))?,
            stage: row.stage,
            percent: u8::try_from(row.percent).unwrap_or(100),
            request: json(&row.request)?,
            result: row.result.as_deref().map(json).transpose()?,
            error_code: row.error_code,
            error_message: row.error_message,
            received_bytes: unsigned(row.received_bytes),
            total_bytes: row.total_bytes.map(unsigned),
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            cancel_asked: row.cancel_asked,
            created_at: Moment::from_unix_ms(row.created_at),
            started_at: row.started_at.map(Moment::from_unix_ms),
            finished_at: row.finished_at.map(Moment::from_unix_ms),
        })
    }
}
