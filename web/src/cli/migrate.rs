//! `alfavoice migrate`

use clap::{Args, Subcommand};
use store::{Store, StoreError, StoreOptions};

use super::options::SettingsOptions;
use crate::database;

#[derive(Debug, Args)]
pub struct Migrate {
    #[command(subcommand)]
    action: MigrateAction,
}

#[derive(Debug, Subcommand)]
enum MigrateAction {
    /// Bring the schema up to date (the server does so itself when it starts)
    Up,
    /// Take back the newest migrations, with the data in their tables
    Down {
        /// How many
        #[arg(default_value_t = 1)]
        steps: u32,
        /// Really remove the data
        #[arg(long)]
        yes: bool,
    },
    /// Show which migrations there are; fails when one is missing
    Status,
}

impl Migrate {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let settings = options.load(&[])?;
        let with = |migrate| StoreOptions { migrate, ..database::options(&settings) };
        actix_web::rt::System::new().block_on(async {
            match self.action {
                MigrateAction::Up => {
                    let store = Store::connect(&with(true)).await?;
                    println!("the schema has all {} migrations", store.migration_states().await?.len());
                    store.close().await?;
                }
                MigrateAction::Down { steps, yes } => {
                    anyhow::ensure!(yes, "this removes tables with what is in them; make a copy with `alfavoice backup`, then add `--yes`");
                    let store = Store::connect(&with(false)).await?;
                    store.migrate_down(steps).await?;
                    println!("took back {steps} migration(s)");
                    store.close().await?;
                }
                MigrateAction::Status => match Store::connect(&with(false)).await {
                    Ok(store) => {
                        for migration in store.migration_states().await? {
                            println!("applied  {}", migration.name);
                        }
                        store.close().await?;
                    }
                    Err(StoreError::SchemaBehind { pending }) => {
                        for name in &pending {
                            println!("missing  {name}");
                        }
                        return Err(StoreError::SchemaBehind { pending }.into());
                    }
                    Err(error) => return Err(error.into()),
                },
            }
            Ok(())
        })
    }
}
