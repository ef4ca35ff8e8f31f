//! Secrets in a repository, and files that would get into it.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Finding, secrets};

/// Longer files are data.
const MAX_BYTES: u64 = 1 << 20;

/// What must never be committed, and a file that such a line must keep out.
const IGNORED: [(&str, &str); 3] = [("data/", "data/alfavoice.db"), (".env", ".env"), ("*.pem", "tls/private.pem")];

pub fn check(folder: &Path) -> Vec<Finding> {
    if !folder.join(".git").exists() {
        return Vec::new();
    }
    let mut found = ignore_file(folder);
    for file in committed_or_about_to_be(folder) {
        let path = folder.join(&file);
        let name = file.rsplit('/').next().unwrap_or(&file);
        if name == ".env" {
            let what = format!("`{file}` is in the repository");
            found.push(Finding::weakness("committed-env", what, "take it out, and change every secret in it"));
        }
        if std::fs::metadata(&path).map_or(0, |facts| facts.len()) > MAX_BYTES {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if let Some(line) = secrets::first_line(&text) {
            let what = format!("`{file}:{line}` looks like a secret");
            found.push(Finding::weakness("committed-secret", what, "take it out of the history, and change it"));
        }
    }
    found
}

fn ignore_file(folder: &Path) -> Vec<Finding> {
    let ignored = |file: &str| {
        let mut git = Command::new("git");
        git.args(["check-ignore", "--quiet", "--no-index", file]).current_dir(folder);
        git.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    IGNORED
        .into_iter()
        .filter(|(_, file)| !ignored(file))
        .map(|(line, _)| {
            let what = format!("`.gitignore` does not name `{line}`");
            Finding::advice("gitignore", what, "add the line, so that it is never committed by mistake")
        })
        .collect()
}

/// What is tracked, and what `git add .` would take along.
fn committed_or_about_to_be(folder: &Path) -> Vec<String> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let Ok(listed) = Command::new("git").args(arguments).current_dir(folder).output() else { return Vec::new() };
    String::from_utf8_lossy(&listed.stdout).split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect()
}
