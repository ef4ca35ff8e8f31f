//! Secrets in a repository, and files that would get into it.

use std::path::Path;
use std::process::Command;

use super::Finding;

/// Longer files are data.
const MAX_BYTES: u64 = 1 << 20;

/// What must never be committed. The folder of the data is called `data` by default.
const IGNORED: [&str; 3] = ["data/", ".env", "*.pem"];

pub fn check(folder: &Path) -> Vec<Finding> {
    if !folder.join(".git").exists() {
        return Vec::new();
    }
    let mut found = ignore_file(folder);
    for file in tracked(folder) {
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
        if let Some(line) = secret_line(&text) {
            let what = format!("`{file}:{line}` looks like a secret");
            found.push(Finding::weakness("committed-secret", what, "take it out of the history, and change it"));
        }
    }
    found
}

fn ignore_file(folder: &Path) -> Vec<Finding> {
    let text = std::fs::read_to_string(folder.join(".gitignore")).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(|line| line.trim().trim_start_matches('/')).collect();
    let covered = |pattern: &str| lines.iter().any(|line| line.trim_end_matches('/') == pattern.trim_end_matches('/'));
    IGNORED
        .into_iter()
        .filter(|pattern| !covered(pattern))
        .map(|pattern| {
            let what = format!("`.gitignore` does not name `{pattern}`");
            Finding::advice("gitignore", what, "add the line, so that it is never committed by mistake")
        })
        .collect()
}

fn tracked(folder: &Path) -> Vec<String> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(folder).output();
    let Ok(listed) = listed else { return Vec::new() };
    String::from_utf8_lossy(&listed.stdout).split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect()
}

/// The first line that holds a private key, or a long random value of something that is called a secret.
fn secret_line(text: &str) -> Option<usize> {
    let pem = concat!("-----BEGIN ", "PRIVATE KEY-----");
    let found = |line: &str| {
        let upper = line.trim_start().to_uppercase();
        let key = line.contains(pem) || (line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----") && line.starts_with("-----"));
        let named = ["JWT_SECRET", "JWT_PREVIOUS_SECRET", "AUDIO_KEY"].iter().any(|name| {
            upper.strip_prefix(name).or_else(|| upper.strip_prefix(&format!("EXPORT {name}"))).is_some_and(|rest| {
                let rest = rest.trim_start();
                rest.starts_with('=') || rest.starts_with(':')
            })
        });
        key || (named && value_of(line).is_some_and(looks_random))
    };
    text.lines().position(found).map(|at| at + 1)
}

fn value_of(line: &str) -> Option<&str> {
    let at = line.find(['=', ':'])?;
    Some(line[at + 1..].trim().trim_matches(['"', '\'']))
}

/// Long, without spaces or places to fill in, with letters and digits: not a word of an example.
fn looks_random(value: &str) -> bool {
    let placeholder = value.contains(['$', '<', '{', '`', ' ']) || value.to_lowercase().contains("development-only");
    let mixed = value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic());
    value.len() >= 24 && !placeholder && mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_examples() {
        let random = "k3Jd82hfKQ0z+Xc9Lw7pTtYbN5uVmE1r";
        assert_eq!(secret_line(&format!("a\nJWT_SECRET={random}\n")), Some(2));
        assert_eq!(secret_line(&format!("jwt_secret = \"{random}\"")), Some(1));
        assert_eq!(secret_line(&format!("  export JWT_SECRET={random}")), Some(1));
        let key = ["-----BEGIN", " EC PRIVATE KEY-----"].concat();
        assert_eq!(secret_line(&key), Some(1));
        for harmless in [
            "JWT_SECRET=${JWT_SECRET:?set it}",
            "JWT_SECRET=<your secret here, 32 characters or more>",
            "jwt_secret = \"development-only-secret-do-not-use-anywhere-else\"",
            "the key is JWT_SECRET, see below",
            "JWT_SECRET=",
        ] {
            assert_eq!(secret_line(harmless), None, "{harmless}");
        }
    }
}
