//! The database as the server holds it: opened at start, tried again for as long as it is away.
//!
//! Speech does not depend on it: what needs the database answers `unavailable` meanwhile, and finals wait in the
//! recorder's journal.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use config::Settings;
use store::{Store, StoreOptions};
use tracing::{error, info, warn};

/// How long the start waits for it.
const PATIENCE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Cheap to clone; all clones see it come.
#[derive(Clone, Default)]
pub struct Database(Arc<OnceLock<Store>>);

impl Database {
    /// Opens it and brings its schema up to date. Where it cannot be had in time it is tried again in the background;
    /// what will never work (a wrong address, a newer schema) is an error at once.
    pub async fn open(settings: &Settings) -> store::Result<Self> {
        let database = Self::default();
        let options = options(settings);
        match tokio::time::timeout(PATIENCE, Store::connect(&options)).await {
            Ok(Ok(store)) => database.has_come(store),
            Ok(Err(error)) if !error.is_transient() => return Err(error),
            Ok(Err(error)) => {
                warn!(%error, "the database is away; speech works, history and accounts wait for it");
                actix_web::rt::spawn(database.clone().keep_trying(options));
            }
            Err(_) => {
                warn!("the database does not answer; speech works, history and accounts wait for it");
                actix_web::rt::spawn(database.clone().keep_trying(options));
            }
        }
        Ok(database)
    }

    /// None while it has never been there. One that went away later answers its calls with errors by itself.
    pub fn get(&self) -> Option<&Store> {
        self.0.get()
    }

    /// Waits until it is there.
    pub async fn arrived(&self) -> &Store {
        loop {
            if let Some(store) = self.get() {
                return store;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn has_come(&self, store: Store) {
        info!(kind = ?store.kind(), "the database is open");
        let _ = self.0.set(store);
    }

    async fn keep_trying(self, options: StoreOptions) {
        let mut pause = FIRST_PAUSE;
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            match Store::connect(&options).await {
                Ok(store) => return self.has_come(store),
                Err(error) if error.is_transient() => warn!(%error, "the database is still away"),
                Err(error) => return error!(%error, "the database cannot be used; mend it and restart the server"),
            }
        }
    }
}

/// How to reach the database of these settings.
pub fn options(settings: &Settings) -> StoreOptions {
    let mut options = StoreOptions::new(settings.database_url());
    options.connections = settings.database.pool_size;
    options.busy_timeout = Duration::from_millis(u64::from(settings.database.busy_timeout_ms));
    options.acquire_timeout = options.busy_timeout;
    options
}
