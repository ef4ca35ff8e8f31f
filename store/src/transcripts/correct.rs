//! A person's own correction of a text.

use sea_orm::sea_query::{Alias, Expr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::connection::Store;
use crate::entity::recordings::transcripts;
use crate::error::{Result, StoreError};
use crate::ids::{TranscriptId, UserId};
use crate::reindex::stems_for;
use crate::values::text;

/// Longer texts are documents.
const MAX_CHARS: usize = 1_000_000;

pub async fn correct(
    store: &Store,
    owner: UserId,
    id: TranscriptId,
    corrected: &str,
    style: Option<&str>,
) -> Result<bool> {
    if corrected.chars().count() > MAX_CHARS {
        return Err(StoreError::invalid("text", format!("it is longer than {MAX_CHARS} characters")));
    }
    let mine = transcripts::Entity::find_by_id(id.as_i64())
        .filter(transcripts::Column::UserId.eq(owner.as_uuid()))
        .filter(transcripts::Column::DeletedAt.is_null());
    let Some(row) = mine.one(store.reader()).await? else {
        return Ok(false);
    };
    // The raw text never changes, so the stems made of what was just read are those of the row.
    let mut change = transcripts::Entity::update_many();
    if let Some(style) = style {
        change = change.col_expr(transcripts::Column::Style, Expr::value(text(style)));
    }
    let changed = change
        .col_expr(transcripts::Column::Text, Expr::value(text(corrected)))
        .col_expr(Alias::new("stems"), Expr::value(stems_for(corrected, &row.raw_text)))
        .filter(transcripts::Column::Id.eq(id.as_i64()))
        .filter(transcripts::Column::UserId.eq(owner.as_uuid()))
        .filter(transcripts::Column::DeletedAt.is_null())
        .exec(store.writer())
        .await?;
    Ok(changed.rows_affected > 0)
}
