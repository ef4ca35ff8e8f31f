//! The history: what was said, by whom, when, and how it became text.
//!
//! `record` writes, `page` and `get` read, `search` finds, `remove` deletes. Every one of them is asked in the name
//! of an owner.

mod correct;
mod page;
mod record;
mod remove;
mod search;

use serde::{Deserialize, Serialize};

use crate::connection::Store;
use crate::entity::recordings::transcripts;
use crate::error::Result;
use crate::ids::{AudioId, TranscriptId, UserId};
use crate::moment::Moment;
use crate::values::unsigned;

pub use page::{HistoryFilter, HistoryPage};
pub use record::{NewTranscript, Recorded};
pub use search::{SearchCursor, SearchHit, SearchOrder, SearchPage, SearchRequest};

pub(crate) use page::{details_of, page_query};
pub(crate) use record::record_in;
pub(crate) use remove::delete_for_good;
pub(crate) use search::candidates_statement;

/// One utterance in the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    pub id: TranscriptId,
    pub session: String,
    /// Unique for the owner for all time; see `NewTranscript::utterance`.
    pub utterance: String,
    pub client_recording_id: Option<String>,
    /// When it was said.
    pub recorded_at: Moment,
    /// When it was stored.
    pub created_at: Moment,
    /// ISO 639 code.
    pub language: String,
    pub style: String,
    pub app: String,
    pub text: String,
    /// As it came out of the recogniser.
    pub raw_text: String,
    pub confidence: f64,
    pub audio_ms: u64,
    pub cleaned_by: CleanedBy,
    /// The kept sound, if any.
    pub audio: Option<AudioId>,
}

/// What only one transcript at a time is asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TranscriptDetails {
    pub words: Vec<TimedWord>,
    pub edits: Vec<TextEdit>,
    pub timings: Timings,
}

/// A transcript with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WholeTranscript {
    #[serde(flatten)]
    pub transcript: Transcript,
    #[serde(flatten)]
    pub details: TranscriptDetails,
}

/// Who made the text of the raw text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CleanedBy {
    Llm,
    Rules,
}

impl CleanedBy {
    fn as_str(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Rules => "rules",
        }
    }
}

/// A recognised word. Times count from the start of the utterance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimedWord {
    pub word: String,
    pub start_ms: u32,
    pub end_ms: u32,
    pub confidence: f32,
}

/// A change from raw text to text, as the client was told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEdit {
    pub kind: String,
    pub from: String,
    pub to: String,
    pub at: u32,
}

/// Where the time went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timings {
    pub queue_ms: u32,
    pub asr_ms: u32,
    /// None where no language model was asked.
    pub llm_ms: Option<u32>,
    pub since_speech_end_ms: u32,
}

/// The transcripts of a store.
#[derive(Clone, Copy)]
pub struct Transcripts<'s> {
    store: &'s Store,
}

impl Store {
    pub fn transcripts(&self) -> Transcripts<'_> {
        Transcripts { store: self }
    }
}

impl Transcripts<'_> {
    /// Writes finals in one transaction, each at most once however often it is given: what came of each, in order.
    /// Any number and any mix of owners. On an error nothing was written.
    pub async fn record(&self, new: &[NewTranscript]) -> Result<Vec<Recorded>> {
        record::record(self.store, new).await
    }

    /// The owner's history, newest first.
    pub async fn page(
        &self,
        owner: UserId,
        filter: &HistoryFilter,
        before: Option<TranscriptId>,
        limit: u32,
    ) -> Result<HistoryPage> {
        page::page(self.store, owner, filter, before, limit).await
    }

    /// What in the owner's history matches, with the hits marked.
    pub async fn search(&self, owner: UserId, request: &SearchRequest) -> Result<SearchPage> {
        search::search(self.store, owner, request).await
    }

    /// None also when it is another's or deleted.
    pub async fn get(&self, owner: UserId, id: TranscriptId) -> Result<Option<WholeTranscript>> {
        page::get(self.store, owner, id).await
    }

    /// Puts the owner's own words in the place of the text; the raw text stays. Whether it was there to correct.
    pub async fn correct(&self, owner: UserId, id: TranscriptId, text: &str, style: Option<&str>) -> Result<bool> {
        correct::correct(self.store, owner, id, text, style).await
    }

    /// How many the owner has, without the deleted ones.
    pub async fn count(&self, owner: UserId) -> Result<u64> {
        page::count(self.store, owner).await
    }

    /// Out of sight at once, can be undone until it is purged. Whether it was there to delete.
    pub async fn delete(&self, owner: UserId, id: TranscriptId, now: Moment) -> Result<bool> {
        remove::delete(self.store, owner, id, now).await
    }

    /// Takes back `delete`. Whether there was one to take back.
    pub async fn undo_delete(&self, owner: UserId, id: TranscriptId) -> Result<bool> {
        remove::undo_delete(self.store, owner, id).await
    }

    /// Removes for good, deleted before or not; its sound goes to `audio().doomed()` if nothing else uses it.
    pub async fn purge(&self, owner: UserId, id: TranscriptId, now: Moment) -> Result<bool> {
        remove::purge(self.store, owner, id, now).await
    }

    /// Removes all of the owner's transcripts for good; how many.
    pub async fn purge_all(&self, owner: UserId, now: Moment) -> Result<u64> {
        remove::purge_all(self.store, owner, now).await
    }
}

impl From<transcripts::Model> for Transcript {
    fn from(row: transcripts::Model) -> Self {
        Self {
            id: TranscriptId::from_i64(row.id),
            session: row.session,
            utterance: row.utterance,
            client_recording_id: row.client_recording_id,
            recorded_at: Moment::from_unix_ms(row.recorded_at),
            created_at: Moment::from_unix_ms(row.created_at),
            language: row.language,
            style: row.style,
            app: row.app,
            text: row.text,
            raw_text: row.raw_text,
            confidence: row.confidence,
            audio_ms: unsigned(row.audio_ms),
            cleaned_by: if row.cleaned_by == "llm" { CleanedBy::Llm } else { CleanedBy::Rules },
            audio: row.audio_id.map(AudioId::from_uuid),
        }
    }
}
