//! The page (`client/`): built before the server, which carries it, and tested in a real browser.
//!
//! Without Node.js or its packages the server carries a plain page, and what cannot be tested is counted as skipped.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::cache;
use crate::counts::Counts;
use crate::shell;
use crate::steps;

/// Why there is no page to build or to test.
type Missing = &'static str;

/// Builds the page; says so where it cannot, which leaves the plain one.
pub fn build() -> Result<()> {
    if let Err(missing) = packages() {
        println!("note: {missing}: the server carries the plain page");
        return Ok(());
    }
    shell::run(npm(["run", "--silent", "build"]))
}

/// The steps that need no server: types, lints, unit tests, the build itself.
pub fn test_apart(counts: &mut Counts) {
    const STEPS: [(&str, &str); 3] =
        [("page: types (svelte-check)", "check"), ("page: unit tests (vitest)", "test"), ("page: build", "build")];
    let missing = packages().err();
    for (name, script) in STEPS {
        match missing {
            Some(missing) => counts.skip(name, missing),
            None => steps::step(counts, name, npm(["run", "--silent", script])),
        }
    }
}

/// People's ways through the page, in Chromium, with the server that was just built. What is missing is said by the flows
/// themselves, in the file that `skipped` names.
pub fn test_flows(counts: &mut Counts) -> Result<()> {
    const NAME: &str = "page: flows in a browser";
    if let Err(missing) = packages() {
        counts.skip(NAME, missing);
        return Ok(());
    }
    let server = cache::target_dir().join("debug/alfavoice");
    let skipped = cache::target_dir().join("skipped-page.txt");
    std::fs::write(&skipped, "")?;
    let mut flows = npm(["run", "--silent", "flows"]);
    flows.env("ALFAVOICE_SERVER", server).env("ALFAVOICE_SKIPPED", &skipped);
    steps::step(counts, NAME, flows);
    counts.could_not_run(&std::fs::read_to_string(&skipped)?);
    Ok(())
}

/// Installs what `package-lock.json` says, unless it is there already.
fn packages() -> Result<(), Missing> {
    if shell::find("npm").is_none() {
        return Err("no npm; install Node.js 20 or newer with npm");
    }
    if !node_is_new_enough() {
        return Err("Node.js is older than 20.19");
    }
    let lock = std::fs::read(folder().join("package-lock.json")).map_err(|_| "client/package-lock.json is missing")?;
    let installed = folder().join("node_modules/.installed");
    if std::fs::read(&installed).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    shell::run(npm(["ci", "--no-audit", "--no-fund"]))
        .map_err(|_| "the packages of the page cannot be fetched (npm ci)")?;
    std::fs::write(installed, lock).map_err(|_| "client/node_modules cannot be written")
}

fn node_is_new_enough() -> bool {
    let version = shell::capture(shell::program("node", ["--version"])).unwrap_or_default();
    is_new_enough(&version)
}

/// `v20.19.2`
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (20, 19)
}

fn npm<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = shell::program("npm", arguments);
    command.current_dir(folder());
    command
}

fn folder() -> PathBuf {
    shell::root().join("client")
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions_of_node_are_told_apart() {
        assert!(is_new_enough("v20.19.0\n") && is_new_enough("v22.1.0") && is_new_enough("v24.0.0"));
        assert!(!is_new_enough("v18.20.4") && !is_new_enough("v20.9.0") && !is_new_enough(""));
    }
}
