//! How the database carries out the queries that must stay quick however much there is.
//!
//! For people who wonder why something is slow, and for the test that sees to it that indexes are used.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait, Statement};

use crate::connection::Store;
use crate::entity::people::{api_keys, refresh_tokens};
use crate::entity::recordings::audio;
use crate::entity::work::{jobs, usage};
use crate::error::Result;
use crate::ids::{TranscriptId, UserId, first_ordinal};
use crate::jobs::{JobKind, claim_statement};
use crate::moment::{Day, Moment};
use crate::search::SearchQuery;
use crate::transcripts::{HistoryFilter, SearchOrder, SearchRequest, candidates_statement, page_query};
use crate::values::SecretHash;

/// A query and what the database says it does.
#[derive(Debug, Clone)]
pub struct QueryPlan {
    /// What the query is for.
    pub name: &'static str,
    /// As the database prints it.
    pub plan: String,
}

impl Store {
    /// The plans of the queries behind the requests of this person, for a search of `words`. Carries nothing out.
    pub async fn plans(&self, owner: UserId, words: &SearchQuery) -> Result<Vec<QueryPlan>> {
        let mut plans = Vec::new();
        for (name, statement) in statements(self, owner, words) {
            plans.push(QueryPlan { name, plan: self.explain(statement).await? });
        }
        Ok(plans)
    }

    async fn explain(&self, mut statement: Statement) -> Result<String> {
        let postgres = self.backend() == DbBackend::Postgres;
        let explain = if postgres { "EXPLAIN" } else { "EXPLAIN QUERY PLAN" };
        statement.sql = format!("{explain} {}", statement.sql);
        // On the writer: SQLite refuses to plan a change on a connection that only reads.
        let rows = self.writer().query_all_raw(statement).await?;
        let column = if postgres { 0 } else { 3 };
        let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get_by_index(column)).collect();
        Ok(lines?.join("\n"))
    }
}

fn statements(store: &Store, owner: UserId, words: &SearchQuery) -> Vec<(&'static str, Statement)> {
    let backend = store.backend();
    let now = Moment::now();
    let all = HistoryFilter::default();
    let cursor = TranscriptId::from_i64(first_ordinal(now));
    let search = |order| SearchRequest { query: words.clone(), filter: all.clone(), order, after: None, limit: 50 };
    let hash = SecretHash::of("").bytes();
    let owner_jobs = jobs::Entity::find().filter(jobs::Column::UserId.eq(owner.as_uuid()));
    vec![
        ("history: first page", page_query(owner, &all, None, 51).build(backend)),
        ("history: next page", page_query(owner, &all, Some(cursor), 51).build(backend)),
        ("search: newest", candidates_statement(store, owner, &search(SearchOrder::Newest), 51)),
        ("search: relevance", candidates_statement(store, owner, &search(SearchOrder::Relevance), 200)),
        (
            "usage of a month",
            usage::Entity::find()
                .filter(usage::Column::UserId.eq(owner.as_uuid()))
                .filter(usage::Column::Day.between(now.day().first_of_month().number(), Day::number(now.day())))
                .build(backend),
        ),
        (
            "login: refresh token",
            refresh_tokens::Entity::find().filter(refresh_tokens::Column::Hash.eq(hash.clone())).build(backend),
        ),
        ("login: api key", api_keys::Entity::find().filter(api_keys::Column::Hash.eq(hash)).build(backend)),
        ("jobs: claim", claim_statement(store, &JobKind::ALL, now, now)),
        ("jobs: by recording", owner_jobs.filter(jobs::Column::ClientRecordingId.eq("any")).build(backend)),
        ("audio: doomed", audio::Entity::find().filter(Expr::cust("doomed_at IS NOT NULL")).build(backend)),
    ]
}
