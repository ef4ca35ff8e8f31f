//! Everything the store has of one person, item by item, in constant memory.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;

use crate::api_keys::ApiKey;
use crate::audio::AudioFile;
use crate::connection::Store;
use crate::dictionary::Entry;
use crate::error::{Result, StoreError};
use crate::ids::{AudioId, JobId, TranscriptId, UserId};
use crate::jobs::Job;
use crate::moment::Day;
use crate::sessions::Login;
use crate::settings::UserSettings;
use crate::snippets::SavedSnippet;
use crate::transcripts::{HistoryFilter, WholeTranscript, details_of};
use crate::usage::DayConsumption;
use crate::users::User;
use crate::vocabulary::Shelf;

/// Rows read at a time.
const PAGE: u32 = 200;

/// One thing of the person's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "item", rename_all = "snake_case")]
pub enum ExportItem {
    User(User),
    Settings(UserSettings),
    DictionaryEntry(Entry),
    Snippet(SavedSnippet),
    ApiKey(ApiKey),
    Login(Login),
    Usage(DayConsumption),
    Job(Box<Job>),
    /// Newest first; without the deleted ones.
    Transcript(Box<WholeTranscript>),
    /// Its bytes are in the audio folder at `path`.
    AudioFile(AudioFile),
}

/// A running export; ask for `next` until there is none.
pub struct Export {
    store: Store,
    owner: UserId,
    ready: VecDeque<ExportItem>,
    stage: Stage,
}

enum Stage {
    Single,
    Jobs(Option<JobId>),
    Transcripts(Option<TranscriptId>),
    Audio(Option<AudioId>),
    End,
}

impl Store {
    pub fn export(&self, owner: UserId) -> Export {
        Export { store: self.clone(), owner, ready: VecDeque::new(), stage: Stage::Single }
    }
}

impl Export {
    /// The next item; fails with `NotFound` at once when there is no such user.
    pub async fn next(&mut self) -> Result<Option<ExportItem>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(Some(item));
            }
            self.stage = match self.stage {
                Stage::Single => self.single().await?,
                Stage::Jobs(before) => self.jobs(before).await?,
                Stage::Transcripts(before) => self.transcripts(before).await?,
                Stage::Audio(after) => self.audio(after).await?,
                Stage::End => return Ok(None),
            };
        }
    }

    /// What there is little of, at once.
    async fn single(&mut self) -> Result<Stage> {
        let (store, owner) = (&self.store, self.owner);
        let user = store.users().get(owner).await?.ok_or(StoreError::NotFound { what: "user" })?;
        let settings = store.settings().get(owner).await?;
        let entries = store.dictionary().list(Shelf::Personal(owner)).await?;
        let snippets = store.snippets().list(Shelf::Personal(owner)).await?;
        let keys = store.api_keys().list(owner).await?;
        let logins = store.sessions().list(owner, crate::moment::Moment::from_unix_ms(0)).await?;
        let days = store.usage().days(owner, Day::from_number(i64::MIN), Day::from_number(i64::MAX)).await?;
        self.ready.extend([ExportItem::User(user), ExportItem::Settings(settings)]);
        self.ready.extend(entries.into_iter().map(ExportItem::DictionaryEntry));
        self.ready.extend(snippets.into_iter().map(ExportItem::Snippet));
        self.ready.extend(keys.into_iter().map(ExportItem::ApiKey));
        self.ready.extend(logins.into_iter().map(ExportItem::Login));
        self.ready.extend(days.into_iter().map(ExportItem::Usage));
        Ok(Stage::Jobs(None))
    }

    async fn jobs(&mut self, before: Option<JobId>) -> Result<Stage> {
        let jobs = self.store.jobs().page(self.owner, before, PAGE).await?;
        let next = jobs.last().map(|job| job.id);
        self.ready.extend(jobs.into_iter().map(|job| ExportItem::Job(Box::new(job))));
        Ok(next.map_or(Stage::Transcripts(None), |last| Stage::Jobs(Some(last))))
    }

    async fn transcripts(&mut self, before: Option<TranscriptId>) -> Result<Stage> {
        let page = self.store.transcripts().page(self.owner, &HistoryFilter::default(), before, PAGE).await?;
        let ids: Vec<i64> = page.transcripts.iter().map(|transcript| transcript.id.as_i64()).collect();
        let mut details: HashMap<i64, _> = details_of(&self.store, &ids).await?.into_iter().collect();
        self.ready.extend(page.transcripts.into_iter().map(|transcript| {
            let details = details.remove(&transcript.id.as_i64()).unwrap_or_default();
            ExportItem::Transcript(Box::new(WholeTranscript { transcript, details }))
        }));
        Ok(page.next.map_or(Stage::Audio(None), |last| Stage::Transcripts(Some(last))))
    }

    async fn audio(&mut self, after: Option<AudioId>) -> Result<Stage> {
        let files = self.store.audio().page(self.owner, after, PAGE).await?;
        let last = files.last().map(|file| file.id);
        self.ready.extend(files.into_iter().map(ExportItem::AudioFile));
        Ok(last.map_or(Stage::End, |last| Stage::Audio(Some(last))))
    }
}
