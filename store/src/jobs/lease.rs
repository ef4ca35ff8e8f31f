//! What a worker does with jobs: claim, renew, end. Not in anybody's name, so only the server's own queue calls it.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement, UpdateMany,
};
use serde_json::Value as Json;

use super::{Job, JobKind, JobState, Jobs};
use crate::connection::Store;
use crate::entity::work::jobs;
use crate::error::Result;
use crate::ids::JobId;
use crate::moment::Moment;
use crate::options::DatabaseKind;
use crate::transcripts::{NewTranscript, Recorded, record_in};
use crate::values::text;

/// A job that took its worker with it so often is not given to another.
const MAX_ATTEMPTS: i64 = 5;

/// The right to work on a job until it is claimed by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub job: JobId,
    generation: i64,
}

/// How far a job is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobProgress {
    pub stage: String,
    pub percent: u8,
}

/// What a worker learns when it renews its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    Held,
    /// The owner wants it to stop; end it with `cancelled`.
    CancelAsked,
    /// Somebody else has the job, or it is gone. Whatever was made of it must be thrown away.
    Lost,
}

/// Why a job was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub code: String,
    pub message: String,
    /// When to try once more; none: it has failed for good.
    pub retry_at: Option<Moment>,
}

impl Jobs<'_> {
    /// The next job of these kinds, oldest first, for its worker alone until `lease_until`. Never one whose client
    /// has an earlier recording that has not ended. Running jobs whose lease ran out count as waiting.
    pub async fn claim(&self, kinds: &[JobKind], now: Moment, lease_until: Moment) -> Result<Option<(Job, Lease)>> {
        let tx = self.store.begin().await?;
        give_up_on_killers(&tx, now).await?;
        let row = tx.query_one_raw(claim_statement(self.store, kinds, now, lease_until)).await?;
        tx.commit().await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let row = jobs::Model::from_query_result(&row, "")?;
        let lease = Lease { job: JobId::from_i64(row.id), generation: row.generation };
        Ok(Some((row.try_into()?, lease)))
    }

    /// Says that the worker lives and how far it is.
    pub async fn renew(&self, lease: Lease, progress: &JobProgress, lease_until: Moment) -> Result<LeaseState> {
        let renew = self.store.statement(
            "UPDATE jobs SET lease_until = $1, stage = $2, percent = $3
             WHERE id = $4 AND generation = $5 AND state = 'running' RETURNING cancel_asked",
            [
                lease_until.unix_ms().into(),
                text(progress.stage.as_str()).into(),
                i64::from(progress.percent.min(100)).into(),
                lease.job.as_i64().into(),
                lease.generation.into(),
            ],
        );
        let Some(row) = self.store.writer().query_one_raw(renew).await? else {
            return Ok(LeaseState::Lost);
        };
        Ok(if row.try_get::<bool>("", "cancel_asked")? { LeaseState::CancelAsked } else { LeaseState::Held })
    }

    /// The job is done: its result and its transcripts are kept together, once. None when the lease was lost; then
    /// nothing is kept.
    pub async fn finish(
        &self,
        lease: Lease,
        result: &Json,
        transcripts: &[NewTranscript],
        now: Moment,
    ) -> Result<Option<Vec<Recorded>>> {
        let tx = self.store.begin().await?;
        let done = end(lease, JobState::Done, now)
            .col_expr(jobs::Column::Percent, Expr::value(100_i64))
            .col_expr(jobs::Column::Result, Expr::value(Some(result.to_string())))
            // What went wrong in an earlier attempt is of no interest now.
            .col_expr(jobs::Column::ErrorCode, Expr::value(None::<String>))
            .col_expr(jobs::Column::ErrorMessage, Expr::value(None::<String>))
            .exec(&tx)
            .await?;
        if done.rows_affected == 0 {
            return Ok(None);
        }
        let recorded = record_in(&tx, transcripts).await?;
        tx.commit().await?;
        Ok(Some(recorded))
    }

    /// The job could not be done, now or at all. False when the lease was lost.
    pub async fn fail(&self, lease: Lease, failure: &Failure, now: Moment) -> Result<bool> {
        let update = match failure.retry_at {
            Some(retry_at) => back_to_queue(lease).col_expr(jobs::Column::NotBefore, Expr::value(retry_at.unix_ms())),
            None => end(lease, JobState::Failed, now),
        };
        let changed = update
            .col_expr(jobs::Column::ErrorCode, Expr::value(Some(text(failure.code.as_str()))))
            .col_expr(jobs::Column::ErrorMessage, Expr::value(Some(text(failure.message.as_str()))))
            .exec(self.store.writer())
            .await?;
        Ok(changed.rows_affected > 0)
    }

    /// The worker stopped because the owner asked. False when the lease was lost.
    pub async fn cancelled(&self, lease: Lease, now: Moment) -> Result<bool> {
        Ok(end(lease, JobState::Cancelled, now).exec(self.store.writer()).await?.rows_affected > 0)
    }

    /// How far a job is, whosever it is; none where there is none. For what is kept for jobs outside the database.
    pub async fn state_of(&self, id: JobId) -> Result<Option<JobState>> {
        let row = jobs::Entity::find_by_id(id.as_i64()).one(self.store.reader()).await?;
        Ok(row.map(Job::try_from).transpose()?.map(|job| job.state))
    }

    /// The server shuts down: the job goes back to its place and the attempt does not count.
    pub async fn release(&self, lease: Lease) -> Result<bool> {
        let released = back_to_queue(lease).col_expr(jobs::Column::Attempts, Expr::cust("attempts - 1"));
        Ok(released.exec(self.store.writer()).await?.rows_affected > 0)
    }
}

