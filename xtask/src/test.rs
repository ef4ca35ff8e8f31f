//! `cargo xtask test`: everything that must be green, and a plain last line that adds it up.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::cache;
use crate::client;
use crate::counts::Counts;
use crate::needs::Purpose;
use crate::setup;
use crate::shell;
use crate::steps;

/// Names a file to which a test that cannot run here appends a line "name: reason" before it returns.
const SKIPPED: &str = "ALFAVOICE_SKIPPED";

pub fn run(arguments: &[String]) -> Result<bool> {
    if !arguments.is_empty() {
        bail!("`cargo xtask test` always runs everything; use `cargo test -p PACKAGE NAME` for less");
    }
    let start = Instant::now();
    setup::install(Purpose::Test)?;
    shell::run(shell::cargo(["fetch", "--quiet"]))?;
    cache::tidy()?;

    let mut counts = Counts::default();
    steps::style(&mut counts);
    steps::packages(&mut counts)?;
    // Before the server, which carries the page.
    client::test_apart(&mut counts);
    // Tests of the server start real worker processes, so these must be there before any test runs. Together with the
    // tests, because executables alone get other features of shared libraries, and most would be compiled twice.
    let executables = ["build", "--workspace", "--bins", "--tests", "--quiet"];
    steps::step(&mut counts, "executables", cache::in_target_dir(shell::cargo(executables)));
    tests(&mut counts)?;
    client::test_flows(&mut counts)?;

    println!("\n{} minutes, built in {}", start.elapsed().as_secs().div_ceil(60), cache::target_dir().display());
    println!("{}", counts.report());
    Ok(counts.failed == 0)
}

fn tests(counts: &mut Counts) -> Result<()> {
    println!("\n==> tests");
    let skipped = cache::target_dir().join("skipped.txt");
    std::fs::write(&skipped, "")?;
    let mut command = cache::in_target_dir(shell::cargo(["test", "--workspace", "--no-fail-fast"]));
    command.env(SKIPPED, &skipped);
    let mut seen = Counts::default();
    let green = shell::watch(command, |line| seen.read(line))?;
    seen.could_not_run(&std::fs::read_to_string(&skipped)?);

    let named = !seen.failures.is_empty();
    counts.passed += seen.passed;
    counts.failed += seen.failed;
    counts.skipped += seen.skipped;
    counts.failures.append(&mut seen.failures);
    counts.skips.append(&mut seen.skips);
    if !green && !named {
        // It did not compile, or a test process died without a word.
        counts.step("tests (cargo test)", false);
    }
    Ok(())
}
