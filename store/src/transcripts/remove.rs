//! Deleting from the history: first out of sight, later for good.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::audio;
use crate::connection::Store;
use crate::entity::recordings::transcripts;
use crate::error::Result;
use crate::ids::{TranscriptId, UserId};
use crate::moment::Moment;

/// Removed per transaction, so that finals waiting to be written never wait long.
const CHUNK: u64 = 500;

pub async fn delete(store: &Store, owner: UserId, id: TranscriptId, now: Moment) -> Result<bool> {
    let changed = transcripts::Entity::update_many()
        .col_expr(transcripts::Column::DeletedAt, Expr::value(now.unix_ms()))
        .filter(mine(owner, id))
        .filter(transcripts::Column::DeletedAt.is_null())
        .exec(store.writer())
        .await?;
    Ok(changed.rows_affected > 0)
}

pub async fn undo_delete(store: &Store, owner: UserId, id: TranscriptId) -> Result<bool> {
    let changed = transcripts::Entity::update_many()
        .col_expr(transcripts::Column::DeletedAt, Expr::value(None::<i64>))
        .filter(mine(owner, id))
        .filter(transcripts::Column::DeletedAt.is_not_null())
        .exec(store.writer())
        .await?;
    Ok(changed.rows_affected > 0)
}

pub async fn purge(store: &Store, owner: UserId, id: TranscriptId, now: Moment) -> Result<bool> {
    Ok(delete_for_good(store, &mine(owner, id), now).await? > 0)
}

pub async fn purge_all(store: &Store, owner: UserId, now: Moment) -> Result<u64> {
    let all = Condition::all().add(transcripts::Column::UserId.eq(owner.as_uuid()));
    delete_for_good(store, &all, now).await
}

/// Removes what matches, some at a time, with details and search rows; sound that nothing refers to any more is
/// doomed in the same transaction. How many were removed.
pub(crate) async fn delete_for_good(store: &Store, which: &Condition, now: Moment) -> Result<u64> {
    let mut removed = 0;
    loop {
        // Looked for outside the transaction: that may take long, and finals are waiting to be written.
        let some = transcripts::Entity::find()
            .select_only()
            .columns([transcripts::Column::Id, transcripts::Column::AudioId])
            .filter(which.clone())
            .order_by_asc(transcripts::Column::Id)
            .limit(CHUNK)
            .into_tuple::<(i64, Option<Uuid>)>()
            .all(store.reader())
            .await?;
        if some.is_empty() {
            return Ok(removed);
        }
        let tx = store.begin().await?;
        let gone = transcripts::Entity::delete_many()
            .filter(transcripts::Column::Id.is_in(some.iter().map(|(id, _)| *id)))
            // Once more: meanwhile somebody may have taken a deletion back.
            .filter(which.clone())
            .exec(&tx)
            .await?;
        let files: Vec<Uuid> = some.iter().filter_map(|(_, file)| *file).collect();
        audio::doom_unused(&tx, &files, now).await?;
        tx.commit().await?;
        removed += gone.rows_affected;
    }
}

fn mine(owner: UserId, id: TranscriptId) -> Condition {
    Condition::all().add(transcripts::Column::UserId.eq(owner.as_uuid())).add(transcripts::Column::Id.eq(id.as_i64()))
}
