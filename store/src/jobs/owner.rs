//! What a person may do with jobs: their own only.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::Value as Json;

use super::{Job, JobKind, JobState, Jobs};
use crate::entity::work::jobs;
use crate::error::{Result, StoreError};
use crate::ids::{JobId, UserId, new_ordinal};
use crate::moment::Moment;
use crate::values::{key, optional_key, signed};

/// Tries to find a free id.
const ID_ATTEMPTS: u32 = 8;

/// A job to be created.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: JobKind,
    /// Jobs of one owner and client run one after the other; an empty name is a client, too.
    pub client: String,
    /// Makes creation idempotent: a second job of the same owner with this id is the first.
    pub client_recording_id: Option<String>,
    pub recorded_at: Moment,
    pub request: Json,
    pub total_bytes: Option<u64>,
    /// Whether its upload is still to come; otherwise it waits for a worker at once.
    pub receiving: bool,
}

/// What came of creating a job.
#[derive(Debug, Clone, PartialEq)]
pub enum Creation {
    Created(Job),
    /// There was one with this `client_recording_id` already, as it is now.
    Existing(Job),
}

impl Creation {
    pub fn into_job(self) -> Job {
        match self {
            Self::Created(job) | Self::Existing(job) => job,
        }
    }
}

/// What came of cancelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// It had not begun and will not.
    Cancelled,
    /// It runs; its worker will find out when it renews its lease.
    Asked,
    /// It had ended before.
    TooLate,
    /// It is not there or another's.
    NotFound,
}

impl Jobs<'_> {
    /// Creates a job, or finds the one that was created for the same recording, however many try at once.
    pub async fn create(&self, owner: UserId, new: &NewJob, now: Moment) -> Result<Creation> {
        for _ in 0..ID_ATTEMPTS {
            let id = new_ordinal(now);
            let inserted = jobs::Entity::insert(row(id, owner, new, now).into_active_model().reset_all())
                // Without a target: neither a taken id nor a known recording is a failure.
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(self.store.writer())
                .await;
            match inserted {
                Ok(1..) => {
                    let job = self.get(owner, JobId::from_i64(id)).await?;
                    return job.map(Creation::Created).ok_or(StoreError::NotFound { what: "job" });
                }
                Ok(0) | Err(DbErr::RecordNotInserted) => {}
                Err(error) => return Err(error.into()),
            }
            if let Some(recording) = &new.client_recording_id
                && let Some(job) = self.of_recording(owner, recording).await?
            {
                return Ok(Creation::Existing(job));
            }
        }
        Err(StoreError::unavailable("no free id could be found"))
    }

    /// None also when it is another's.
    pub async fn get(&self, owner: UserId, id: JobId) -> Result<Option<Job>> {
        let row = jobs::Entity::find().filter(mine(owner, id)).one(self.store.reader()).await?;
        row.map(Job::try_from).transpose()
    }

    /// The job that was created for this recording.
    pub async fn of_recording(&self, owner: UserId, client_recording_id: &str) -> Result<Option<Job>> {
        let row = jobs::Entity::find()
            .filter(jobs::Column::UserId.eq(owner.as_uuid()))
            .filter(jobs::Column::ClientRecordingId.eq(key(client_recording_id)))
            .one(self.store.reader())
            .await?;
        row.map(Job::try_from).transpose()
    }

    /// The owner's jobs, newest first, older than `before`.
    pub async fn page(&self, owner: UserId, before: Option<JobId>, limit: u32) -> Result<Vec<Job>> {
        let mut query = jobs::Entity::find()
            .filter(jobs::Column::UserId.eq(owner.as_uuid()))
            .order_by_desc(jobs::Column::Id)
            .limit(u64::from(limit));
        if let Some(before) = before {
            query = query.filter(jobs::Column::Id.lt(before.as_i64()));
        }
        query.all(self.store.reader()).await?.into_iter().map(Job::try_from).collect()
    }

    /// How many jobs, of whomever, were there before this one and have not ended: its place in the queue.
    pub async fn ahead_of(&self, id: JobId) -> Result<u64> {
        let ahead = jobs::Entity::find()
            .filter(jobs::Column::Id.lt(id.as_i64()))
            .filter(Expr::cust("state IN ('queued', 'running')"));
        Ok(ahead.count(self.store.reader()).await?)
    }

    /// Notes that the upload has come so far; false when it is not receiving (any more) or further already.
    pub async fn received(&self, owner: UserId, id: JobId, bytes: u64) -> Result<bool> {
        let changed = jobs::Entity::update_many()
            .col_expr(jobs::Column::ReceivedBytes, Expr::value(signed(bytes)))
            .filter(mine(owner, id))
            .filter(jobs::Column::State.eq(JobState::Receiving.as_str()))
            .filter(jobs::Column::ReceivedBytes.lte(signed(bytes)))
            .exec(self.store.writer())
            .await?;
        Ok(changed.rows_affected > 0)
    }

    /// The upload is complete: the job waits for a worker. False when it was not receiving.
    pub async fn enqueue(&self, owner: UserId, id: JobId) -> Result<bool> {
        let changed = jobs::Entity::update_many()
            .col_expr(jobs::Column::State, Expr::value(JobState::Queued.as_str()))
            .filter(mine(owner, id))
            .filter(jobs::Column::State.eq(JobState::Receiving.as_str()))
            .exec(self.store.writer())
            .await?;
        Ok(changed.rows_affected > 0)
    }

    pub async fn cancel(&self, owner: UserId, id: JobId, now: Moment) -> Result<Cancellation> {
        let tx = self.store.begin().await?;
        let cancelled = jobs::Entity::update_many()
            .col_expr(jobs::Column::State, Expr::value(JobState::Cancelled.as_str()))
            .col_expr(jobs::Column::FinishedAt, Expr::value(now.unix_ms()))
            .filter(mine(owner, id))
            .filter(jobs::Column::State.is_in([JobState::Receiving.as_str(), JobState::Queued.as_str()]))
            .exec(&tx)
            .await?;
        let outcome = if cancelled.rows_affected > 0 { Cancellation::Cancelled } else { ask(&tx, owner, id).await? };
        tx.commit().await?;
        Ok(outcome)
    }
}

