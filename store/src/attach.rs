//! Sound that comes after its transcript: entered and referred to in one step, at most once.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::audio::{Audio, NewAudioFile, row};
use crate::entity::recordings::{audio, transcripts};
use crate::error::Result;
use crate::ids::{AudioId, UserId};
use crate::moment::Moment;
use crate::values::key;

/// Whether a transcript waits for its sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundPlace {
    Free,
    /// It has its sound.
    Taken,
    /// It is not there, not yet or not any more.
    NoTranscript,
}

impl Audio<'_> {
    /// Whether the owner's transcript of this utterance waits for its sound.
    pub async fn place_for(&self, owner: UserId, utterance: &str) -> Result<SoundPlace> {
        Ok(match find(self.store.reader(), owner, utterance, None).await? {
            None => SoundPlace::NoTranscript,
            Some((_, None)) => SoundPlace::Free,
            Some((_, Some(_))) => SoundPlace::Taken,
        })
    }

    /// Enters a file as the sound of the owner's transcript of this utterance. None where there is no such transcript
    /// or it has its sound; the file is then of no use.
    pub async fn keep_for(
        &self,
        owner: UserId,
        utterance: &str,
        new: &NewAudioFile,
        now: Moment,
    ) -> Result<Option<AudioId>> {
        let (id, row) = row(owner, new, now)?;
        let tx = self.store.begin().await?;
        let Some((transcript, None)) = find(&tx, owner, utterance, Some(LockType::Update)).await? else {
            tx.rollback().await?;
            return Ok(None);
        };
        audio::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx).await?;
        transcripts::Entity::update_many()
            .col_expr(transcripts::Column::AudioId, Expr::value(Some(id.as_uuid())))
            .filter(transcripts::Column::Id.eq(transcript))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(Some(id))
    }
}

/// The transcript's id and its sound.
async fn find(
    db: &impl ConnectionTrait,
    owner: UserId,
    utterance: &str,
    lock: Option<LockType>,
) -> Result<Option<(i64, Option<Uuid>)>> {
    let mine = Condition::all()
        .add(transcripts::Column::UserId.eq(owner.as_uuid()))
        .add(transcripts::Column::Utterance.eq(key(utterance)));
    let mut query = transcripts::Entity::find()
        .select_only()
        .columns([transcripts::Column::Id, transcripts::Column::AudioId])
        .filter(mine);
    if let Some(lock) = lock {
        query = query.lock(lock);
    }
    Ok(query.into_tuple().one(db).await?)
}
