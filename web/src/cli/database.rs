//! What all commands on the database have in common.

use anyhow::Context as _;
use config::Settings;
use store::{Store, StoreOptions};

use super::options::SettingsOptions;
use crate::database;

/// Opens the database of the settings and does `work` with it. The schema is brought up to date only where asked.
pub fn with_store<T>(
    options: &SettingsOptions,
    migrate: bool,
    work: impl AsyncFnOnce(&Settings, &Store) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let settings = options.load(&[])?;
    actix_web::rt::System::new().block_on(async {
        let options = StoreOptions { migrate, ..database::options(&settings) };
        let store = Store::connect(&options).await.context("the database cannot be used")?;
        let done = work(&settings, &store).await;
        store.close().await?;
        done
    })
}
