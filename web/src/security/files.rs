//! Files that others on the machine can read or change.

use std::path::{Path, PathBuf};

use ::config::Settings;

use super::Finding;

pub fn check(settings: &Settings, config_file: Option<&Path>) -> Vec<Finding> {
    let mut found = Vec::new();
    let private = "chmod 600";
    for (code, path) in secret_files(settings, config_file) {
        match mode(&path) {
            Some(mode) if mode & 0o077 != 0 => {
                let what = format!("`{}` can be read by others (mode {:03o})", path.display(), mode & 0o777);
                found.push(Finding::weakness(code, what, format!("run `{private} {}`", path.display())));
            }
            _ => {}
        }
    }
    let data = &settings.server.data_dir;
    if let Some(mode) = mode(data).filter(|mode| mode & 0o022 != 0) {
        let what = format!("the data folder `{}` can be changed by others (mode {:03o})", data.display(), mode & 0o777);
        found.push(Finding::weakness("data-folder-mode", what, format!("run `chmod 700 {}`", data.display())));
    }
    found
}

/// What holds secrets or what people said.
fn secret_files(settings: &Settings, config_file: Option<&Path>) -> Vec<(&'static str, PathBuf)> {
    let mut files = Vec::new();
    if let Some(path) = settings.database_url().strip_prefix("sqlite://").map(|rest| rest.split('?').next().unwrap_or(rest)) {
        files.push(("database-mode", PathBuf::from(path)));
    }
    if let Some(key) = &settings.server.tls_key {
        files.push(("tls-key-mode", key.clone()));
    }
    if let Some(config) = config_file.filter(|file| holds_secrets(file)) {
        files.push(("config-mode", config.to_owned()));
    }
    files.push(("journal-mode", settings.server.data_dir.join("recorder").join("waiting.jsonl")));
    for folder in [settings.backup_folder()] {
        let backups = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        files.extend(backups.filter(|path| path.is_file()).map(|path| ("backup-mode", path)));
    }
    files
}

/// A file without secrets may be read by everybody.
fn holds_secrets(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let secret = |line: &str| {
        let line = line.trim();
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let named = ["secret", "key", "password"].iter().any(|word| key.contains(word));
        let value = value.trim().trim_matches(['"', '\'']);
        !line.starts_with('#') && ((named && !value.is_empty() && !key.contains("tls_key")) || value.contains('@'))
    };
    text.lines().any(secret)
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).ok().map(|facts| facts.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}
