//! Writing finals: many in one transaction, each once.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Alias, IntoIden, LockType, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryResult, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CleanedBy, TimedWord, TranscriptDetails};
use crate::connection::Store;
use crate::entity::people::users;
use crate::entity::recordings::{audio, transcript_details, transcripts};
use crate::error::{Result, StoreError};
use crate::ids::{AudioId, TranscriptId, UserId, new_ordinal};
use crate::moment::Moment;
use crate::reindex::stems_for;
use crate::values::{key, optional_key, signed, text};

/// Rows per statement: 17 values each, and SQLite takes 32766 in one.
const CHUNK: usize = 500;

/// Tries to find a free id. With a thousand rows of one millisecond the second is nearly always enough.
const ID_ATTEMPTS: u32 = 16;

/// A final to be kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewTranscript {
    pub owner: UserId,
    pub session: String,
    /// The name under which it is stored once: unique for the owner for all time, and the same whenever the same
    /// utterance is recorded again ("{session}:{number}", "{client_recording_id}:{number}").
    pub utterance: String,
    pub client_recording_id: Option<String>,
    pub recorded_at: Moment,
    pub created_at: Moment,
    pub language: String,
    pub style: String,
    pub app: String,
    pub text: String,
    pub raw_text: String,
    pub confidence: f64,
    pub audio_ms: u64,
    pub cleaned_by: CleanedBy,
    /// A file registered with `audio().keep` before; one that is not the owner's (any more) is left out.
    pub audio: Option<AudioId>,
    pub details: TranscriptDetails,
}

/// What came of recording one final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is in the history now.
    Stored(TranscriptId),
    /// It was there already and stays as it was.
    AlreadyThere(TranscriptId),
    /// Its owner has been removed; there is nobody to keep it for.
    OwnerGone,
}

pub async fn record(store: &Store, new: &[NewTranscript]) -> Result<Vec<Recorded>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    // Stemming takes longer than writing; nobody waits for the lock meanwhile.
    let rows: Vec<Row> = new.iter().map(Row::of).collect();
    let tx = store.begin().await?;
    let recorded = record_rows(&tx, &rows).await?;
    tx.commit().await?;
    Ok(recorded)
}

/// The same inside somebody's transaction.
pub(crate) async fn record_in(tx: &DatabaseTransaction, new: &[NewTranscript]) -> Result<Vec<Recorded>> {
    let rows: Vec<Row> = new.iter().map(Row::of).collect();
    record_rows(tx, &rows).await
}

/// Owner and utterance: what a final is told apart by.
type Key = (Uuid, String);

/// A final in the form of the table.
struct Row<'n> {
    key: Key,
    new: &'n NewTranscript,
    stems: String,
    words: String,
    edits: String,
    timings: String,
}

