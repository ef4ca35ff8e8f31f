//! The task that stores finals: at once where it can be, by way of the journal where not.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::metrics as names;
use metrics::{counter, gauge};
use protocol::api::Preferences;
use store::{Consumption, Moment, NewTranscript, Recorded, Store, StoreError, UserId};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tracing::{error, info, warn};

use super::Message;
use super::entry::Entry;
use super::journal::{Durability, Journal};
use crate::auth::LOCAL;
use crate::database::Database;

/// Finals stored in one transaction.
const BATCH: usize = 200;

/// A database that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A wish not to keep a history holds after so long at the latest.
const WISHES_LAST: Duration = Duration::from_secs(5);

pub(super) struct Writer {
    database: Database,
    journal: Arc<Journal>,
    /// While set the database is away, and finals go straight to the journal.
    next_try: Option<(tokio::time::Instant, Duration)>,
    local: Option<UserId>,
    wishes: HashMap<UserId, (Instant, bool)>,
}

impl Writer {
    pub fn new(database: Database, journal: Arc<Journal>) -> Self {
        // What an earlier run left is the first thing to do.
        let first = (!journal.is_empty()).then(|| (tokio::time::Instant::now(), FIRST_PAUSE));
        Self { database, journal, next_try: first, local: None, wishes: HashMap::new() }
    }

