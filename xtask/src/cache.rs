//! One build folder for all checkouts of a user, so that a clean clone does not compile the native libraries again.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell;
use crate::workspace;

/// Where builds of tests go: `CARGO_TARGET_DIR` if it is set, else the user's cache folder, else `target`.
pub fn target_dir() -> PathBuf {
    if let Some(given) = std::env::var_os("CARGO_TARGET_DIR") {
        return shell::root().join(given);
    }
    user_cache().map_or_else(|| shell::root().join("target"), |cache| cache.join("alfavoice").join("target"))
}

/// Makes the command build there.
pub fn in_target_dir(mut command: Command) -> Command {
    command.env("CARGO_TARGET_DIR", target_dir());
    command
}

/// The cache folder, if this user has one.
pub fn user_cache() -> Option<PathBuf> {
    let given = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let cache = given.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    (cache.is_absolute() && cache.is_dir()).then_some(cache)
}

/// Notes that this checkout builds there, and removes what checkouts that are gone left behind: each has its own copies
/// of our packages (not of the libraries), a gigabyte or more.
pub fn tidy() -> Result<()> {
    let target = target_dir();
    std::fs::create_dir_all(&target).with_context(|| format!("cannot make `{}`", target.display()))?;
    let list = target.join("checkouts.txt");
    let known = std::fs::read_to_string(&list).unwrap_or_default();
    let (living, gone): (Vec<&str>, Vec<&str>) =
        known.lines().filter(|line| !line.is_empty()).partition(|line| Path::new(line).join("Cargo.toml").is_file());
    if !gone.is_empty() {
        println!("removing what {} former checkout(s) built in {}", gone.len(), target.display());
        let mut clean = vec!["clean".to_owned(), "--quiet".to_owned()];
        for member in workspace::members()? {
            clean.extend(["--package".to_owned(), member.name]);
        }
        shell::run(in_target_dir(shell::cargo(clean)))?;
    }
    let here = shell::root().display().to_string();
    let mut checkouts: Vec<&str> = living.into_iter().filter(|line| *line != here).collect();
    checkouts.push(&here);
    std::fs::write(&list, checkouts.join("\n") + "\n").with_context(|| format!("cannot write `{}`", list.display()))
}
