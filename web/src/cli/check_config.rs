//! `alfavoice check-config`

use clap::Args;

use super::options::SettingsOptions;

#[derive(Debug, Args)]
pub struct CheckConfig {
    /// Show only what differs from the defaults
    #[arg(long)]
    changed: bool,
}

impl CheckConfig {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let settings = options.load(&[])?;
        let rows: Vec<_> =
            settings.rows().into_iter().filter(|row| !self.changed || row.origin != config::Origin::Default).collect();
        let width = |of: fn(&config::Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
        let (keys, values) = (width(|row| row.key.chars().count()), width(|row| row.value.chars().count()).min(40));
        for row in &rows {
            println!("{:keys$}  {:values$}  {}", row.key, row.value, row.origin);
        }
        for warning in settings.warnings() {
            eprintln!("warning: {warning}");
        }
        eprintln!("the settings are good (profile `{}`)", settings.profile.name());
        Ok(())
    }
}
