//! Each user's settings: one JSON document with a version, so that two clients cannot overwrite each other unseen.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::connection::Store;
use crate::entity::vocabulary::settings;
use crate::error::{Result, StoreError};
use crate::ids::UserId;
use crate::moment::Moment;
use crate::values::{signed, unsigned};

/// A user's settings as they are now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserSettings {
    pub body: Json,
    /// Makes the ETag; grows by one with every change. 0 where nothing was ever saved.
    pub version: u64,
    pub updated_at: Option<Moment>,
}

/// What the caller believes to be there before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// This version (0: nothing yet); any other refuses the change as `StoreError::Stale`.
    Version(u64),
    /// Whatever it is.
    Any,
}

/// The settings of a store.
#[derive(Clone, Copy)]
pub struct Settings<'s> {
    store: &'s Store,
}

impl Store {
    pub fn settings(&self) -> Settings<'_> {
        Settings { store: self }
    }
}

impl Settings<'_> {
    /// An empty object of version 0 where nothing was saved yet.
    pub async fn get(&self, owner: UserId) -> Result<UserSettings> {
        let row = settings::Entity::find_by_id(owner.as_uuid()).one(self.store.reader()).await?;
        let Some(row) = row else {
            return Ok(UserSettings { body: Json::Object(serde_json::Map::default()), version: 0, updated_at: None });
        };
        let body = serde_json::from_str(&row.body)
            .map_err(|error| StoreError::Damaged { table: "settings", reason: error.to_string() })?;
        Ok(UserSettings {
            body,
            version: unsigned(row.version),
            updated_at: Some(Moment::from_unix_ms(row.updated_at)),
        })
    }

    /// Puts a whole new document; the new version.
    pub async fn put(&self, owner: UserId, body: &Json, expected: Expected, now: Moment) -> Result<u64> {
        // serde_json writes a NUL as an escape, so the text itself is fit for PostgreSQL.
        let body = body.to_string();
        let tx = self.store.begin().await?;
        let written = match expected {
            Expected::Version(0) => self.insert(&tx, owner, &body, now).await?,
            Expected::Version(version) => self.update(&tx, owner, &body, Some(version), now).await?,
            Expected::Any => {
                self.insert(&tx, owner, &body, now).await? || self.update(&tx, owner, &body, None, now).await?
            }
        };
        let current = settings::Entity::find_by_id(owner.as_uuid()).one(&tx).await?;
        let current = current.map_or(0, |row| unsigned(row.version));
        if !written {
            return Err(StoreError::Stale { current });
        }
        tx.commit().await?;
        Ok(current)
    }

    async fn insert(&self, tx: &sea_orm::DatabaseTransaction, owner: UserId, body: &str, now: Moment) -> Result<bool> {
        let row =
            settings::Model { user_id: owner.as_uuid(), body: body.to_owned(), version: 1, updated_at: now.unix_ms() };
        let inserted = settings::Entity::insert(row.into_active_model().reset_all())
            .on_conflict(OnConflict::column(settings::Column::UserId).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await;
        match inserted {
            Ok(rows) => Ok(rows > 0),
            Err(sea_orm::DbErr::RecordNotInserted) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn update(
        &self,
        tx: &sea_orm::DatabaseTransaction,
        owner: UserId,
        body: &str,
        version: Option<u64>,
        now: Moment,
    ) -> Result<bool> {
        let mut update = settings::Entity::update_many()
            .col_expr(settings::Column::Body, Expr::value(body))
            .col_expr(settings::Column::Version, Expr::cust("version + 1"))
            .col_expr(settings::Column::UpdatedAt, Expr::value(now.unix_ms()))
            .filter(settings::Column::UserId.eq(owner.as_uuid()));
        if let Some(version) = version {
            update = update.filter(settings::Column::Version.eq(signed(version)));
        }
        Ok(update.exec(tx).await?.rows_affected > 0)
    }
}
