//! Finds files in which a second job moved in.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::shell;

/// Lines of code, tests and comments not counted.
const LIMIT: usize = 400;

/// One sentence per file of ours that is too long.
pub fn too_long() -> Result<Vec<String>> {
    let listed =
        shell::capture(shell::program("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"]))?;
    let mut found = Vec::new();
    for file in listed.lines().map(PathBuf::from).filter(|file| !is_test(file)) {
        let path = shell::root().join(&file);
        // Removed but not committed.
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", file.display()))?;
        let lines = lines_of_code(&text);
        if lines > LIMIT {
            found.push(format!(
                "`{}` has {lines} lines of code (at most {LIMIT}); which second job moved in?",
                file.display()
            ));
        }
    }
    Ok(found)
}

fn is_test(file: &Path) -> bool {
    let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let folder =
        file.components().any(|part| ["tests", "benches", "examples"].iter().any(|name| part.as_os_str() == *name));
    folder || name == "tests" || name.ends_with("_tests")
}

/// Up to the test module, without blank lines and comments.
fn lines_of_code(text: &str) -> usize {
    let lines = text.lines().map(str::trim);
    let code = lines.take_while(|line| *line != "#[cfg(test)]");
    code.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blank_lines_and_tests_are_not_counted() {
        let text =
            "//! What.\n\nuse a;\n/// Doc.\nfn f() {\n    // why\n    g(); // end\n}\n\n#[cfg(test)]\nmod tests {\n}\n";
        assert_eq!(lines_of_code(text), 4);
    }

    #[test]
    fn test_files_are_known_by_folder_and_name() {
        let test = |path: &str| is_test(Path::new(path));
        assert!(test("config/tests/a.rs") && test("engine/benches/b.rs") && test("actors/src/queue_tests.rs"));
        assert!(!test("xtask/src/test.rs") && !test("config/src/file.rs"));
    }
}
