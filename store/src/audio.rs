//! The index of kept sound files. The files themselves are the caller's; the store says which there must be.
//!
//! A file dies in two steps: its row is marked doomed together with whatever made it useless, then the caller removes
//! the file and has the row forgotten. A crash in between leaves a doomed row, and the file is removed later.

use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Value,
};
use serde::{Deserialize, Serialize};

use crate::connection::Store;
use crate::entity::recordings::{audio, transcripts};
use crate::error::{Result, StoreError, is_unique_violation};
use crate::ids::{AudioId, UserId};
use crate::moment::Moment;
use crate::values::{check_label, optional_text, signed, text, unsigned};

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioFile {
    pub id: AudioId,
    /// Relative to the audio folder.
    pub path: String,
    pub bytes: u64,
    /// The key it is encrypted with; none: as it is.
    pub key_id: Option<String>,
    pub created_at: Moment,
    /// When it is to be removed whatever becomes of its transcript.
    pub expires_at: Option<Moment>,
}

/// A file that has just been written.
#[derive(Debug, Clone)]
pub struct NewAudioFile {
    pub path: String,
    pub bytes: u64,
    pub key_id: Option<String>,
    pub expires_at: Option<Moment>,
}

/// The sound files of a store.
#[derive(Clone, Copy)]
pub struct Audio<'s> {
    pub(crate) store: &'s Store,
}

impl Store {
    pub fn audio(&self) -> Audio<'_> {
        Audio { store: self }
    }
}

impl Audio<'_> {
    /// Enters a file. Register it before its transcript is recorded, which then refers to it.
    pub async fn keep(&self, owner: UserId, new: &NewAudioFile, now: Moment) -> Result<AudioId> {
        let (id, row) = row(owner, new, now)?;
        let inserted = audio::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(self.store.writer())
            .await;
        match inserted {
            Ok(_) => Ok(id),
            Err(error) if is_unique_violation(&error) => Err(StoreError::Taken { what: new.path.clone() }),
            Err(error) => Err(error.into()),
        }
    }

    /// None also when it is another's or about to be removed.
    pub async fn get(&self, owner: UserId, id: AudioId) -> Result<Option<AudioFile>> {
        let row = audio::Entity::find_by_id(id.as_uuid())
            .filter(audio::Column::UserId.eq(owner.as_uuid()))
            .filter(audio::Column::DoomedAt.is_null())
            .one(self.store.reader())
            .await?;
        Ok(row.map(AudioFile::from))
    }

    /// The owner's files after `after`, in the order of their ids.
    pub async fn page(&self, owner: UserId, after: Option<AudioId>, limit: u32) -> Result<Vec<AudioFile>> {
        let mut query = audio::Entity::find()
            .filter(audio::Column::UserId.eq(owner.as_uuid()))
            .filter(audio::Column::DoomedAt.is_null())
            .order_by_asc(audio::Column::Id)
            .limit(u64::from(limit));
        if let Some(after) = after {
            query = query.filter(audio::Column::Id.gt(after.as_uuid()));
        }
        Ok(query.all(self.store.reader()).await?.into_iter().map(AudioFile::from).collect())
    }

    /// Bytes kept for the owner now, for the storage quota.
    pub async fn stored_bytes(&self, owner: UserId) -> Result<u64> {
        let sum = self.store.statement(
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM audio
             WHERE user_id = $1 AND doomed_at IS NULL",
            [Value::from(owner.as_uuid())],
        );
        let row = self.store.reader().query_one_raw(sum).await?;
        Ok(row.map(|row| row.try_get::<i64>("", "bytes")).transpose()?.map_or(0, unsigned))
    }

    /// Removes the owner's file from its transcripts; it is then in `doomed()`. Whether it was there.
    pub async fn drop_file(&self, owner: UserId, id: AudioId, now: Moment) -> Result<bool> {
        let tx = self.store.begin().await?;
        let mine = audio::Column::Id.eq(id.as_uuid()).and(audio::Column::UserId.eq(owner.as_uuid()));
        let doomed = doom(&tx, Condition::all().add(mine), now).await?;
        tx.commit().await?;
        Ok(doomed > 0)
    }

    /// Files to be removed from the disk, of whomever they were. Remove each, then say `forget`.
    pub async fn doomed(&self, limit: u32) -> Result<Vec<AudioFile>> {
        let rows = audio::Entity::find()
            .filter(audio::Column::DoomedAt.is_not_null())
            .order_by_asc(audio::Column::DoomedAt)
            .limit(u64::from(limit))
            .all(self.store.reader())
            .await?;
        Ok(rows.into_iter().map(AudioFile::from).collect())
    }

    /// The files are gone. Only doomed ones are forgotten.
    pub async fn forget(&self, ids: &[AudioId]) -> Result<()> {
        for chunk in ids.chunks(500) {
            audio::Entity::delete_many()
                .filter(audio::Column::Id.is_in(chunk.iter().map(|id| id.as_uuid())))
                .filter(audio::Column::DoomedAt.is_not_null())
                .exec(self.store.writer())
                .await?;
        }
        Ok(())
    }

    /// Whether the index knows a file of this path; one that it does not know is left over from a crash.
    pub async fn knows(&self, path: &str) -> Result<bool> {
        let row = audio::Entity::find().filter(audio::Column::Path.eq(text(path))).one(self.store.reader()).await?;
        Ok(row.is_some())
    }
}

