//! `cargo xtask docs`: writes the documents that come from the code.
//!
//! Each package that has such documents compares them in `tests/documents.rs`; with ALFAVOICE_REWRITE set that test
//! writes them instead.

use anyhow::{Result, bail};

use crate::cache;
use crate::shell;
use crate::workspace;

const TEST: &str = "documents";

pub fn run(arguments: &[String]) -> Result<bool> {
    if !arguments.is_empty() {
        bail!("`cargo xtask docs` takes no arguments");
    }
    for member in workspace::members()?.iter().filter(|member| member.tests.iter().any(|test| test == TEST)) {
        let arguments = ["test", "--quiet", "--package", &member.name, "--test", TEST];
        let mut command = cache::in_target_dir(shell::cargo(arguments));
        command.env("ALFAVOICE_REWRITE", "1");
        shell::run(command)?;
    }
    shell::run(shell::program("git", ["status", "--short", "--", "docs", "config"]))?;
    Ok(true)
}
