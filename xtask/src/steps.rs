//! Steps that `test` and `check` share.

use std::process::Command;

use anyhow::Result;

use crate::cache;
use crate::counts::Counts;
use crate::packages;
use crate::shell;

/// Formatting, and the lints as errors.
pub fn style(counts: &mut Counts) {
    step(counts, "formatting (cargo fmt)", shell::cargo(["fmt", "--all", "--check"]));
    let lints = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    step(counts, "lints (cargo clippy)", cache::in_target_dir(shell::cargo(lints)));
}

/// Runs it and counts whether it was green.
pub fn step(counts: &mut Counts, name: &str, command: Command) {
    println!("\n==> {name}");
    let result = shell::run(command);
    if let Err(error) = &result {
        println!("error: {error:#}");
    }
    counts.step(name, result.is_ok());
}

/// The map of the project against the project.
pub fn packages(counts: &mut Counts) -> Result<()> {
    findings(counts, "packages in docs/architecture.md", &packages::differences()?);
    Ok(())
}

/// Prints what was found; nothing found is green.
pub fn findings(counts: &mut Counts, name: &str, findings: &[String]) {
    println!("\n==> {name}");
    for finding in findings {
        println!("error: {finding}");
    }
    counts.step(name, findings.is_empty());
}
