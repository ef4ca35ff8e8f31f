//! Keys with which programs come in for a user.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use std::time::Duration;

use crate::connection::Store;
use crate::entity::people::{api_keys, users};
use crate::error::Result;
use crate::ids::{ApiKeyId, UserId};
use crate::moment::Moment;
use crate::sessions::{join_scopes, split_scopes};
use crate::users::User;
use crate::values::{SecretHash, check_label, text};

/// `last_used_at` is only as exact as this, so that a busy program does not write with every request.
const LAST_USED_STEP: Duration = Duration::from_mins(1);

/// A key as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub name: String,
    /// The first characters of the key, by which its owner knows it.
    pub prefix: String,
    pub scopes: Vec<String>,
    pub created_at: Moment,
    pub expires_at: Option<Moment>,
    pub last_used_at: Option<Moment>,
    pub revoked_at: Option<Moment>,
}

/// A key to be kept.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    pub name: String,
    pub prefix: String,
    pub hash: SecretHash,
    pub scopes: Vec<String>,
    pub expires_at: Option<Moment>,
}

/// Who came in with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    pub user: User,
    pub key: ApiKey,
}

/// The API keys of a store.
#[derive(Clone, Copy)]
pub struct ApiKeys<'s> {
    store: &'s Store,
}

impl Store {
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys { store: self }
    }
}

impl ApiKeys<'_> {
    pub async fn create(&self, owner: UserId, new: &NewApiKey, now: Moment) -> Result<ApiKey> {
        check_label("name", &new.name, 100)?;
        let row = api_keys::Model {
            id: ApiKeyId::new().as_uuid(),
            user_id: owner.as_uuid(),
            name: text(new.name.trim()),
            prefix: text(new.prefix.as_str()),
            hash: new.hash.bytes(),
            scopes: join_scopes(&new.scopes)?,
            created_at: now.unix_ms(),
            expires_at: new.expires_at.map(Moment::unix_ms),
            last_used_at: None,
            revoked_at: None,
        };
        let active = row.clone().into_active_model().reset_all();
        api_keys::Entity::insert(active).exec_without_returning(self.store.writer()).await?;
        Ok(row.into())
    }

    /// Also the revoked ones, newest first.
    pub async fn list(&self, owner: UserId) -> Result<Vec<ApiKey>> {
        let rows = api_keys::Entity::find()
            .filter(api_keys::Column::UserId.eq(owner.as_uuid()))
            .order_by_desc(api_keys::Column::Id)
            .all(self.store.reader())
            .await?;
        Ok(rows.into_iter().map(ApiKey::from).collect())
    }

    /// Whether it was the owner's and not revoked before.
    pub async fn revoke(&self, owner: UserId, id: ApiKeyId, now: Moment) -> Result<bool> {
        let changed = api_keys::Entity::update_many()
            .col_expr(api_keys::Column::RevokedAt, Expr::value(now.unix_ms()))
            .filter(api_keys::Column::Id.eq(id.as_uuid()))
            .filter(api_keys::Column::UserId.eq(owner.as_uuid()))
            .filter(api_keys::Column::RevokedAt.is_null())
            .exec(self.store.writer())
            .await?;
        Ok(changed.rows_affected > 0)
    }

    /// Who comes in with this key; none when it is unknown, revoked, out of date or its user is disabled.
    pub async fn verify(&self, hash: SecretHash, now: Moment) -> Result<Option<KeyHolder>> {
        let row = api_keys::Entity::find()
            .filter(api_keys::Column::Hash.eq(hash.bytes()))
            .filter(api_keys::Column::RevokedAt.is_null())
            .filter(
                Condition::any()
                    .add(api_keys::Column::ExpiresAt.is_null())
                    .add(api_keys::Column::ExpiresAt.gt(now.unix_ms())),
            )
            .one(self.store.reader())
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let user = users::Entity::find_by_id(row.user_id).one(self.store.reader()).await?.map(User::from);
        let Some(user) = user.filter(|user| user.disabled_at.is_none()) else {
            return Ok(None);
        };
        if row.last_used_at.is_none_or(|last| last <= now.minus(LAST_USED_STEP).unix_ms()) {
            let noted = api_keys::Entity::update_many()
                .col_expr(api_keys::Column::LastUsedAt, Expr::value(now.unix_ms()))
                .filter(api_keys::Column::Id.eq(row.id))
                .exec(self.store.writer())
                .await;
            // A good key is not refused because nobody could write down when it was used.
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of an api key could not be noted");
            }
        }
        Ok(Some(KeyHolder { user, key: row.into() }))
    }
}

impl From<api_keys::Model> for ApiKey {
    fn from(row: api_keys::Model) -> Self {
        Self {
            id: ApiKeyId::from_uuid(row.id),
            name: row.name,
            prefix: row.prefix,
            scopes: split_scopes(&row.scopes),
            created_at: Moment::from_unix_ms(row.created_at),
            expires_at: row.expires_at.map(Moment::from_unix_ms),
            last_used_at: row.last_used_at.map(Moment::from_unix_ms),
            revoked_at: row.revoked_at.map(Moment::from_unix_ms),
        }
    }
}