/// Claims one job; `plans` shows how the database carries it out.
pub(crate) fn claim_statement(store: &Store, kinds: &[JobKind], now: Moment, lease_until: Moment) -> Statement {
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
    let kinds = if kinds.is_empty() { "NULL".to_owned() } else { kinds.join(", ") };
    // Two servers must not wait for each other's row but take the next.
    let lock = if store.kind() == DatabaseKind::Postgres { "FOR UPDATE OF j SKIP LOCKED" } else { "" };
    // `state IN (...)` is written as in the partial indexes, which SQLite only then uses.
    let sql = format!(
        "UPDATE jobs SET state = 'running', lease_until = $1, attempts = attempts + 1, generation = generation + 1,
            started_at = COALESCE(started_at, $2)
         WHERE id = (
            SELECT j.id FROM jobs j
            WHERE j.state IN ('queued', 'running') AND j.kind IN ({kinds})
                AND ((j.state = 'queued' AND j.not_before <= $2) OR (j.state = 'running' AND j.lease_until <= $2))
                AND NOT EXISTS (
                    SELECT 1 FROM jobs e
                    WHERE e.user_id = j.user_id AND e.client = j.client AND e.place < j.place
                        AND e.state IN ('queued', 'running'))
            ORDER BY j.id LIMIT 1 {lock})
         RETURNING *"
    );
    store.statement(sql, [lease_until.unix_ms().into(), now.unix_ms().into()])
}

async fn give_up_on_killers(tx: &impl ConnectionTrait, now: Moment) -> Result<()> {
    jobs::Entity::update_many()
        .col_expr(jobs::Column::State, Expr::value(JobState::Failed.as_str()))
        .col_expr(jobs::Column::FinishedAt, Expr::value(now.unix_ms()))
        .col_expr(jobs::Column::ErrorCode, Expr::value(Some("interrupted")))
        .col_expr(jobs::Column::ErrorMessage, Expr::value(Some("its worker was lost too often while doing it")))
        .filter(Expr::cust("state IN ('queued', 'running')"))
        .filter(jobs::Column::State.eq(JobState::Running.as_str()))
        .filter(jobs::Column::LeaseUntil.lte(now.unix_ms()))
        .filter(jobs::Column::Attempts.gte(MAX_ATTEMPTS))
        .exec(tx)
        .await?;
    Ok(())
}

fn held(lease: Lease) -> Condition {
    Condition::all()
        .add(jobs::Column::Id.eq(lease.job.as_i64()))
        .add(jobs::Column::Generation.eq(lease.generation))
        .add(jobs::Column::State.eq(JobState::Running.as_str()))
}

fn end(lease: Lease, state: JobState, now: Moment) -> UpdateMany<jobs::Entity> {
    jobs::Entity::update_many()
        .col_expr(jobs::Column::State, Expr::value(state.as_str()))
        .col_expr(jobs::Column::FinishedAt, Expr::value(now.unix_ms()))
        .col_expr(jobs::Column::LeaseUntil, Expr::value(None::<i64>))
        .filter(held(lease))
}

fn back_to_queue(lease: Lease) -> UpdateMany<jobs::Entity> {
    jobs::Entity::update_many()
        .col_expr(jobs::Column::State, Expr::value(JobState::Queued.as_str()))
        .col_expr(jobs::Column::LeaseUntil, Expr::value(None::<i64>))
        .filter(held(lease))
}