    pub async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut batch = Vec::new();
        loop {
            let until = self.next_try.map(|(at, _)| at);
            let retry = async {
                match until {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                received = messages.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        return;
                    }
                    self.take(&mut batch).await;
                }
                () = retry => self.try_again().await,
            }
        }
    }

    async fn take(&mut self, batch: &mut Vec<Message>) {
        let mut entries = Vec::with_capacity(batch.len());
        let mut flushes = Vec::new();
        for message in batch.drain(..) {
            match message {
                Message::Final(entry) => entries.push(*entry),
                Message::Flush(done) => flushes.push(done),
            }
        }
        if !entries.is_empty() {
            gauge!(names::RECORDS_WAITING).set(entries.len() as f64);
            self.keep(entries).await;
            gauge!(names::RECORDS_WAITING).set(0.0);
        }
        for done in flushes {
            let _ = done.send(());
        }
    }

    /// Into the database, or into the journal.
    async fn keep(&mut self, entries: Vec<Entry>) {
        if self.next_try.is_none() {
            match self.store(&entries).await {
                Ok(()) => {
                    // Some may have found the channel full meanwhile.
                    if !self.journal.is_empty() {
                        self.next_try = Some((tokio::time::Instant::now(), FIRST_PAUSE));
                    }
                    return;
                }
                Err(error) => {
                    warn!(%error, finals = entries.len(), "finals wait in the journal for the database");
                    self.pause(FIRST_PAUSE);
                }
            }
        }
        counter!(names::RECORDS, "became" => "journal").increment(entries.len() as u64);
        let journal = Arc::clone(&self.journal);
        let written = spawn_blocking(move || {
            let written = journal.append(&entries, Durability::Synced);
            (written, entries.len())
        });
        match written.await {
            Ok((Ok(()), _)) => {}
            Ok((Err(error), lost)) => {
                error!(%error, finals = lost, "neither database nor journal takes finals; free some space");
                counter!(names::RECORDS, "became" => "lost").increment(lost as u64);
            }
            Err(error) => error!(%error, "the journal's task failed"),
        }
    }

    /// Stores what waits in the journal, file by file.
    async fn try_again(&mut self) {
        let pause = self.next_try.map_or(FIRST_PAUSE, |(_, pause)| pause);
        let mut stored = 0;
        loop {
            let journal = Arc::clone(&self.journal);
            let taken = spawn_blocking(move || journal.take()).await;
            let entries = match taken.unwrap_or_else(|error| Err(std::io::Error::other(error))) {
                Ok(Some(entries)) => entries,
                Ok(None) => break,
                Err(error) => {
                    error!(%error, "the journal cannot be read");
                    return self.pause((pause * 2).min(LONGEST_PAUSE));
                }
            };
            for part in entries.chunks(BATCH) {
                if let Err(error) = self.store(part).await {
                    if stored == 0 {
                        warn!(%error, "the database is still away");
                    }
                    return self.pause((pause * 2).min(LONGEST_PAUSE));
                }
                stored += part.len();
            }
            if let Err(error) = self.journal.stored() {
                error!(%error, "the journal cannot be removed; it will be read again");
                return self.pause(LONGEST_PAUSE);
            }
        }
        self.next_try = None;
        if stored > 0 {
            info!(finals = stored, "the database is back; what waited is stored");
        }
    }

    fn pause(&mut self, pause: Duration) {
        self.next_try = Some((tokio::time::Instant::now() + pause, pause));
    }

    /// All or an error. What the database will never take is put aside and counts as done.
    async fn store(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let database = self.database.clone();
        let Some(store) = database.get() else {
            return Err(StoreError::Unavailable { reason: "it was never there yet".to_owned(), source: None });
        };
        let all = self.store_all(store, entries);
        let outcome = match tokio::time::timeout(PATIENCE, all).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::Unavailable { reason: "it takes too long".to_owned(), source: None }),
        };
        match outcome {
            Err(error) if !error.is_transient() && entries.len() > 1 => {
                for entry in entries {
                    Box::pin(self.store(std::slice::from_ref(entry))).await?;
                }
                Ok(())
            }
            Err(error) if !error.is_transient() => {
                error!(%error, utterance = entries[0].transcript.utterance, "the database will not take this final");
                counter!(names::RECORDS, "became" => "rejected").increment(1);
                self.journal.reject(entries).map_err(|source| StoreError::File { path: "rejected".to_owned(), source })
            }
            outcome => outcome,
        }
    }

    async fn store_all(&mut self, store: &Store, entries: &[Entry]) -> Result<(), StoreError> {
        let (mut wanted, mut tokens) = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
        let mut used: HashMap<(UserId, store::Day), Consumption> = HashMap::new();
        let mut count = |transcript: &NewTranscript, llm_tokens: u64| {
            let day = used.entry((transcript.owner, transcript.recorded_at.day())).or_default();
            day.audio_ms += transcript.audio_ms;
            day.llm_tokens += llm_tokens;
        };
        for entry in entries {
            let mut transcript = entry.transcript.clone();
            if entry.is_local() {
                transcript.owner = self.local_user(store).await?;
            }
            if self.wants_history(store, transcript.owner).await? {
                wanted.push(transcript);
                tokens.push(entry.llm_tokens);
            } else {
                // Not kept, but the work was done; a replay may count it twice, which nobody notices in a month.
                count(&transcript, entry.llm_tokens);
            }
        }
        let recorded = store.transcripts().record(&wanted).await?;
        for ((transcript, recorded), tokens) in wanted.iter().zip(&recorded).zip(tokens) {
            if matches!(recorded, Recorded::Stored(_)) {
                count(transcript, tokens);
            }
        }
        for ((owner, day), more) in used {
            match store.usage().add(owner, day, more).await {
                Ok(()) | Err(StoreError::NotFound { .. }) => {}
                // The finals are stored; trying again would not count them any more.
                Err(error) => warn!(%error, "what was consumed could not be noted"),
            }
        }
        counter!(names::RECORDS, "became" => "stored").increment(wanted.len() as u64);
        Ok(())
    }

    async fn local_user(&mut self, store: &Store) -> Result<UserId, StoreError> {
        if let Some(user) = self.local {
            return Ok(user);
        }
        let user = store.users().ensure_local(LOCAL, Moment::now()).await?.id;
        self.local = Some(user);
        Ok(user)
    }

    async fn wants_history(&mut self, store: &Store, user: UserId) -> Result<bool, StoreError> {
        if let Some((asked, wish)) = self.wishes.get(&user)
            && asked.elapsed() < WISHES_LAST
        {
            return Ok(*wish);
        }
        let body = store.settings().get(user).await?.body;
        let wish = serde_json::from_value::<Preferences>(body).unwrap_or_default().keep_history;
        if self.wishes.len() > 10_000 {
            self.wishes.clear();
        }
        self.wishes.insert(user, (Instant::now(), wish));
        Ok(wish)
    }
}
