//! `alfavoice cleanup`

use std::path::Path;
use std::time::Duration;

use clap::Args;
use store::{Moment, Policy, Removal};

use super::database::with_store;
use super::options::SettingsOptions;
use crate::upkeep::{self, CleanUp};

#[derive(Debug, Args)]
pub struct Cleanup {
    /// Remove what is older: `90d`, `12h`, `8w`. Without it the settings of `[retention]` decide
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Option<Duration>,
    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
}

impl Cleanup {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        with_store(options, true, async |settings, store| {
            let now = Moment::now();
            let policy = match self.older_than {
                Some(age) => Policy::older_than(now.minus(age), now),
                None => upkeep::policy(settings, now),
            };
            let audio = settings.audio_folder();
            let clean_up = if self.dry_run {
                upkeep::preview(store, &audio, &policy).await?
            } else {
                upkeep::clean_up(store, &audio, &policy, now).await?
            };
            show(&clean_up, &audio, self.dry_run);
            Ok(())
        })
    }
}

/// The same lines for both, so that they can be compared.
fn show(CleanUp { removal, orphans }: &CleanUp, folder: &Path, dry_run: bool) {
    for transcript in &removal.transcripts {
        println!("transcript {transcript}");
    }
    for file in &removal.audio {
        println!("file {}", file.path);
    }
    for orphan in orphans {
        println!("file {}", orphan.strip_prefix(folder).unwrap_or(orphan).display());
    }
    let Removal { jobs, logins, tickets, invites, audit_entries, .. } = removal;
    println!("jobs {jobs}, logins {logins}, tickets {tickets}, invites {invites}, audit entries {audit_entries}");
    let (transcripts, files) = (removal.transcripts.len(), removal.audio.len() + orphans.len());
    let done = if dry_run { "would be removed" } else { "removed" };
    eprintln!("{transcripts} transcripts and {files} files {done}");
}

/// A number and a unit.
fn age(given: &str) -> Result<Duration, String> {
    let wrong = || format!("`{given}` is no age; write it like `90d`, `12h` or `8w`");
    let unit = given.chars().last().ok_or_else(wrong)?;
    let number: u64 = given[..given.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let hours = match unit {
        'h' => 1,
        'd' => 24,
        'w' => 24 * 7,
        _ => return Err(wrong()),
    };
    let seconds = number.checked_mul(hours * 3600).ok_or_else(wrong)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_a_number_and_a_unit() {
        assert_eq!(age("90d"), Ok(Duration::from_secs(90 * 24 * 3600)));
        assert_eq!(age("2w"), age("14d"));
        for odd in ["", "d", "90", "ninety d", "-1d", "5м", "99999999999999999999d"] {
            assert!(age(odd).is_err(), "{odd}");
        }
    }
}
