//! Invites, for servers on which not everybody may register.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::connection::Store;
use crate::entity::people::invites;
use crate::error::Result;
use crate::ids::{InviteId, UserId};
use crate::moment::Moment;
use crate::users::UserRole;
use crate::values::{SecretHash, text};

/// An invite as its maker sees it. The code itself is shown once and not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    pub id: InviteId,
    pub role: UserRole,
    /// For whom it is meant.
    pub note: String,
    pub created_by: Option<UserId>,
    pub created_at: Moment,
    pub expires_at: Moment,
    pub used_by: Option<UserId>,
    pub used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

/// The invites of a store; for admins, so nothing here asks for an owner.
#[derive(Clone, Copy)]
pub struct Invites<'s> {
    store: &'s Store,
}

impl Store {
    pub fn invites(&self) -> Invites<'_> {
        Invites { store: self }
    }
}

impl Invites<'_> {
    pub async fn create(
        &self,
        maker: UserId,
        code: SecretHash,
        role: UserRole,
        note: &str,
        now: Moment,
        expires_at: Moment,
    ) -> Result<Invite> {
        let row = invites::Model {
            id: InviteId::new().as_uuid(),
            code_hash: code.bytes(),
            role: role.as_str().to_owned(),
            note: text(note),
            created_by: Some(maker.as_uuid()),
            created_at: now.unix_ms(),
            expires_at: expires_at.unix_ms(),
            used_by: None,
            used_at: None,
            revoked_at: None,
        };
        let active = row.clone().into_active_model().reset_all();
        invites::Entity::insert(active).exec_without_returning(self.store.writer()).await?;
        Ok(row.into())
    }

    /// Newest first.
    pub async fn list(&self) -> Result<Vec<Invite>> {
        let rows = invites::Entity::find().order_by_desc(invites::Column::Id).all(self.store.reader()).await?;
        Ok(rows.into_iter().map(Invite::from).collect())
    }

    /// Whether there was an unused one to revoke.
    pub async fn revoke(&self, id: InviteId, now: Moment) -> Result<bool> {
        let changed = invites::Entity::update_many()
            .col_expr(invites::Column::RevokedAt, Expr::value(now.unix_ms()))
            .filter(invites::Column::Id.eq(id.as_uuid()))
            .filter(invites::Column::UsedAt.is_null())
            .filter(invites::Column::RevokedAt.is_null())
            .exec(self.store.writer())
            .await?;
        Ok(changed.rows_affected > 0)
    }
}

impl From<invites::Model> for Invite {
    fn from(row: invites::Model) -> Self {
        Self {
            id: InviteId::from_uuid(row.id),
            role: UserRole::read(&row.role),
            note: row.note,
            created_by: row.created_by.map(UserId::from_uuid),
            created_at: Moment::from_unix_ms(row.created_at),
            expires_at: Moment::from_unix_ms(row.expires_at),
            used_by: row.used_by.map(UserId::from_uuid),
            used_at: row.used_at.map(Moment::from_unix_ms),
            revoked_at: row.revoked_at.map(Moment::from_unix_ms),
        }
    }
}
