//! Files that others on the machine can read or change.

use std::path::{Path, PathBuf};

use config::Settings;

use super::Finding;

/// Others may read, write or run it.
const OTHERS: u32 = 0o077;
const OTHERS_CHANGE: u32 = 0o022;

/// What must be the server's alone: a file, or every file below a folder.
struct Private {
    code: &'static str,
    path: PathBuf,
}

pub fn check(settings: &Settings, config_file: Option<&Path>, repository: &Path) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        private(settings, config_file, repository).iter().filter_map(readable_by_others).collect();
    let changeable =
        [("data-folder-mode", Some(settings.server.data_dir.as_path())), ("config-changeable", config_file)];
    for (code, path) in changeable {
        let Some(path) = path else { continue };
        if let Some(mode) = mode(path).filter(|mode| mode & OTHERS_CHANGE != 0) {
            let what = format!("`{}` can be changed by others (mode {:03o})", path.display(), mode & 0o777);
            found.push(Finding::weakness(code, what, format!("run `chmod go-w {}`", path.display())));
        }
    }
    found
}

/// What holds secrets or what people said.
fn private(settings: &Settings, config_file: Option<&Path>, repository: &Path) -> Vec<Private> {
    let mut all = Vec::new();
    let mut add = |code, path: PathBuf| all.push(Private { code, path });
    if let Some(path) =
        settings.database_url().strip_prefix("sqlite://").map(|rest| rest.split('?').next().unwrap_or(rest))
    {
        for ending in ["", "-wal"] {
            add("database-mode", PathBuf::from(format!("{path}{ending}")));
        }
    }
    if let Some(key) = &settings.server.tls_key {
        add("tls-key-mode", key.clone());
    }
    if let Some(config) = config_file.filter(|file| holds_secrets(file)) {
        add("config-mode", config.to_owned());
    }
    // Where compose, systemd and people put JWT_SECRET.
    let beside_config = config_file.and_then(Path::parent).map(Path::to_owned);
    let mut folders: Vec<PathBuf> = [Some(repository.to_owned()), beside_config].into_iter().flatten().collect();
    folders.dedup();
    for file in folders.iter().flat_map(|folder| env_files(folder)) {
        add("env-mode", file);
    }
    let data = &settings.server.data_dir;
    add("journal-mode", data.join("recorder"));
    add("recording-mode", data.join("recordings"));
    add("audio-mode", settings.audio_folder());
    add("backup-mode", settings.backup_folder());
    all
}

fn readable_by_others(private: &Private) -> Option<Finding> {
    let mut open = files_below(&private.path).filter_map(|path| Some((mode(&path)?, path)));
    let (mode, path) = open.find(|(mode, _)| mode & OTHERS != 0)?;
    let what = format!("`{}` can be read by others (mode {:03o})", path.display(), mode & 0o777);
    let remedy = if private.path.is_dir() {
        format!("run `chmod -R go= {}`", private.path.display())
    } else {
        format!("run `chmod 600 {}`", path.display())
    };
    Some(Finding::weakness(private.code, what, remedy))
}

/// The file itself, or all files of a folder and its folders.
fn files_below(path: &Path) -> impl Iterator<Item = PathBuf> {
    let mut waiting = vec![path.to_owned()];
    std::iter::from_fn(move || {
        while let Some(path) = waiting.pop() {
            if path.is_file() {
                return Some(path);
            }
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            // A link may lead round in circles.
            let own = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
            waiting.extend(own.map(|entry| entry.path()));
        }
        None
    })
}

fn env_files(folder: &Path) -> Vec<PathBuf> {
    let is_env = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ending = path.extension().is_some_and(|ending| ending == "env");
        (name == ".env" || ending) && holds_secrets(path)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(is_env).collect()
}

/// A file without secrets may be read by everybody.
fn holds_secrets(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let secret = |line: &str| {
        let line = line.trim();
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let key = key.to_lowercase();
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
