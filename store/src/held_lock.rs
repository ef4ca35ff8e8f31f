//! An SQLite database that somebody else is writing to, for tests.

use std::path::Path;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use crate::error::{Result, StoreError};

/// Holds the write lock of a database file, as another process would, until it is released or dropped.
pub struct HeldLock(SqliteConnection);

impl HeldLock {
    pub async fn take(file: &Path) -> Result<Self> {
        let failed = |error: sea_orm::sqlx::Error| StoreError::unavailable(error.to_string());
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(std::time::Duration::from_secs(30));
        let mut connection = options.connect().await.map_err(failed)?;
        connection.execute("BEGIN IMMEDIATE").await.map_err(failed)?;
        Ok(Self(connection))
    }

    pub async fn release(self) -> Result<()> {
        self.0.close().await.map_err(|error| StoreError::unavailable(error.to_string()))
    }
}