impl<'n> Row<'n> {
    fn of(new: &'n NewTranscript) -> Self {
        let finite = |word: &TimedWord| TimedWord {
            // JSON has no way to write the others, and a word without a number could not be read back.
            confidence: if word.confidence.is_finite() { word.confidence } else { 0.0 },
            ..word.clone()
        };
        let words: Vec<TimedWord> = new.details.words.iter().map(finite).collect();
        Self {
            key: (new.owner.as_uuid(), key(&new.utterance)),
            new,
            stems: stems_for(&new.text, &new.raw_text),
            words: json(&words),
            edits: json(&new.details.edits),
            timings: json(&new.details.timings),
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain structures with string keys always become JSON")
}

async fn record_rows(tx: &DatabaseTransaction, rows: &[Row<'_>]) -> Result<Vec<Recorded>> {
    let mut outcomes = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(CHUNK) {
        outcomes.extend(record_chunk(tx, chunk).await?);
    }
    Ok(outcomes)
}

async fn record_chunk(tx: &DatabaseTransaction, rows: &[Row<'_>]) -> Result<Vec<Recorded>> {
    let owners = existing_owners(tx, rows).await?;
    let files = usable_files(tx, rows).await?;
    let mut placed: HashMap<Key, Recorded> = HashMap::new();
    let mut seen = HashSet::new();
    // The same final twice in one batch is written for its first.
    let mut open: Vec<&Row> =
        rows.iter().filter(|row| owners.contains(&row.key.0) && seen.insert(row.key.clone())).collect();
    for _ in 0..ID_ATTEMPTS {
        if open.is_empty() {
            break;
        }
        for (key, id) in insert(tx, &open, &files).await? {
            placed.insert(key, Recorded::Stored(id));
        }
        open.retain(|row| !placed.contains_key(&row.key));
        // What was not written is there already, or drew an id that is taken and draws again.
        for (key, id) in find(tx, &open).await? {
            placed.insert(key, Recorded::AlreadyThere(id));
        }
        open.retain(|row| !placed.contains_key(&row.key));
    }
    if !open.is_empty() {
        return Err(StoreError::unavailable("no free id could be found"));
    }
    insert_details(tx, rows, &placed).await?;
    let mut told = HashSet::new();
    let outcome = |row: &Row<'_>| match placed.get(&row.key) {
        None => Recorded::OwnerGone,
        Some(Recorded::Stored(id)) if !told.insert(row.key.clone()) => Recorded::AlreadyThere(*id),
        Some(outcome) => *outcome,
    };
    Ok(rows.iter().map(outcome).collect())
}

/// Those owners of the rows that there are; they cannot be removed until the transaction ends.
async fn existing_owners(tx: &DatabaseTransaction, rows: &[Row<'_>]) -> Result<HashSet<Uuid>> {
    let wanted: HashSet<Uuid> = rows.iter().map(|row| row.key.0).collect();
    let found = users::Entity::find()
        .select_only()
        .column(users::Column::Id)
        .filter(users::Column::Id.is_in(wanted))
        .lock(LockType::KeyShare)
        .into_tuple::<Uuid>()
        .all(tx)
        .await?;
    Ok(found.into_iter().collect())
}

/// Files that the rows may refer to, with their owners.
async fn usable_files(tx: &DatabaseTransaction, rows: &[Row<'_>]) -> Result<HashSet<(Uuid, Uuid)>> {
    let wanted: HashSet<Uuid> = rows.iter().filter_map(|row| row.new.audio).map(AudioId::as_uuid).collect();
    if wanted.is_empty() {
        return Ok(HashSet::new());
    }
    let found = audio::Entity::find()
        .select_only()
        .columns([audio::Column::Id, audio::Column::UserId])
        .filter(audio::Column::Id.is_in(wanted))
        .filter(audio::Column::DoomedAt.is_null())
        .filter(audio::Column::UserId.is_not_null())
        .lock(LockType::Share)
        .into_tuple::<(Uuid, Uuid)>()
        .all(tx)
        .await?;
    Ok(found.into_iter().collect())
}

/// Writes what is not there yet; the keys and ids of what was written.
async fn insert(
    tx: &DatabaseTransaction,
    rows: &[&Row<'_>],
    files: &HashSet<(Uuid, Uuid)>,
) -> Result<Vec<(Key, TranscriptId)>> {
    use transcripts::Column as C;
    let mut insert = Query::insert();
    insert.into_table(transcripts::Entity).columns([
        C::Id.into_iden(),
        C::UserId.into_iden(),
        C::Session.into_iden(),
        C::Utterance.into_iden(),
        C::ClientRecordingId.into_iden(),
        C::RecordedAt.into_iden(),
        C::CreatedAt.into_iden(),
        C::Language.into_iden(),
        C::Style.into_iden(),
        C::App.into_iden(),
        C::Text.into_iden(),
        C::RawText.into_iden(),
        Alias::new("stems").into_iden(),
        C::Confidence.into_iden(),
        C::AudioMs.into_iden(),
        C::CleanedBy.into_iden(),
        C::AudioId.into_iden(),
    ]);
    for row in rows {
        let new = row.new;
        let file = new.audio.map(AudioId::as_uuid).filter(|id| files.contains(&(*id, row.key.0)));
        insert.values_panic([
            new_ordinal(new.recorded_at).into(),
            row.key.0.into(),
            text(new.session.as_str()).into(),
            row.key.1.as_str().into(),
            optional_key(new.client_recording_id.as_deref()).into(),
            new.recorded_at.unix_ms().into(),
            new.created_at.unix_ms().into(),
            text(new.language.as_str()).into(),
            text(new.style.as_str()).into(),
            text(new.app.as_str()).into(),
            text(new.text.as_str()).into(),
            text(new.raw_text.as_str()).into(),
            row.stems.as_str().into(),
            (if new.confidence.is_finite() { new.confidence } else { 0.0 }).into(),
            signed(new.audio_ms).into(),
            new.cleaned_by.as_str().into(),
            file.into(),
        ]);
    }
    // Without a target: a taken id must not end the transaction either.
    insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    insert.returning(Query::returning().columns([C::UserId, C::Utterance, C::Id]));
    let written = tx.query_all(&insert).await?;
    written.iter().map(key_and_id).collect()
}

/// Those of the rows that are in the table.
async fn find(tx: &DatabaseTransaction, rows: &[&Row<'_>]) -> Result<Vec<(Key, TranscriptId)>> {
    use transcripts::Column as C;
    let mut by_owner: HashMap<Uuid, Vec<&str>> = HashMap::new();
    for row in rows {
        by_owner.entry(row.key.0).or_default().push(&row.key.1);
    }
    let mut found = Vec::new();
    for (owner, utterances) in by_owner {
        let there = transcripts::Entity::find()
            .select_only()
            .columns([C::UserId, C::Utterance, C::Id])
            .filter(C::UserId.eq(owner))
            .filter(C::Utterance.is_in(utterances))
            .into_tuple::<(Uuid, String, i64)>()
            .all(tx)
            .await?;
        found.extend(there.into_iter().map(|(owner, utterance, id)| ((owner, utterance), TranscriptId::from_i64(id))));
    }
    Ok(found)
}

fn key_and_id(row: &QueryResult) -> Result<(Key, TranscriptId)> {
    let key = (row.try_get("", "user_id")?, row.try_get("", "utterance")?);
    Ok((key, TranscriptId::from_i64(row.try_get("", "id")?)))
}

async fn insert_details(tx: &DatabaseTransaction, rows: &[Row<'_>], placed: &HashMap<Key, Recorded>) -> Result<()> {
    let mut written = HashSet::new();
    let details = rows.iter().filter_map(|row| match placed.get(&row.key) {
        Some(Recorded::Stored(id)) if written.insert(*id) => Some(transcript_details::Model {
            transcript_id: id.as_i64(),
            words: row.words.clone(),
            edits: row.edits.clone(),
            timings: row.timings.clone(),
        }),
        _ => None,
    });
    let details: Vec<transcript_details::ActiveModel> =
        details.map(|model| model.into_active_model().reset_all()).collect();
    if !details.is_empty() {
        transcript_details::Entity::insert_many(details).exec_without_returning(tx).await?;
    }
    Ok(())
}
