//! `alfavoice security-check`: what would let somebody in who should stay out.
//!
//! Each part looks at one thing and reports findings; nothing is changed.

mod files;
mod repository;
mod secrets;
mod settings;

use std::fmt;
use std::path::Path;

use config::Settings;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a thought.
    Advice,
    /// Must be mended; the command fails.
    Weakness,
}

/// Something that was found, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// A stable word.
    pub code: &'static str,
    pub what: String,
    pub remedy: String,
}

impl Finding {
    fn weakness(code: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Weakness, code, what: what.into(), remedy: remedy.into() }
    }

    fn advice(code: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Advice, ..Self::weakness(code, what, remedy) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Weakness => "weakness",
            Severity::Advice => "advice",
        };
        write!(f, "{severity} [{}]: {}; {}", self.code, self.what, self.remedy)
    }
}

/// Everything there is to find, the worst first. `repository` is looked through for secrets where it is one.
pub fn check(settings: &Settings, config_file: Option<&Path>, repository: &Path) -> Vec<Finding> {
    let mut findings = settings::check(settings);
    findings.extend(files::check(settings, config_file, repository));
    findings.extend(repository::check(repository));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}
