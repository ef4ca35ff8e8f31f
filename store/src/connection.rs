//! The store itself: connections, transactions, the schema's state.
//!
//! SQLite gets one writing connection and several reading ones: writers of one process queue up here instead of
//! failing with "database is locked", and readers never wait (WAL). PostgreSQL gets one pool for both.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use migrations::Migrator;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use sea_orm_migration::{MigrationStatus, MigratorTrait};
use uuid::Uuid;

use crate::error::{Result, StoreError};
use crate::options::{DatabaseKind, StoreOptions, Target};
use crate::reindex;

/// Everything the server keeps. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    /// For statements that change nothing. In memory the same single connection as `writer`.
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    /// A database in memory lives as long as any connection to it; this one is never used, so it is never lost. The
    /// others can be: a request that is given up at the wrong moment takes its connection along.
    anchor: Option<DatabaseConnection>,
    acquire_timeout: Duration,
}

/// A migration and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    pub name: String,
    pub applied: bool,
}

impl Store {
    /// Opens the database, creating an SQLite file that is not there, and brings the schema up to date if asked to.
    pub async fn connect(options: &StoreOptions) -> Result<Self> {
        let target = Target::parse(&options.url)?;
        let (reader, writer, anchor) = match &target {
            Target::SqliteMemory => {
                let name = format!("/{}", Uuid::new_v4());
                let anchor = Database::connect(in_memory(options, &name)).await?;
                let only = Database::connect(in_memory(options, &name)).await?;
                (only.clone(), only, Some(anchor))
            }
            Target::SqliteFile(path) => {
                create_private_file(path)?;
                let writer = Database::connect(sqlite_file(options, path, Role::Writer)).await?;
                (Database::connect(sqlite_file(options, path, Role::Reader)).await?, writer, None)
            }
            Target::Postgres(url) => {
                let pool = Database::connect(postgres(options, url)).await?;
                check_encoding(&pool).await?;
                (pool.clone(), pool, None)
            }
        };
        let acquire_timeout = options.acquire_timeout;
        let store = Self { inner: Arc::new(Inner { target, reader, writer, anchor, acquire_timeout }) };
        if options.migrate {
            store.migrate_up().await?;
        } else {
            let pending = store.migration_states().await?.into_iter().filter(|m| !m.applied).map(|m| m.name);
            let pending: Vec<String> = pending.collect();
            if !pending.is_empty() {
                return Err(StoreError::SchemaBehind { pending });
            }
        }
        Ok(store)
    }

    pub fn kind(&self) -> DatabaseKind {
        self.inner.target.kind()
    }

    /// Answers when the database does (for readiness checks); fails within the acquire time-out.
    pub async fn ping(&self) -> Result<()> {
        let ping = self.reader().query_one_raw(Statement::from_string(self.backend(), "SELECT 1"));
        match tokio::time::timeout(self.inner.acquire_timeout, ping).await {
            Ok(answer) => Ok(answer.map(drop)?),
            Err(_) => Err(StoreError::unavailable("it did not answer in time")),
        }
    }

    /// Applies the migrations that are missing. Several servers may do so at once: they wait for each other.
    pub async fn migrate_up(&self) -> Result<()> {
        let tx = self.begin_migration().await?;
        Migrator::up(&tx, None).await.map_err(|e| migration_error(&e))?;
        tx.commit().await?;
        reindex::bring_up_to_date(self).await
    }

    /// Takes back the newest `steps` migrations, with the data in their tables.
    pub async fn migrate_down(&self, steps: u32) -> Result<()> {
        let tx = self.begin_migration().await?;
        Migrator::down(&tx, Some(steps)).await.map_err(|e| migration_error(&e))?;
        Ok(tx.commit().await?)
    }

    /// All migrations this program knows, oldest first. Changes nothing.
    pub async fn migration_states(&self) -> Result<Vec<MigrationState>> {
        let known =
            Migrator::get_migration_with_status_read_only(self.reader()).await.map_err(|e| migration_error(&e))?;
        let state = |m: &sea_orm_migration::migrator::Migration| MigrationState {
            name: m.name().to_owned(),
            applied: m.status() == MigrationStatus::Applied,
        };
        Ok(known.iter().map(state).collect())
    }

    /// Waits for what is running, then closes. Later calls fail as unavailable.
    pub async fn close(&self) -> Result<()> {
        self.inner.reader.close_by_ref().await?;
        self.inner.writer.close_by_ref().await?;
        if let Some(anchor) = &self.inner.anchor {
            anchor.close_by_ref().await?;
        }
        Ok(())
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.inner.writer.get_database_backend()
    }

