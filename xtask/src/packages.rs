//! Compares the table of packages in `docs/architecture.md` with what cargo builds.

use anyhow::Result;

use crate::shell;
use crate::workspace::{self, Member};

/// Folders of the table that are outside the Cargo workspace.
const OUTSIDE: [&str; 1] = ["client"];

/// One sentence per difference.
pub fn differences() -> Result<Vec<String>> {
    let Ok(text) = std::fs::read_to_string(shell::root().join("docs/architecture.md")) else {
        return Ok(vec!["docs/architecture.md cannot be read".to_owned()]);
    };
    Ok(compare(&rows(&text), &workspace::members()?))
}

/// Name and folder of every row of the table under "Packages".
fn rows(text: &str) -> Vec<(String, String)> {
    let section = text.split("\n## ").find(|section| section.starts_with("Packages")).unwrap_or_default();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    cells
        .map(|cell| {
            // "engine-worker` (`engine/worker`)", "web` => `alfavoice`", "xtask`"
            let name = cell.split('`').next().unwrap_or_default().to_owned();
            let folder = cell.split("(`").nth(1).and_then(|rest| rest.split('`').next());
            (name.clone(), folder.map_or(name, str::to_owned))
        })
        .collect()
}

fn compare(rows: &[(String, String)], members: &[Member]) -> Vec<String> {
    let mut found = Vec::new();
    for member in members {
        match rows.iter().find(|(name, _)| *name == member.name) {
            None => found.push(format!("package `{}` is not in the table of docs/architecture.md", member.name)),
            Some((_, folder)) if *folder != member.folder => found.push(format!(
                "package `{}` is in `{}`, not in `{folder}` as docs/architecture.md says",
                member.name, member.folder
            )),
            Some(_) => {}
        }
    }
    let known = |name: &str| OUTSIDE.contains(&name) || members.iter().any(|member| member.name == name);
    for (name, _) in rows.iter().filter(|(name, _)| !known(name)) {
        found.push(format!("docs/architecture.md describes `{name}`, which is no package of the workspace"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# A\n\n## Packages\n\n| package (folder) | is |\n| --- | --- |\n| `engine` | pure |\n\
        | `engine-worker` (`engine/worker`) | border |\n| `web` => `alfavoice` | server |\n| `client` | page |\n\n## Next\n\n| `x` | y |\n";

    fn member(name: &str, folder: &str) -> Member {
        Member { name: name.into(), folder: folder.into(), executables: vec![], tests: vec![], has_benches: false }
    }

    #[test]
    fn a_table_that_says_what_is_there_is_fine() {
        let members = [member("engine", "engine"), member("engine-worker", "engine/worker"), member("web", "web")];
        assert_eq!(compare(&rows(TABLE), &members), [] as [String; 0]);
    }

    #[test]
    fn each_difference_is_named() {
        let members = [member("engine", "core"), member("engine-worker", "engine/worker"), member("store", "store")];
        assert_eq!(
            compare(&rows(TABLE), &members),
            [
                "package `engine` is in `core`, not in `engine` as docs/architecture.md says",
                "package `store` is not in the table of docs/architecture.md",
                "docs/architecture.md describes `web`, which is no package of the workspace",
            ]
        );
    }
}
