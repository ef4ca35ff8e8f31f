//! The audit log: logins, key use, admin acts, exports. Entries are only ever added, and removed by age.

use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::connection::Store;
use crate::entity::work::audit;
use crate::error::{Result, StoreError, is_unique_violation};
use crate::ids::{AuditId, UserId, new_ordinal};
use crate::moment::Moment;
use crate::values::{key, text};

/// Something that was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Who did it; none for the server itself and for strangers.
    pub actor: Option<UserId>,
    /// A stable word such as `login.failed`.
    pub action: String,
    /// What it was done to: a name, an id.
    pub subject: String,
    /// Network address it came from.
    pub address: String,
    /// More, for a person to read. Never a secret.
    pub details: String,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub id: AuditId,
    pub at: Moment,
    #[serde(flatten)]
    pub record: AuditRecord,
}

/// Which lines are wanted.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub actor: Option<UserId>,
    pub action: Option<String>,
}

/// The audit log of a store; for admins, so nothing here asks for an owner.
#[derive(Clone, Copy)]
pub struct Audit<'s> {
    store: &'s Store,
}

impl Store {
    pub fn audit(&self) -> Audit<'_> {
        Audit { store: self }
    }
}

impl Audit<'_> {
    pub async fn append(&self, record: &AuditRecord, now: Moment) -> Result<AuditId> {
        // Two of one millisecond can draw the same number.
        for _ in 0..8 {
            let id = new_ordinal(now);
            let row = audit::Model {
                id,
                at: now.unix_ms(),
                actor: record.actor.map(UserId::as_uuid),
                action: key(&record.action),
                subject: text(record.subject.as_str()),
                address: text(record.address.as_str()),
                details: text(record.details.as_str()),
            };
            let inserted = audit::Entity::insert(row.into_active_model().reset_all())
                .exec_without_returning(self.store.writer())
                .await;
            match inserted {
                Ok(_) => return Ok(AuditId::from_i64(id)),
                Err(error) if is_unique_violation(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::unavailable("too many audit entries in one millisecond"))
    }

    /// Newest first, older than `before`.
    pub async fn page(&self, filter: &AuditFilter, before: Option<AuditId>, limit: u32) -> Result<Vec<AuditEntry>> {
        let mut query = audit::Entity::find().order_by_desc(audit::Column::Id).limit(u64::from(limit));
        if let Some(actor) = filter.actor {
            query = query.filter(audit::Column::Actor.eq(actor.as_uuid()));
        }
        if let Some(action) = &filter.action {
            query = query.filter(audit::Column::Action.eq(key(action)));
        }
        if let Some(before) = before {
            query = query.filter(audit::Column::Id.lt(before.as_i64()));
        }
        Ok(query.all(self.store.reader()).await?.into_iter().map(AuditEntry::from).collect())
    }
}

impl From<audit::Model> for AuditEntry {
    fn from(row: audit::Model) -> Self {
        Self {
            id: AuditId::from_i64(row.id),
            at: Moment::from_unix_ms(row.at),
            record: AuditRecord {
                actor: row.actor.map(UserId::from_uuid),
                action: row.action,
                subject: row.subject,
                address: row.address,
                details: row.details,
            },
        }
    }
}
