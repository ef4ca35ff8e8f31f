//! Work that outlives a connection: recordings made offline, files.

use serde::{Deserialize, Serialize};

use crate::settings::SessionSettings;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// A recording that a client made while it was offline.
    Recording,
    File,
    Batch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
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

/// How the sound of a recording is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RecordingEncoding {
    /// A WAV file.
    #[default]
    Wav,
    /// Bare samples as `settings.audio` says (16-bit little endian, 16 kHz, mono where it says nothing).
    Raw,
}

/// `POST /api/recordings`. Sent again with the same `client_recording_id` it answers with the recording as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewRecording {
    /// The client's own id; a recording is transcribed once for each.
    pub client_recording_id: String,
    /// The device. Recordings of one device are transcribed one after the other, in the order of `recorded_at`.
    #[serde(default)]
    pub client: String,
    /// When it was recorded, RFC 3339.
    pub recorded_at: String,
    /// Bytes that will come.
    pub total_bytes: u64,
    #[serde(default)]
    pub encoding: RecordingEncoding,
    #[serde(default)]
    pub settings: SessionSettings,
}

/// A job as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Job {
    pub id: String,
    pub kind: JobKind,
    pub client: String,
    pub client_recording_id: Option<String>,
    pub recorded_at: String,
    pub state: JobState,
    /// A word for what is being done now.
    pub stage: String,
    pub percent: u8,
    /// Jobs before this one; only while it waits.
    pub queue_position: Option<u64>,
    /// Where the upload is to go on.
    pub received_bytes: u64,
    pub total_bytes: Option<u64>,
    pub attempts: u32,
    pub result: Option<JobResult>,
    pub error: Option<JobError>,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct JobResult {
    /// All of the text.
    pub text: String,
    /// The transcripts in the history.
    pub transcripts: Vec<String>,
    pub audio_ms: u64,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct JobError {
    pub code: String,
    pub message: String,
}

/// `GET /api/jobs`, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct JobPage {
    pub items: Vec<Job>,
    /// `before` of the next page; none where this is the last.
    pub next: Option<String>,
}

/// `PUT /api/recordings/{id}/data?offset=`: how far the upload is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UploadState {
    pub received_bytes: u64,
    pub total_bytes: u64,
    pub complete: bool,
}
