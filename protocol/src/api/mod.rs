//! The JSON of the HTTP API under `/api`, for the server and for every client of it.
//!
//! Field names are snake_case, times are RFC 3339 in UTC, ids are opaque texts. Fields are only ever added; a field
//! that may be missing is `null` or left out. The feature `openapi` describes the types in the server's OpenAPI
//! document, `typescript` writes them for the browser.

mod admin;
mod auth;
mod cleaning;
mod history;
mod jobs;
mod keys;
mod placement;
mod settings;
mod usage;
mod vocabulary;

pub use admin::{AuditEntry, AuditPage, CreatedInvite, Invite, InviteList, NewInvite, UserChange, UserPage};
pub use auth::{
    AuthKind, Ended, LoginList, LoginRequest, LoginSession, LogoutRequest, Me, NewTicket, PasswordChange,
    RefreshRequest, RegisterRequest, RegistrationMode, Role, ServerFacts, Ticket, Tokens, User,
};
pub use cleaning::{CleanText, NewCleaning};
pub use history::{HistoryPage, SnippetPiece, TextSnippet, Transcript, TranscriptChange, TranscriptDetail};
pub use jobs::{
    FilePart, FileTranscript, Job, JobError, JobKind, JobPage, JobResult, JobState, NewRecording, RecordingEncoding,
    SpeakerLabels, UploadState,
};
pub use keys::{ApiKey, ApiKeyList, CreatedApiKey, NewApiKey, Scope};
pub use placement::{PlacedSlot, PlacedWorker, Placement, PlacementNode, WorkerState};
pub use settings::{
    LocalText, Preferences, SettingField, SettingGroup, SettingKind, SettingOption, SettingsDocument, SettingsSchema,
    SettingsVersion,
};
pub use usage::{DayUsage, QuotaState, Usage};
pub use vocabulary::{
    DictionaryEntry, DictionaryImport, DictionaryList, NewDictionaryEntry, NewSnippet, Shelf, Snippet, SnippetImport,
    SnippetList,
};
