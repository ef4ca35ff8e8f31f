//! The few words in which the two databases' table definitions differ.
//!
//! Migrations are written as SQL with `{int}`, `{uuid}` and so on in it, so that a reader sees the tables as they are.

use sea_orm_migration::SchemaManager;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};

/// Placeholder, SQLite, PostgreSQL.
const WORDS: [(&str, &str, &str); 8] = [
    // Only these very words make a column the rowid, which FTS5 and the clustering rely on.
    ("{ordinal_key}", "INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY"),
    ("{int}", "INTEGER", "BIGINT"),
    ("{real}", "REAL", "DOUBLE PRECISION"),
    ("{bool}", "INTEGER", "BOOLEAN"),
    ("{false}", "0", "FALSE"),
    ("{uuid}", "BLOB", "UUID"),
    ("{bytes}", "BLOB", "BYTEA"),
    // SQLite otherwise takes any type in any column.
    ("{strict}", " STRICT", ""),
];

/// `template` in the words of `backend`.
pub fn render(backend: DbBackend, template: &str) -> String {
    WORDS.iter().fold(template.to_owned(), |sql, (placeholder, sqlite, postgres)| {
        let word = if backend == DbBackend::Postgres { postgres } else { sqlite };
        sql.replace(placeholder, word)
    })
}

/// Runs a template of one or more statements.
pub async fn run(manager: &SchemaManager<'_>, template: &str) -> Result<(), DbErr> {
    let sql = render(manager.get_database_backend(), template);
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

/// Runs statements that only one of the databases needs.
pub async fn run_only(manager: &SchemaManager<'_>, backend: DbBackend, template: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == backend {
        run(manager, template).await?;
    }
    Ok(())
}

/// Declares `Migration` of this file: its name, the statements up and the statements down.
macro_rules! migration {
    ($name:literal, $up:expr, $down:expr) => {
        pub struct Migration;

        impl sea_orm_migration::MigrationName for Migration {
            fn name(&self) -> &str {
                $name
            }
        }

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for Migration {
            async fn up(
                &self,
                manager: &sea_orm_migration::SchemaManager,
            ) -> Result<(), sea_orm_migration::sea_orm::DbErr> {
                crate::dialect::run(manager, $up).await
            }

            async fn down(
                &self,
                manager: &sea_orm_migration::SchemaManager,
            ) -> Result<(), sea_orm_migration::sea_orm::DbErr> {
                crate::dialect::run(manager, $down).await
            }
        }
    };
}
pub(crate) use migration;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_replaced_in_both_dialects() {
        let template: String = WORDS.iter().map(|(placeholder, ..)| *placeholder).collect();
        for backend in [DbBackend::Sqlite, DbBackend::Postgres] {
            let sql = render(backend, &template);
            assert!(!sql.contains('{'), "{sql}");
        }
    }
}