    pub(crate) fn target(&self) -> &Target {
        &self.inner.target
    }

    /// For single statements that change nothing.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// For single statements that change something.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.inner.writer
    }

    /// A transaction that will write. Dropped without `commit` it leaves no trace. While it is open nothing else may
    /// be asked of the store by the same task: in memory there is only one connection.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        // IMMEDIATE, because a transaction that starts by reading cannot wait for another writer's lock later.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.inner.writer.begin_with_options(options).await?)
    }

    /// A statement with its values. `$1` and so on stand for them in both databases.
    pub(crate) fn statement(&self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql, values)
    }

    async fn begin_migration(&self) -> Result<DatabaseTransaction> {
        let tx = self.begin().await?;
        if self.kind() == DatabaseKind::Postgres {
            tx.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
            // Any number will do as long as every server uses the same.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(4704811)").await?;
        }
        Ok(tx)
    }
}

fn migration_error(error: &sea_orm::DbErr) -> StoreError {
    StoreError::Migration { reason: error.to_string() }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Reader,
    Writer,
}

fn common(options: &StoreOptions, url: impl Into<String>) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url.into());
    connect.acquire_timeout(options.acquire_timeout).connect_timeout(options.acquire_timeout).sqlx_logging(false);
    connect
}

fn pragmas(sqlite: SqliteConnectOptions, busy_timeout: Duration) -> SqliteConnectOptions {
    sqlite
        .foreign_keys(true)
        .busy_timeout(busy_timeout)
        .journal_mode(SqliteJournalMode::Wal)
        // A final that was acknowledged survives a power cut; finals are written in batches, so it costs little.
        .synchronous(SqliteSynchronous::Full)
        .pragma("temp_store", "memory")
        // 8 MiB per connection instead of 2: a search touches many pages.
        .pragma("cache_size", "-8192")
}

fn in_memory(options: &StoreOptions, name: &str) -> ConnectOptions {
    let mut connect = common(options, "sqlite::memory:");
    let (busy_timeout, name) = (options.busy_timeout, name.to_owned());
    connect.min_connections(1).max_connections(1).idle_timeout(None).max_lifetime(None).test_before_acquire(false);
    // `memdb` is a database in memory that several connections of one process share, by its name.
    connect.map_sqlx_sqlite_opts(move |_| {
        let memory = SqliteConnectOptions::new().filename(&name).vfs("memdb").create_if_missing(true);
        pragmas(memory, busy_timeout).journal_mode(SqliteJournalMode::Memory)
    });
    connect
}

fn sqlite_file(options: &StoreOptions, path: &Path, role: Role) -> ConnectOptions {
    let path = path.to_owned();
    let busy_timeout = options.busy_timeout;
    // The path is set below: in a URL some characters would mean something else.
    let mut connect = common(options, "sqlite::memory:");
    connect.max_connections(if role == Role::Writer { 1 } else { options.connections.max(1) });
    connect.idle_timeout(None).max_lifetime(None).test_before_acquire(false);
    connect.map_sqlx_sqlite_opts(move |_| {
        let sqlite = pragmas(SqliteConnectOptions::new().filename(&path), busy_timeout).create_if_missing(true);
        if role == Role::Reader { sqlite.pragma("query_only", "on") } else { sqlite }
    });
    connect
}

fn postgres(options: &StoreOptions, url: &str) -> ConnectOptions {
    let mut connect = common(options, url);
    connect
        .max_connections(options.connections.max(1))
        .set_application_name("alfavoice")
        .statement_timeout(options.statement_timeout);
    let lock_timeout = options.busy_timeout.as_millis().to_string();
    connect.map_sqlx_postgres_opts(move |postgres| {
        postgres.options([
            ("lock_timeout", lock_timeout.as_str()),
            // How common a word is decides how it is best searched, so a plan made for any word fits none.
            ("plan_cache_mode", "force_custom_plan"),
            ("jit", "off"),
        ])
    });
    connect
}

async fn check_encoding(pool: &DatabaseConnection) -> Result<()> {
    let statement = Statement::from_string(DbBackend::Postgres, "SHOW server_encoding");
    let row = pool.query_one_raw(statement).await?;
    let encoding: String = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(StoreError::Options {
        problem: format!("the PostgreSQL database is encoded in `{encoding}`"),
        hint: "create it with `ENCODING 'UTF8'`",
    })
}

/// The database holds what people said: nobody but the server's own user may read it.
fn create_private_file(path: &Path) -> Result<()> {
    let failed = |source| StoreError::File { path: path.display().to_string(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    match file.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}
