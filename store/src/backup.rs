//! Copies of an SQLite database: made while the server runs, checked, put back while it does not.
//!
//! PostgreSQL has `pg_dump` and `pg_restore`, which know more than we ever would; `docs/storage.md` has the commands.

use std::path::{Path, PathBuf};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, Value};

use crate::connection::Store;
use crate::error::{Result, StoreError};
use crate::options::{StoreOptions, Target};

/// What a backup was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFacts {
    pub bytes: u64,
    /// Newest migration in it.
    pub schema: String,
    pub users: u64,
    pub transcripts: u64,
}

impl Store {
    /// Writes a compact copy of the database as it is at this moment; people go on speaking meanwhile. The file must
    /// not be there yet. What stands there in the end has been read through and is whole.
    pub async fn backup(&self, file: &Path) -> Result<BackupFacts> {
        let source = match self.target() {
            Target::SqliteFile(source) => source.clone(),
            Target::SqliteMemory => {
                return Err(StoreError::Unsupported {
                    what: "a backup",
                    hint: "a database in memory is gone with its process; give a file in the URL",
                });
            }
            Target::Postgres(_) => {
                return Err(StoreError::Unsupported {
                    what: "a backup by this command",
                    hint: "run `pg_dump --format=custom --file=alfavoice.dump \"$DATABASE_URL\"`",
                });
            }
        };
        // Under another name until it is whole, so that a half one is never taken for a backup.
        let unfinished = with_suffix(file, ".unfinished");
        refuse_existing(file)?;
        remove_if_there(&unfinished)?;
        copy(&source, &unfinished).await?;
        let facts = check_backup(&unfinished).await?;
        rename(&unfinished, file)?;
        Ok(facts)
    }
}

/// Reads a backup through: whether it is whole, and what is in it.
pub async fn check_backup(file: &Path) -> Result<BackupFacts> {
    let bytes = std::fs::metadata(file).map_err(|source| file_error(file, source))?.len();
    let db = open(file, true).await?;
    let facts = read_facts(&db, bytes).await;
    db.close_by_ref().await?;
    facts
}

/// Puts a backup in the place of the database of `options`. No server may be using it: whoever has it open makes this
/// fail. The database that was there is kept beside it, under the name that is returned.
pub async fn restore(options: &StoreOptions, backup: &Path) -> Result<Option<PathBuf>> {
    let Target::SqliteFile(target) = Target::parse(&options.url)? else {
        return Err(StoreError::Unsupported {
            what: "restoring by this command",
            hint: "run `pg_restore --clean --if-exists --dbname=\"$DATABASE_URL\" alfavoice.dump`",
        });
    };
    check_backup(backup).await?;
    let unfinished = with_suffix(&target, ".restoring");
    remove_if_there(&unfinished)?;
    copy(backup, &unfinished).await?;
    let replaced = set_aside(&target).await?;
    rename(&unfinished, &target)?;
    Ok(replaced)
}

/// Moves the database out of the way, its log merged into it; none where there was none.
async fn set_aside(target: &Path) -> Result<Option<PathBuf>> {
    if !target.exists() {
        return Ok(None);
    }
    let db = open(target, false).await?;
    // Leaving WAL mode merges the log and needs the file for itself alone: it fails while a server has it open.
    let mode = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA journal_mode = DELETE")).await;
    db.close_by_ref().await?;
    let mode: Option<String> = mode?.map(|row| row.try_get_by_index(0)).transpose()?;
    if mode.as_deref() != Some("delete") {
        return Err(StoreError::unavailable("somebody has it open; stop the server first"));
    }
    let aside = with_suffix(target, ".replaced");
    rename(target, &aside)?;
    Ok(Some(aside))
}

async fn copy(source: &Path, target: &Path) -> Result<()> {
    let failed = |reason: &str| StoreError::invalid("path", reason);
    let target = target.to_str().ok_or_else(|| failed("it is not UTF-8"))?;
    let db = open(source, false).await?;
    let vacuum = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [Value::from(target)]);
    let done = db.execute_raw(vacuum).await;
    db.close_by_ref().await?;
    done?;
    private(Path::new(target))
}

async fn open(file: &Path, read_only: bool) -> Result<DatabaseConnection> {
    let file = file.to_owned();
    let mut connect = ConnectOptions::new("sqlite::memory:");
    connect.max_connections(1).sqlx_logging(false);
    connect.map_sqlx_sqlite_opts(move |_| {
        let sqlite = SqliteConnectOptions::new().filename(&file).create_if_missing(false).read_only(read_only);
        // As it is: a copy comes without a log, the living database with one.
        if read_only { sqlite.journal_mode(SqliteJournalMode::Delete).immutable(true) } else { sqlite }
    });
    Ok(Database::connect(connect).await?)
}

async fn read_facts(db: &DatabaseConnection, bytes: u64) -> Result<BackupFacts> {
    let damaged = |reason: String| StoreError::Damaged { table: "backup", reason };
    let ask = async |sql: &str| db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await;
    let verdict: String = match ask("PRAGMA integrity_check").await {
        Ok(Some(row)) => row.try_get_by_index(0)?,
        Ok(None) => "no answer".to_owned(),
        Err(error) => return Err(damaged(error.to_string())),
    };
    if verdict != "ok" {
        return Err(damaged(verdict));
    }
    let foreign = |_| damaged("it is whole, but not a database of this program".to_owned());
    let row =
        ask("SELECT (SELECT MAX(version) FROM seaql_migrations) AS schema, (SELECT COUNT(*) FROM users) AS users,
            (SELECT COUNT(*) FROM transcripts) AS transcripts")
        .await
        .map_err(foreign)?;
    let row = row.ok_or_else(|| damaged("no answer".to_owned()))?;
    let count = |column: &str| row.try_get::<i64>("", column).map(crate::values::unsigned);
    Ok(BackupFacts {
        bytes,
        schema: row.try_get("", "schema")?,
        users: count("users")?,
        transcripts: count("transcripts")?,
    })
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn refuse_existing(file: &Path) -> Result<()> {
    if file.exists() {
        return Err(StoreError::Taken { what: file.display().to_string() });
    }
    Ok(())
}

fn remove_if_there(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file_error(file, error)),
        _ => Ok(()),
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|source| file_error(to, source))
}

/// What people said is nobody else's business in a copy either.
fn private(file: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(file, owner_only).map_err(|source| file_error(file, source))?;
    }
    Ok(())
}

fn file_error(file: &Path, source: std::io::Error) -> StoreError {
    StoreError::File { path: file.display().to_string(), source }
}
