//! Searching the history. The index finds candidates, our own code ranks and marks them (see `crate::search`), so both
//! databases answer alike.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Iden, QueryFilter, Statement, Value};
use serde::{Deserialize, Serialize};

use super::Transcript;
use super::page::{HistoryFilter, MAX_PAGE};
use crate::connection::Store;
use crate::entity::recordings::transcripts;
use crate::error::{Result, StoreError};
use crate::ids::{TranscriptId, UserId};
use crate::options::DatabaseKind;
use crate::search::{SearchQuery, Snippet, score, snippet};

/// By relevance, the newest so many matches are ranked. Who searches for a word that matches more is better served by
/// the newest than by the best of ten years, and a search stays quick however long the history is.
const RANKED: u64 = 200;

/// The same for phrases, for which the index only knows the words and each text has to be looked at.
const RANKED_PHRASES: u64 = 100;

/// A search in the history.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    pub query: SearchQuery,
    pub filter: HistoryFilter,
    pub order: SearchOrder,
    /// `next` of the page before.
    pub after: Option<SearchCursor>,
    pub limit: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchOrder {
    /// The best match first.
    #[default]
    Relevance,
    /// The newest match first.
    Newest,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchHit {
    #[serde(flatten)]
    pub transcript: Transcript,
    pub snippet: Snippet,
    /// Whether the snippet is of the raw text, because the clean text has no hit.
    pub in_raw_text: bool,
    /// 0 when ordered by time.
    pub score: f64,
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchPage {
    pub hits: Vec<SearchHit>,
    pub next: Option<SearchCursor>,
}

/// Where a page of a search ended. As text it is opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct SearchCursor {
    score: f64,
    id: TranscriptId,
}

pub async fn search(store: &Store, owner: UserId, request: &SearchRequest) -> Result<SearchPage> {
    let limit = request.limit.clamp(1, MAX_PAGE) as usize;
    let mut found = match request.order {
        SearchOrder::Newest => newest(store, owner, request, limit + 1).await?,
        SearchOrder::Relevance => best(store, owner, request).await?,
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).copied();
    let mut rows = rows_of(store, owner, &found).await?;
    // A row that was deleted between the two queries is left out.
    let hits = found.iter().filter_map(|cursor| Some(hit(&request.query, rows.remove(&cursor.id)?, cursor.score)));
    Ok(SearchPage { hits: hits.collect(), next })
}

async fn newest(store: &Store, owner: UserId, request: &SearchRequest, limit: usize) -> Result<Vec<SearchCursor>> {
    let statement = candidates_statement(store, owner, request, limit as u64);
    let rows = store.reader().query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(SearchCursor { score: 0.0, id: TranscriptId::from_i64(row.try_get("", "id")?) })).collect()
}

/// All ranked matches after the cursor, best first.
async fn best(store: &Store, owner: UserId, request: &SearchRequest) -> Result<Vec<SearchCursor>> {
    let rows = store
        .reader()
        .query_all_raw(candidates_statement(store, owner, request, ranked_at_most(&request.query)))
        .await?;
    let mut ranked = Vec::with_capacity(rows.len());
    for row in &rows {
        let stems: String = row.try_get("", "stems")?;
        let id = TranscriptId::from_i64(row.try_get("", "id")?);
        ranked.push(SearchCursor { score: score(&request.query, &stems), id });
    }
    // Equally good ones: the newer first.
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.id.cmp(&a.id)));
    if let Some(after) = request.after {
        ranked.retain(|c| c.score.total_cmp(&after.score).then(c.id.cmp(&after.id)).is_lt());
    }
    Ok(ranked)
}

fn ranked_at_most(query: &SearchQuery) -> u64 {
    if query.phrases.is_empty() { RANKED } else { RANKED_PHRASES }
}