/// A new file in the form of the table.
pub(crate) fn row(owner: UserId, new: &NewAudioFile, now: Moment) -> Result<(AudioId, audio::Model)> {
    check_label("path", &new.path, 500)?;
    let id = AudioId::new();
    let row = audio::Model {
        id: id.as_uuid(),
        user_id: Some(owner.as_uuid()),
        path: text(new.path.as_str()),
        bytes: signed(new.bytes),
        key_id: optional_text(new.key_id.as_deref()),
        created_at: now.unix_ms(),
        expires_at: new.expires_at.map(Moment::unix_ms),
        doomed_at: None,
    };
    Ok((id, row))
}

/// Marks files and takes them out of their transcripts; how many were not marked before.
pub(crate) async fn doom(db: &impl ConnectionTrait, which: Condition, now: Moment) -> Result<u64> {
    // Marked first: what is to be marked may depend on the transcripts that refer to it.
    let marked = audio::Entity::update_many()
        .col_expr(audio::Column::DoomedAt, Expr::value(now.unix_ms()))
        .filter(which)
        .filter(audio::Column::DoomedAt.is_null())
        .exec(db)
        .await?;
    let doomed = Query::select()
        .column(audio::Column::Id)
        .from(audio::Entity)
        .and_where(audio::Column::DoomedAt.is_not_null())
        .to_owned();
    transcripts::Entity::update_many()
        .col_expr(transcripts::Column::AudioId, Expr::value(None::<uuid::Uuid>))
        .filter(transcripts::Column::AudioId.in_subquery(doomed))
        .exec(db)
        .await?;
    Ok(marked.rows_affected)
}

/// Marks those of the given files that no transcript refers to any more.
pub(crate) async fn doom_unused(db: &impl ConnectionTrait, ids: &[uuid::Uuid], now: Moment) -> Result<()> {
    for chunk in ids.chunks(500) {
        let used = Query::select()
            .expr(Expr::val(1))
            .from(transcripts::Entity)
            .and_where(
                Expr::col((transcripts::Entity, transcripts::Column::AudioId))
                    .equals((audio::Entity, audio::Column::Id)),
            )
            .to_owned();
        let unused = Condition::all().add(audio::Column::Id.is_in(chunk.iter().copied())).add(Expr::exists(used).not());
        audio::Entity::update_many()
            .col_expr(audio::Column::DoomedAt, Expr::value(now.unix_ms()))
            .filter(unused)
            .filter(audio::Column::DoomedAt.is_null())
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Marks all that a user who is being removed has.
pub(crate) async fn doom_all_of(db: &impl ConnectionTrait, owner: UserId, now: Moment) -> Result<()> {
    doom(db, Condition::all().add(audio::Column::UserId.eq(owner.as_uuid())), now).await.map(drop)
}

impl From<audio::Model> for AudioFile {
    fn from(row: audio::Model) -> Self {
        Self {
            id: AudioId::from_uuid(row.id),
            path: row.path,
            bytes: unsigned(row.bytes),
            key_id: row.key_id,
            created_at: Moment::from_unix_ms(row.created_at),
            expires_at: row.expires_at.map(Moment::from_unix_ms),
        }
    }
}
