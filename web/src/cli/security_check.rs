//! `alfavoice security-check`

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::options::SettingsOptions;
use crate::security::{self, Severity};

#[derive(Debug, Args)]
pub struct SecurityCheck {
    /// Repository to look through for secrets
    #[arg(long, value_name = "DIR", default_value = ".")]
    repository: PathBuf,
}

impl SecurityCheck {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        // What the server would refuse to start with is told by the settings themselves.
        let settings = options.load(&[])?;
        let findings = security::check(&settings, options.file().as_deref(), &self.repository);
        for finding in &findings {
            println!("{finding}");
        }
        let weaknesses = findings.iter().filter(|finding| finding.severity == Severity::Weakness).count();
        if weaknesses > 0 {
            bail!("{weaknesses} weaknesses; mend them as said");
        }
        eprintln!("no weakness was found");
        Ok(())
    }
}