/// The newest matches, at most `limit`, with what ranking needs. `plans` shows how the database carries it out.
pub(crate) fn candidates_statement(store: &Store, owner: UserId, request: &SearchRequest, limit: u64) -> Statement {
    let mut values = Values::default();
    let owner_word = format!("§{}", owner.as_uuid().simple());
    let (from, id_column, matches) = match store.kind() {
        // CROSS JOIN, because SQLite would take the index on the left for the smaller side when it is not.
        DatabaseKind::Sqlite => (
            "transcript_search s CROSS JOIN transcripts t ON t.id = s.rowid",
            "s.rowid",
            format!("transcript_search MATCH {}", values.bind(request.query.to_fts5(&owner_word))),
        ),
        DatabaseKind::Postgres => (
            "transcripts t",
            "t.id",
            format!("t.search @@ {}::tsquery", values.bind(request.query.to_tsquery(&owner_word))),
        ),
    };
    // The word of the owner's id narrows the search; this is what guarantees it.
    let mut conditions =
        vec![matches, format!("t.user_id = {}", values.bind(owner.as_uuid())), "t.deleted_at IS NULL".to_owned()];
    // The cursor of the order by relevance is no id to cut at.
    let before = request.after.filter(|_| request.order == SearchOrder::Newest).map(|after| after.id);
    let (first, end) = request.filter.id_range(before);
    conditions.extend(first.map(|first| format!("{id_column} >= {}", values.bind(first))));
    conditions.extend(end.map(|end| format!("{id_column} < {}", values.bind(end))));
    for (column, wanted) in request.filter.equals() {
        conditions.push(format!("t.{} = {}", Iden::unquoted(&column), values.bind(wanted)));
    }
    for pattern in request.query.phrase_patterns() {
        conditions.push(format!("' ' || t.stems || ' ' LIKE {}", values.bind(pattern)));
    }
    let columns = if request.order == SearchOrder::Relevance { "t.id, t.stems" } else { "t.id" };
    let sql = format!(
        "SELECT {columns} FROM {from} WHERE {} ORDER BY {id_column} DESC LIMIT {limit}",
        conditions.join(" AND ")
    );
    store.statement(sql, values.0)
}

/// Values of a statement in the order of their placeholders.
#[derive(Default)]
struct Values(Vec<Value>);

impl Values {
    /// The placeholder that stands for the value.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }
}

async fn rows_of(store: &Store, owner: UserId, found: &[SearchCursor]) -> Result<HashMap<TranscriptId, Transcript>> {
    let rows = transcripts::Entity::find()
        .filter(transcripts::Column::Id.is_in(found.iter().map(|cursor| cursor.id.as_i64())))
        .filter(transcripts::Column::UserId.eq(owner.as_uuid()))
        .filter(transcripts::Column::DeletedAt.is_null())
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (TranscriptId::from_i64(row.id), Transcript::from(row))).collect())
}

fn hit(query: &SearchQuery, transcript: Transcript, score: f64) -> SearchHit {
    let in_text = snippet(query, &transcript.text);
    if in_text.has_hits() {
        return SearchHit { transcript, snippet: in_text, in_raw_text: false, score };
    }
    let in_raw = snippet(query, &transcript.raw_text);
    SearchHit { transcript, snippet: in_raw, in_raw_text: true, score }
}

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{}", self.score.to_bits(), self.id)
    }
}

impl FromStr for SearchCursor {
    type Err = StoreError;

    fn from_str(given: &str) -> Result<Self> {
        let refused = || StoreError::invalid("cursor", "it is not one that we gave");
        let (score, id) = given.split_at_checked(16).ok_or_else(refused)?;
        if !score.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(refused());
        }
        let score = u64::from_str_radix(score, 16).map(f64::from_bits).map_err(|_| refused())?;
        Ok(Self { score, id: id.parse().map_err(|_| refused())? })
    }
}

impl From<SearchCursor> for String {
    fn from(cursor: SearchCursor) -> Self {
        cursor.to_string()
    }
}

impl TryFrom<String> for SearchCursor {
    type Error = StoreError;

    fn try_from(given: String) -> Result<Self> {
        given.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Moment;

    #[test]
    fn a_cursor_survives_being_text_and_nonsense_is_refused() {
        let id = TranscriptId::from_i64(crate::ids::first_ordinal(Moment::from_unix_ms(1_740_000_000_000)));
        let cursor = SearchCursor { score: 1.2345, id };
        assert_eq!(cursor.to_string().parse::<SearchCursor>().unwrap(), cursor);
        for given in ["", "ab", "zzzzzzzzzzzzzzzz0000000000000000", "наша строка не из них, она про другое"]
        {
            assert!(given.parse::<SearchCursor>().is_err(), "{given}");
        }
    }
}
