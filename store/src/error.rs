//! What can go wrong between us and the database, sorted by what the caller can do about it.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, SqlxError};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is gone, locked, full or too slow. Trying again later may help; nothing was changed.
    #[error("the database is not available: {reason}; it is tried again, see that it runs and has space")]
    Unavailable {
        reason: String,
        #[source]
        source: Option<Box<DbErrSource>>,
    },
    /// Something with this name is there already.
    #[error("`{what}` exists already; choose another")]
    Taken { what: String },
    /// There is no such thing, or it is not the asker's.
    #[error("there is no such {what}")]
    NotFound { what: &'static str },
    /// Somebody else changed it since the caller read it.
    #[error("changed meanwhile, the version is now {current}; read it again and repeat the change")]
    Stale { current: u64 },
    /// The value cannot be stored.
    #[error("`{field}` is not acceptable: {hint}")]
    Invalid { field: &'static str, hint: String },
    /// The URL or another option cannot be used.
    #[error("database: {problem}; {hint}")]
    Options { problem: String, hint: &'static str },
    /// The schema is older than this program.
    #[error("the database lacks {} migration(s), first `{}`; run `alfavoice migrate up`", .pending.len(), .pending[0])]
    SchemaBehind { pending: Vec<String> },
    /// The schema is newer than this program, or a migration failed.
    #[error("the schema could not be brought up to date: {reason}")]
    Migration { reason: String },
    /// A row that cannot be read back.
    #[error("damaged row in `{table}`: {reason}")]
    Damaged { table: &'static str, reason: String },
    /// The database kind cannot do this.
    #[error("{what} is not possible with this database; {hint}")]
    Unsupported { what: &'static str, hint: &'static str },
    /// A file of a backup could not be read or written.
    #[error("`{path}`: {source}")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    /// A mistake of ours, or a database that misbehaves.
    #[error("the database refused a statement")]
    Database(#[source] Box<DbErrSource>),
}

/// The driver's error, kept for the log; its type is nobody's business.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct DbErrSource {
    message: String,
}

impl StoreError {
    /// Whether the same call may succeed later, with nothing changed by this one.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    pub(crate) fn invalid(field: &'static str, hint: impl Into<String>) -> Self {
        Self::Invalid { field, hint: hint.into() }
    }

    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into(), source: None }
    }
}

/// Result of everything in this package.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if is_foreign_key_violation(&error) {
            // All that can be inserted refers to its owner, who may have been removed a moment ago.
            return Self::NotFound { what: "user" };
        }
        let source = Box::new(DbErrSource { message: error.to_string() });
        match transient_reason(&error) {
            Some(reason) => Self::Unavailable { reason: reason.to_owned(), source: Some(source) },
            None => Self::Database(source),
        }
    }
}

/// Whether the error is a broken unique constraint; callers know which one it can be.
pub(crate) fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether a row was referred to that is not there (any more).
fn is_foreign_key_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_)))
}

/// Why the database is out of reach for now; none where trying again cannot help.
fn transient_reason(error: &DbErr) -> Option<&'static str> {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Some("no connection became free in time"),
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Some("the connections are closed"),
        DbErr::Conn(RuntimeErr::SqlxError(e)) => Some(driver_reason(e).unwrap_or("it cannot be reached")),
        DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => driver_reason(e),
        _ => None,
    }
}

fn driver_reason(error: &SqlxError) -> Option<&'static str> {
    match error {
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::Protocol(_) => Some("the connection broke"),
        SqlxError::PoolTimedOut => Some("no connection became free in time"),
        SqlxError::PoolClosed => Some("the connections are closed"),
        SqlxError::WorkerCrashed => Some("the connection's thread ended"),
        SqlxError::Database(e) => code_reason(e.code().as_deref().unwrap_or_default()),
        _ => None,
    }
}

/// By SQLSTATE (five characters) or by SQLite's extended result code (up to four digits; the low byte is the kind).
fn code_reason(code: &str) -> Option<&'static str> {
    if code.len() == 5 {
        return match code.get(..2).unwrap_or_default() {
            "08" => Some("the connection broke"),
            "53" => Some("it is out of resources"),
            "57" => Some("it is shutting down or cancelled the statement"),
            "58" => Some("its disk does not work"),
            // Deadlock and serialisation failure: the transaction is rolled back and may be repeated.
            "40" => Some("another transaction was in the way"),
            "55" => Some("a lock could not be had"),
            _ => None,
        };
    }
    match code.parse::<u32>().ok()? & 0xff {
        5 | 6 => Some("it is locked by somebody else"),
        8 => Some("it is read-only"),
        10 => Some("its disk does not work"),
        13 => Some("its disk is full"),
        14 => Some("its file cannot be opened"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_full_disks_and_lost_servers_are_transient_and_mistakes_are_not() {
        for code in ["5", "261", "517", "6", "13", "10", "778", "08006", "53300", "57P01", "40P01", "55P03"] {
            assert!(code_reason(code).is_some(), "{code}");
        }
        for code in ["1", "19", "2067", "787", "42601", "23505", ""] {
            assert!(code_reason(code).is_none(), "{code}");
        }
    }

    #[test]
    fn an_error_says_the_way_out() {
        let error = StoreError::SchemaBehind { pending: vec!["m0009_audit".to_owned()] };
        assert_eq!(
            error.to_string(),
            "the database lacks 1 migration(s), first `m0009_audit`; run `alfavoice migrate up`"
        );
    }
}
