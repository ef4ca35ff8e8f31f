//! Reading the history.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};

use super::{TimedWord, Timings, Transcript, TranscriptDetails, WholeTranscript};
use crate::connection::Store;
use crate::entity::recordings::{transcript_details, transcripts};
use crate::error::{Result, StoreError};
use crate::ids::{TranscriptId, UserId, first_ordinal};
use crate::moment::Moment;
use crate::values::text;

/// A page holds at most this many.
pub(super) const MAX_PAGE: u32 = 500;

/// Which part of the history is wanted; by default all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryFilter {
    pub language: Option<String>,
    pub style: Option<String>,
    pub app: Option<String>,
    pub session: Option<String>,
    /// Said at this time or later.
    pub from: Option<Moment>,
    /// Said before this time.
    pub to: Option<Moment>,
}

/// A page of the history, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryPage {
    pub transcripts: Vec<Transcript>,
    /// `before` of the next page; none where this is the last.
    pub next: Option<TranscriptId>,
}

pub async fn page(
    store: &Store,
    owner: UserId,
    filter: &HistoryFilter,
    before: Option<TranscriptId>,
    limit: u32,
) -> Result<HistoryPage> {
    let limit = limit.clamp(1, MAX_PAGE) as usize;
    // One more than wanted tells whether there is a next page.
    let mut rows = page_query(owner, filter, before, limit as u64 + 1).all(store.reader()).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| TranscriptId::from_i64(row.id));
    Ok(HistoryPage { transcripts: rows.into_iter().map(Transcript::from).collect(), next })
}

/// The query behind a page; `plans` shows how the database carries it out.
pub(crate) fn page_query(
    owner: UserId,
    filter: &HistoryFilter,
    before: Option<TranscriptId>,
    limit: u64,
) -> Select<transcripts::Entity> {
    use transcripts::Column as C;
    let mut query = transcripts::Entity::find()
        .filter(C::UserId.eq(owner.as_uuid()))
        .filter(C::DeletedAt.is_null())
        .order_by_desc(C::Id)
        .limit(limit);
    for (column, wanted) in filter.equals() {
        query = query.filter(column.eq(wanted));
    }
    let (first, end) = filter.id_range(before);
    if let Some(first) = first {
        query = query.filter(C::Id.gte(first));
    }
    if let Some(end) = end {
        query = query.filter(C::Id.lt(end));
    }
    query
}

impl HistoryFilter {
    /// Columns that must have a value.
    pub(super) fn equals(&self) -> impl Iterator<Item = (transcripts::Column, String)> {
        use transcripts::Column as C;
        [(C::Language, &self.language), (C::Style, &self.style), (C::App, &self.app), (C::Session, &self.session)]
            .into_iter()
            .filter_map(|(column, wanted)| wanted.as_deref().map(|wanted| (column, text(wanted))))
    }

    /// Times and cursor as ids: not less than the first, less than the second.
    pub(super) fn id_range(&self, before: Option<TranscriptId>) -> (Option<i64>, Option<i64>) {
        let end = [before.map(TranscriptId::as_i64), self.to.map(first_ordinal)].into_iter().flatten().min();
        (self.from.map(first_ordinal), end)
    }
}

pub async fn get(store: &Store, owner: UserId, id: TranscriptId) -> Result<Option<WholeTranscript>> {
    let found = transcripts::Entity::find_by_id(id.as_i64())
        .filter(transcripts::Column::UserId.eq(owner.as_uuid()))
        .filter(transcripts::Column::DeletedAt.is_null())
        .one(store.reader())
        .await?;
    let Some(row) = found else {
        return Ok(None);
    };
    let details = transcript_details::Entity::find_by_id(id.as_i64()).one(store.reader()).await?;
    let details = details.as_ref().map(read_details).transpose()?.unwrap_or_default();
    Ok(Some(WholeTranscript { transcript: row.into(), details }))
}

/// The details of several transcripts, by id.
pub(crate) async fn details_of(store: &Store, ids: &[i64]) -> Result<Vec<(i64, TranscriptDetails)>> {
    let rows = transcript_details::Entity::find()
        .filter(transcript_details::Column::TranscriptId.is_in(ids.iter().copied()))
        .all(store.reader())
        .await?;
    rows.into_iter().map(|row| Ok((row.transcript_id, read_details(&row)?))).collect()
}

pub async fn count(store: &Store, owner: UserId) -> Result<u64> {
    let mine = transcripts::Entity::find()
        .filter(transcripts::Column::UserId.eq(owner.as_uuid()))
        .filter(transcripts::Column::DeletedAt.is_null());
    Ok(mine.count(store.reader()).await?)
}

fn read_details(row: &transcript_details::Model) -> Result<TranscriptDetails> {
    let damaged =
        |error: serde_json::Error| StoreError::Damaged { table: "transcript_details", reason: error.to_string() };
    let words: Vec<TimedWord> = serde_json::from_str(&row.words).map_err(damaged)?;
    let timings: Timings = serde_json::from_str(&row.timings).map_err(damaged)?;
    Ok(TranscriptDetails { words, edits: serde_json::from_str(&row.edits).map_err(damaged)?, timings })
}
