//! `alfavoice backup` and `alfavoice restore`

use std::path::PathBuf;

use clap::Args;

use super::database::with_store;
use super::options::SettingsOptions;
use crate::{database, upkeep};

#[derive(Debug, Args)]
pub struct Backup {
    /// File for the copy; without it one is made in the folder of copies (`retention.backup_dir`)
    file: Option<PathBuf>,
}

impl Backup {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        with_store(options, false, async |settings, store| {
            let file = match self.file {
                Some(file) => {
                    store.backup(&file).await?;
                    file
                }
                None => upkeep::back_up(store, &settings.backup_folder(), usize::from(settings.retention.keep_backups)).await?,
            };
            let facts = store::check_backup(&file).await?;
            println!("{}: {} users, {} transcripts, {} bytes, read through and whole",
                file.display(), facts.users, facts.transcripts, facts.bytes);
            Ok(())
        })
    }
}

#[derive(Debug, Args)]
pub struct Restore {
    /// A copy that `alfavoice backup` made
    file: PathBuf,
}

impl Restore {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let settings = options.load(&[])?;
        actix_web::rt::System::new().block_on(async {
            let replaced = store::restore(&database::options(&settings), &self.file).await?;
            println!("the database is the copy now");
            if let Some(replaced) = replaced {
                println!("what was there before is kept as {}", replaced.display());
            }
            Ok(())
        })
    }
}
