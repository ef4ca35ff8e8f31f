//! `cargo xtask check`: what can be said about the code without running its tests.

use anyhow::{Result, bail};

use crate::cache;
use crate::counts::Counts;
use crate::length;
use crate::needs::Purpose;
use crate::setup;
use crate::shell;
use crate::steps;

pub fn run(arguments: &[String]) -> Result<bool> {
    if !arguments.is_empty() {
        bail!("`cargo xtask check` takes no arguments");
    }
    setup::install(Purpose::Build)?;
    let mut counts = Counts::default();
    steps::style(&mut counts);
    let layers = ["test", "--quiet", "--package", "xtask", "--test", "layers"];
    steps::step(&mut counts, "layers", cache::in_target_dir(shell::cargo(layers)));
    steps::findings(&mut counts, "file lengths", &length::too_long()?);
    steps::packages(&mut counts)?;
    licences(&mut counts)?;
    println!("\n{}", counts.report());
    Ok(counts.failed == 0)
}

/// By cargo-deny, where somebody installed it.
fn licences(counts: &mut Counts) -> Result<()> {
    const NAME: &str = "licences, sources and doubles (cargo deny)";
    const ADVISORIES: &str = "advisories (cargo deny)";
    if shell::find("cargo-deny").is_none() {
        for name in [NAME, ADVISORIES] {
            counts.skip(name, "cargo-deny is not installed; `cargo install --locked cargo-deny`");
        }
        return Ok(());
    }
    steps::step(counts, NAME, shell::cargo(["deny", "--log-level", "error", "check", "licenses", "bans", "sources"]));

    println!("\n==> {ADVISORIES}");
    let output = shell::cargo(["deny", "--log-level", "error", "check", "advisories"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    println!("{}", said.trim_end());
    if said.contains("failed to fetch advisory database") {
        counts.skip(ADVISORIES, "the list of advisories cannot be fetched from here");
    } else {
        counts.step(ADVISORIES, output.status.success());
    }
    Ok(())
}
