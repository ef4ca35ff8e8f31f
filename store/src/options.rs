//! Which database, and how patiently it is used.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Result, StoreError};

/// How to reach the database.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite://path/to/file.db`, `sqlite::memory:` or `postgres://user:password@host/database`.
    pub url: String,
    /// Connections kept at most (SQLite: readers; there is always exactly one writer beside them).
    pub connections: u32,
    /// How long a statement waits for a lock that another process holds.
    pub busy_timeout: Duration,
    /// How long a call waits for a free connection before the database counts as unavailable.
    pub acquire_timeout: Duration,
    /// PostgreSQL ends a statement that takes longer; migrations are exempt.
    pub statement_timeout: Duration,
    /// Bring the schema up to date on connecting; without it an old schema is an error.
    pub migrate: bool,
}

impl StoreOptions {
    /// The defaults with this URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 8,
            busy_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            migrate: true,
        }
    }
}

/// The URL holds a password, so it is left out.
impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions")
            .field("url", &"(secret)")
            .field("connections", &self.connections)
            .field("busy_timeout", &self.busy_timeout)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("migrate", &self.migrate)
            .finish()
    }
}

/// The kind of database behind a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    Sqlite,
    Postgres,
}

/// What a URL means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    SqliteMemory,
    SqliteFile(PathBuf),
    Postgres(String),
}

impl Target {
    pub fn parse(url: &str) -> Result<Self> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let (path, parameters) = path.split_once('?').unwrap_or((path, ""));
            if path == ":memory:" || parameters.split('&').any(|p| p == "mode=memory") {
                return Ok(Self::SqliteMemory);
            }
            if path.is_empty() {
                return Err(StoreError::Options {
                    problem: "the SQLite URL names no file".to_owned(),
                    hint: "write `sqlite://data/alfavoice.db`",
                });
            }
            return Ok(Self::SqliteFile(PathBuf::from(path)));
        }
        if let Some(rest) = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://")) {
            return Ok(Self::Postgres(format!("postgres://{rest}")));
        }
        let scheme = url.split(':').next().unwrap_or_default();
        Err(StoreError::Options {
            problem: format!("unknown kind of database `{scheme}`"),
            hint: "the URL starts with `sqlite:` or `postgres://`",
        })
    }

    pub fn kind(&self) -> DatabaseKind {
        match self {
            Self::SqliteMemory | Self::SqliteFile(_) => DatabaseKind::Sqlite,
            Self::Postgres(_) => DatabaseKind::Postgres,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_form_of_url_is_understood() {
        for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite:any?mode=memory&cache=shared"] {
            assert_eq!(Target::parse(url).unwrap(), Target::SqliteMemory, "{url}");
        }
        for url in ["sqlite:data/a.db", "sqlite://data/a.db?mode=rwc"] {
            assert_eq!(Target::parse(url).unwrap(), Target::SqliteFile("data/a.db".into()), "{url}");
        }
        assert_eq!(Target::parse("sqlite:///var/a.db").unwrap(), Target::SqliteFile("/var/a.db".into()));
        for url in ["postgres://u:p@h/d", "postgresql://u:p@h/d"] {
            assert_eq!(Target::parse(url).unwrap(), Target::Postgres("postgres://u:p@h/d".to_owned()), "{url}");
        }
    }

    #[test]
    fn an_unusable_url_is_refused_without_repeating_its_password() {
        let error = Target::parse("mysql://root:hunter2@host/db").unwrap_err().to_string();
        assert!(error.contains("mysql") && error.contains("postgres://") && !error.contains("hunter2"), "{error}");
        assert!(!format!("{:?}", StoreOptions::new("postgres://u:hunter2@h/d")).contains("hunter2"));
    }
}
