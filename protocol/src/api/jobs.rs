//! Work that outlives a connection: recordings made offline, files.

use serde::{Deserialize, Serialize};

use crate::server::WordTiming;
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
    /// A file of any kind that the server can read, which its contents say. Its text does not go into the history:
    /// `GET /api/recordings/{id}/result` has it.
    File,
}

/// How those who speak in a file are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SpeakerLabels {
    #[default]
    None,
    /// Each channel is one.
    Channels,
    /// By their voices.
    Voices,
    /// By channel where the channels hold different things, else by voice.
    Auto,
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
    /// Only for files.
    #[serde(default)]
    pub speakers: SpeakerLabels,
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
    /// Sound that has its text so far; only while it runs.
    pub heard_ms: Option<u64>,
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
    /// Where the end of the file is missing, or a part could not be transcribed.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// `GET /api/recordings/{id}/result`: the text of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FileTranscript {
    /// All of it.
    pub text: String,
    /// ISO 639 code of the language that most was said in.
    pub language: String,
    pub audio_ms: u64,
    /// In the order of time.
    pub parts: Vec<FilePart>,
    pub warnings: Vec<String>,
}

/// What was said between two pauses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FilePart {
    pub start_ms: u64,
    pub end_ms: u64,
    pub text: String,
    pub language: String,
    pub confidence: f64,
    /// `A`, `B`, ... in the order of appearance, where speakers are told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// As recognised; times from the beginning of the file.
    pub words: Vec<WordTiming>,
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
