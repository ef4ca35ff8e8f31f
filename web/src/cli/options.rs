//! Options of every action: where settings come from.

use std::path::PathBuf;

use clap::Args;
use config::{Settings, Sources};

#[derive(Debug, Clone, Default, Args)]
pub struct SettingsOptions {
    /// Set of defaults: `development` or `production`
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// Configuration file on top of the profile
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of everything that is kept: database, logs, models (key `server.data_dir`)
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Any key of the configuration, such as `--set asr.languages=en,ru`; may be given several times
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = key_and_value)]
    set: Vec<(String, String)>,
}

impl SettingsOptions {
    /// The configuration file, where there is one.
    pub fn file(&self) -> Option<PathBuf> {
        let named = || std::env::var_os("ALFAVOICE_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        self.config.clone().or_else(named)
    }

    /// The settings, with some more values from the action's own flags.
    pub fn load(&self, flags: &[(&str, String)]) -> anyhow::Result<Settings> {
        let mut sources = Sources::from_environment();
        sources.profile.clone_from(&self.profile);
        sources.file.clone_from(&self.config);
        sources.flags.extend(self.set.iter().cloned());
        if let Some(folder) = &self.data_dir {
            sources = sources.with("server.data_dir", folder.to_string_lossy());
        }
        for (key, value) in flags {
            sources = sources.with(key, value);
        }
        Ok(Settings::load(&sources)?)
    }
}

fn key_and_value(given: &str) -> Result<(String, String), String> {
    let (key, value) = given.split_once('=').ok_or_else(|| format!("`{given}` is not KEY=VALUE"))?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}