async fn ask(tx: &impl ConnectionTrait, owner: UserId, id: JobId) -> Result<Cancellation> {
    let asked = jobs::Entity::update_many()
        .col_expr(jobs::Column::CancelAsked, Expr::value(true))
        .filter(mine(owner, id))
        .filter(jobs::Column::State.eq(JobState::Running.as_str()))
        .exec(tx)
        .await?;
    if asked.rows_affected > 0 {
        return Ok(Cancellation::Asked);
    }
    let there = jobs::Entity::find().filter(mine(owner, id)).one(tx).await?;
    Ok(if there.is_some() { Cancellation::TooLate } else { Cancellation::NotFound })
}

fn mine(owner: UserId, id: JobId) -> Condition {
    Condition::all().add(jobs::Column::UserId.eq(owner.as_uuid())).add(jobs::Column::Id.eq(id.as_i64()))
}

fn row(id: i64, owner: UserId, new: &NewJob, now: Moment) -> jobs::Model {
    jobs::Model {
        id,
        user_id: owner.as_uuid(),
        kind: new.kind.as_str().to_owned(),
        client: key(&new.client),
        client_recording_id: optional_key(new.client_recording_id.as_deref()),
        recorded_at: new.recorded_at.unix_ms(),
        place: new_ordinal(new.recorded_at),
        state: (if new.receiving { JobState::Receiving } else { JobState::Queued }).as_str().to_owned(),
        stage: String::new(),
        percent: 0,
        request: new.request.to_string(),
        result: None,
        error_code: None,
        error_message: None,
        received_bytes: 0,
        total_bytes: new.total_bytes.map(signed),
        attempts: 0,
        generation: 0,
        lease_until: None,
        not_before: now.unix_ms(),
        cancel_asked: false,
        created_at: now.unix_ms(),
        started_at: None,
        finished_at: None,
    }
}
