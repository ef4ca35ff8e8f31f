//! Removing what is old. A dry run and a real one select by the same conditions, so they name the same rows.

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::audio::{AudioFile, doom};
use crate::connection::Store;
use crate::entity::people::{invites, tickets, token_families};
use crate::entity::recordings::{audio, transcripts};
use crate::entity::work::{audit, jobs};
use crate::error::Result;
use crate::ids::{TranscriptId, first_ordinal};
use crate::moment::Moment;
use crate::transcripts::delete_for_good;

/// What counts as old. A missing limit keeps everything of its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Transcripts that were said before this, and sound that was kept before it.
    pub said_before: Option<Moment>,
    /// Transcripts that were deleted (not yet for good) before this.
    pub deleted_before: Option<Moment>,
    /// Sound whose own time ran out by then.
    pub audio_expired_at: Option<Moment>,
    /// Jobs that ended before this.
    pub jobs_ended_before: Option<Moment>,
    /// Logins, tickets and invites that ran out before this.
    pub logins_expired_before: Option<Moment>,
    /// Lines of the audit log that are older.
    pub audit_before: Option<Moment>,
}

impl Policy {
    /// `cleanup --older-than`: all that is personal and older than `cutoff`, and what has run out by `now`. The audit
    /// log has a limit of its own and stays.
    pub fn older_than(cutoff: Moment, now: Moment) -> Self {
        Self {
            said_before: Some(cutoff),
            deleted_before: Some(cutoff),
            audio_expired_at: Some(now),
            jobs_ended_before: Some(cutoff),
            logins_expired_before: Some(cutoff),
            audit_before: None,
        }
    }
}

/// What a clean-up removes, or would remove.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    pub transcripts: Vec<TranscriptId>,
    /// Files to be removed from the disk; after a real run they are in `audio().doomed()`, too.
    pub audio: Vec<AudioFile>,
    pub jobs: u64,
    pub logins: u64,
    pub tickets: u64,
    pub invites: u64,
    pub audit_entries: u64,
}

/// Clean-up of a store, of everybody's rows.
#[derive(Clone, Copy)]
pub struct Retention<'s> {
    store: &'s Store,
}

impl Store {
    pub fn retention(&self) -> Retention<'_> {
        Retention { store: self }
    }
}

impl Retention<'_> {
    /// What `apply` would remove now. Changes nothing.
    pub async fn preview(&self, policy: &Policy) -> Result<Removal> {
        let db = self.store.reader();
        let transcripts = transcripts::Entity::find()
            .select_only()
            .column(transcripts::Column::Id)
            .filter(old_transcripts(policy))
            .order_by_asc(transcripts::Column::Id)
            .into_tuple::<i64>()
            .all(db)
            .await?;
        // Files left over from an earlier run are removed as well.
        let files = Condition::any().add(old_audio(policy)).add(audio::Column::DoomedAt.is_not_null());
        let audio = audio::Entity::find().filter(files).order_by_asc(audio::Column::Id).all(db).await?;
        Ok(Removal {
            transcripts: transcripts.into_iter().map(TranscriptId::from_i64).collect(),
            audio: audio.into_iter().map(AudioFile::from).collect(),
            jobs: jobs::Entity::find().filter(old_jobs(policy)).count(db).await?,
            logins: token_families::Entity::find().filter(old_logins(policy)).count(db).await?,
            tickets: tickets::Entity::find().filter(old_tickets(policy)).count(db).await?,
            invites: invites::Entity::find().filter(old_invites(policy)).count(db).await?,
            audit_entries: audit::Entity::find().filter(old_audit(policy)).count(db).await?,
        })
    }

    /// Removes it; what was selected when it began. Remove the files, then say `audio().forget`.
    pub async fn apply(&self, policy: &Policy, now: Moment) -> Result<Removal> {
        let removal = self.preview(policy).await?;
        // Files first: should we end half-way, what is left is still found by the next run.
        let tx = self.store.begin().await?;
        doom(&tx, old_audio(policy), now).await?;
        tx.commit().await?;
        delete_for_good(self.store, &old_transcripts(policy), now).await?;
        let db = self.store.writer();
        jobs::Entity::delete_many().filter(old_jobs(policy)).exec(db).await?;
        token_families::Entity::delete_many().filter(old_logins(policy)).exec(db).await?;
        tickets::Entity::delete_many().filter(old_tickets(policy)).exec(db).await?;
        invites::Entity::delete_many().filter(old_invites(policy)).exec(db).await?;
        audit::Entity::delete_many().filter(old_audit(policy)).exec(db).await?;
        Ok(removal)
    }
}

fn before(column: impl ColumnTrait, limit: Option<Moment>) -> Condition {
    match limit {
        Some(limit) => Condition::all().add(column.lt(limit.unix_ms())),
        None => never(),
    }
}

fn never() -> Condition {
    Condition::all().add(Expr::cust("1 = 0"))
}

fn old_transcripts(policy: &Policy) -> Condition {
    use transcripts::Column as C;
    let said = match policy.said_before {
        Some(limit) => Condition::all().add(C::Id.lt(first_ordinal(limit))),
        None => never(),
    };
    let deleted = Condition::all().add(C::DeletedAt.is_not_null()).add(before(C::DeletedAt, policy.deleted_before));
    Condition::any().add(said).add(deleted)
}

/// Sound that ran out, that lost its last transcript by this policy, or that is old and never got one.
fn old_audio(policy: &Policy) -> Condition {
    use audio::Column as C;
    let of_file = |filter: Condition| -> SelectStatement {
        Query::select()
            .expr(Expr::val(1))
            .from(transcripts::Entity)
            .and_where(Expr::col((transcripts::Entity, transcripts::Column::AudioId)).equals((audio::Entity, C::Id)))
            .cond_where(filter)
            .to_owned()
    };
    let expired = match policy.audio_expired_at {
        Some(now) => Condition::all().add(C::ExpiresAt.is_not_null()).add(C::ExpiresAt.lte(now.unix_ms())),
        None => never(),
    };
    let all_go = Condition::all()
        .add(Expr::exists(of_file(old_transcripts(policy))))
        .add(Expr::exists(of_file(old_transcripts(policy).not())).not());
    let orphaned = before(C::CreatedAt, policy.said_before).add(Expr::exists(of_file(Condition::all())).not());
    Condition::all().add(C::DoomedAt.is_null()).add(Condition::any().add(expired).add(all_go).add(orphaned))
}

fn old_jobs(policy: &Policy) -> Condition {
    Condition::all()
        .add(jobs::Column::FinishedAt.is_not_null())
        .add(before(jobs::Column::FinishedAt, policy.jobs_ended_before))
}

fn old_logins(policy: &Policy) -> Condition {
    before(token_families::Column::ExpiresAt, policy.logins_expired_before)
}

fn old_tickets(policy: &Policy) -> Condition {
    before(tickets::Column::ExpiresAt, policy.logins_expired_before)
}

fn old_invites(policy: &Policy) -> Condition {
    before(invites::Column::ExpiresAt, policy.logins_expired_before)
}

fn old_audit(policy: &Policy) -> Condition {
    match policy.audit_before {
        Some(limit) => Condition::all().add(audit::Column::Id.lt(first_ordinal(limit))),
        None => never(),
    }
}
