//! What cargo knows of the workspace.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell;

/// A package of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// Relative to the repository.
    pub folder: String,
    /// Names of its executables.
    pub executables: Vec<String>,
    /// Names of its files in `tests/`.
    pub tests: Vec<String>,
    pub has_benches: bool,
}

/// All packages of the workspace.
pub fn members() -> Result<Vec<Member>> {
    let text = shell::capture(shell::cargo(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
    let root = PathBuf::from(metadata["workspace_root"].as_str().context("cargo metadata names no workspace")?);
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    packages.iter().map(|package| member(package, &root)).collect()
}

fn member(package: &Value, root: &std::path::Path) -> Result<Member> {
    let name = package["name"].as_str().context("a package without a name")?.to_owned();
    let manifest = PathBuf::from(package["manifest_path"].as_str().context("a package without a manifest")?);
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok()).context("a package elsewhere")?;
    let targets = package["targets"].as_array().context("a package without targets")?;
    let of_kind = |kind: &str| {
        let wanted = targets.iter().filter(|target| target["kind"][0] == kind);
        wanted.filter_map(|target| target["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    Ok(Member {
        name,
        folder: folder.display().to_string(),
        executables: of_kind("bin"),
        tests: of_kind("test"),
        has_benches: !of_kind("bench").is_empty(),
    })
}
