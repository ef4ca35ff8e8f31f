//! Everything that is kept: people, their logins, settings and words, what they said, and the search in it.
//!
//! The only user of SeaORM besides the migrations; nothing of it leaves the package. SQLite and PostgreSQL answer
//! alike. Whatever belongs to a person is asked for with their `UserId`, in every method that touches it, so no
//! caller can forget whose rows it means; the few methods that concern everybody (clean-up, the job queue, admin
//! lists) say so. Time is an argument (`now`): the store has no clock of its own.
//!
//! ```no_run
//! # async fn example() -> store::Result<()> {
//! use store::{HistoryFilter, Moment, SearchQuery, SearchOrder, SearchRequest, Store, StoreOptions, UserId};
//!
//! let store = Store::connect(&StoreOptions::new("sqlite://data/alfavoice.db")).await?;
//! let owner = store.users().ensure_local("local", Moment::now()).await?.id;
//! let page = store.transcripts().page(owner, &HistoryFilter::default(), None, 50).await?;
//! if let Some(query) = SearchQuery::parse("отчёты") {
//!     let filter = HistoryFilter::default();
//!     let request = SearchRequest { query, filter, order: SearchOrder::Relevance, after: None, limit: 20 };
//!     let found = store.transcripts().search(owner, &request).await?;
//! }
//! # Ok(()) }
//! ```

mod api_keys;
mod attach;
mod audio;
mod audit;
mod backup;
mod connection;
mod dictionary;
mod entity;
mod error;
mod export;
#[cfg(feature = "testing")]
mod held_lock;
mod ids;
mod invites;
mod jobs;
mod moment;
mod options;
mod plans;
mod reindex;
mod retention;
mod search;
mod sessions;
mod settings;
mod snippets;
#[cfg(feature = "testing")]
pub mod testing;
mod transcripts;
mod usage;
mod users;
mod values;
mod vocabulary;

pub use api_keys::{ApiKey, ApiKeys, KeyHolder, NewApiKey};
pub use attach::SoundPlace;
pub use audio::{Audio, AudioFile, NewAudioFile};
pub use audit::{Audit, AuditEntry, AuditFilter, AuditRecord};
pub use backup::{BackupFacts, check_backup, restore};
pub use connection::{MigrationState, Store};
pub use dictionary::{Dictionary, Entry, NewEntry};
pub use error::{DbErrSource, Result, StoreError};
pub use export::{Export, ExportItem};
pub use ids::{ApiKeyId, AudioId, AuditId, EntryId, FamilyId, InviteId, JobId, SnippetId, TranscriptId, UserId};
pub use invites::{Invite, Invites};
pub use jobs::{Cancellation, Creation, Failure, Job, JobKind, JobProgress, JobState, Jobs, Lease, LeaseState, NewJob};
pub use moment::{Day, Moment};
pub use options::{DatabaseKind, StoreOptions};
pub use plans::QueryPlan;
pub use retention::{Policy, Removal, Retention};
pub use search::{Piece, SearchQuery, Snippet};
pub use sessions::{Login, Rotation, Sessions, Ticket};
pub use settings::{Expected, Settings, UserSettings};
pub use snippets::{NewSnippet, SavedSnippet, Snippets};
pub use transcripts::{
    CleanedBy, HistoryFilter, HistoryPage, NewTranscript, Recorded, SearchCursor, SearchHit, SearchOrder, SearchPage,
    SearchRequest, TextEdit, TimedWord, Timings, Transcript, TranscriptDetails, Transcripts, WholeTranscript,
};
pub use usage::{Consumption, DayConsumption, Usage};
pub use users::{Credentials, NewUser, Registration, User, UserRole, Users};
pub use values::SecretHash;
pub use vocabulary::Shelf;
