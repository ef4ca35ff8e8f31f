//! The arrows between packages, and what may appear where. Bending one is a row here and a sentence in
//! docs/architecture.md, in the same commit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// A package, what it may use of ours, and what only its tests may use besides.
const ARROWS: [(&str, &[&str], &[&str]); 14] = [
    ("protocol", &[], &["protocol"]),
    ("engine", &[], &[]),
    ("engine-worker", &["engine"], &[]),
    ("engine-whisper", &["engine", "engine-worker"], &[]),
    ("engine-llama", &["engine", "engine-worker"], &[]),
    ("engine-tts", &["engine", "engine-worker"], &[]),
    ("config", &[], &[]),
    ("migrations", &[], &[]),
    ("store", &["migrations"], &["store"]),
    ("actors", &["engine", "engine-worker", "config"], &[]),
    ("web", &["protocol", "engine", "engine-worker", "config", "migrations", "store", "actors"], &["store"]),
    ("loadtest", &["protocol"], &[]),
    ("simulate", &["engine", "engine-worker", "actors"], &[]),
    ("xtask", &[], &[]),
];

/// Libraries that belong to certain packages, directly.
const OWNED: [(&str, &[&str]); 11] = [
    ("whisper-rs", &["engine-whisper"]),
    ("llama-cpp-2", &["engine-llama"]),
    ("sea-orm", &["store", "migrations"]),
    ("sea-orm-migration", &["store", "migrations"]),
    ("sqlx", &["store"]),
    ("actix", &["actors", "web"]),
    ("actix-web", &["web"]),
    ("actix-web-actors", &["web"]),
    ("hwloc2", &["actors"]),
    ("clap", &["web", "loadtest", "simulate", "engine-whisper", "engine-llama", "engine-tts", "engine-worker"]),
    ("serde_json", &["protocol", "store", "web", "loadtest", "engine-worker", "xtask"]),
];

/// Native libraries that link a ggml: whichever package reaches one, over any number of steps, links it.
const NATIVE: [(&str, &[&str]); 2] = [("whisper-rs-sys", &["engine-whisper"]), ("llama-cpp-sys-2", &["engine-llama"])];

/// What `engine` and its tests must do without: asynchrony and everything that knows the world.
const NOT_IN_ENGINE: [&str; 7] = ["tokio", "futures-util", "actix", "rand", "libc", "tracing", "reqwest"];

/// Where `unsafe` may be written.
const UNSAFE: [&str; 5] =
    ["engine/worker/src", "engine/whisper/src", "engine/llama/src", "engine/tts/src", "actors/src/placement"];

/// What cargo knows, for this platform (a dependency that is there for its sources only links nothing).
static METADATA: LazyLock<Value> = LazyLock::new(|| {
    let version = output(Command::new(std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into())).arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let arguments = ["metadata", "--format-version", "1", "--filter-platform", &host];
    serde_json::from_str(&output(Command::new(cargo).args(arguments).current_dir(root()))).unwrap()
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Our packages, by name.
fn members() -> BTreeMap<&'static str, &'static Value> {
    let ids: BTreeSet<&str> =
        METADATA["workspace_members"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let packages = METADATA["packages"].as_array().unwrap().iter();
    packages
        .filter(|package| ids.contains(package["id"].as_str().unwrap()))
        .map(|package| (package["name"].as_str().unwrap(), package))
        .collect()
}

/// Names and kinds ("dev", "build" or none) of what a package depends on directly.
fn dependencies(package: &'static Value) -> Vec<(&'static str, Option<&'static str>)> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    dependencies.map(|dependency| (dependency["name"].as_str().unwrap(), dependency["kind"].as_str())).collect()
}

/// Every file of ours with that ending, relative to the repository.
fn sources(under: &str, ending: &str) -> Vec<(String, String)> {
    let listed = output(
        Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard", under]).current_dir(root()),
    );
    let files = listed.lines().filter(|file| file.ends_with(ending) && root().join(file).is_file());
    files.map(|file| (file.to_owned(), std::fs::read_to_string(root().join(file)).unwrap())).collect()
}

/// Lines of code outside tests and comments, with their numbers.
fn code<'a>(file: &str, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let name = Path::new(file).file_stem().unwrap().to_str().unwrap();
    let test = name == "tests" || name.ends_with("_tests") || file.contains("/tests/") || file.contains("/benches/");
    let lines = text.lines().enumerate().take_while(move |(_, line)| !test && line.trim() != "#[cfg(test)]");
    lines.map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
}

/// Whether the word stands there on its own.
fn has_word(line: &str, word: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    line.match_indices(word).any(|(at, _)| {
        let before = at.checked_sub(1).map(|before| line.as_bytes()[before]);
        let after = line.as_bytes().get(at + word.len()).copied();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

fn fail(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn packages_use_each_other_only_along_the_arrows() {
    let members = members();
    let mut found = Vec::new();
    for (name, package) in &members {
        let Some((_, may, tests_may)) = ARROWS.iter().find(|(known, _, _)| known == name) else {
            found.push(format!("package `{name}` has no row in xtask/tests/layers.rs"));
            continue;
        };
        for (used, kind) in dependencies(package).into_iter().filter(|(used, _)| members.contains_key(used)) {
            let allowed = may.contains(&used) || (kind == Some("dev") && tests_may.contains(&used));
            if !allowed {
                found.push(format!("`{name}` uses `{used}`, which is no arrow of the architecture"));
            }
        }
    }
    fail(&found);
}

#[test]
fn libraries_stay_with_the_packages_that_own_them() {
    let mut found = Vec::new();
    for (name, package) in members() {
        for (used, kind) in dependencies(package) {
            let owners = OWNED.iter().find(|(library, _)| *library == used).map(|(_, owners)| *owners);
            if kind != Some("dev") && owners.is_some_and(|owners| !owners.contains(&name)) {
                found.push(format!("`{name}` uses `{used}`, which belongs to {:?}", owners.unwrap_or_default()));
            }
            if name == "engine" && NOT_IN_ENGINE.contains(&used) {
                found.push(format!("`engine` computes only, but uses `{used}`"));
            }
        }
    }
    fail(&found);
}

#[test]
fn each_native_library_reaches_its_own_backend_and_nothing_else() {
    let name_of: BTreeMap<&str, &str> = METADATA["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
        .collect();
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for node in METADATA["resolve"]["nodes"].as_array().unwrap() {
        let user = name_of[node["id"].as_str().unwrap()];
        for used in node["dependencies"].as_array().unwrap() {
            users.entry(name_of[used.as_str().unwrap()]).or_default().insert(user);
        }
    }
    let members = members();
    let mut found = Vec::new();
    for (library, owners) in NATIVE {
        let mut reached = BTreeSet::from([library]);
        let mut next = vec![library];
        while let Some(name) = next.pop() {
            next.extend(users.get(name).into_iter().flatten().filter(|user| reached.insert(user)));
        }
        for member in reached.iter().filter(|name| members.contains_key(**name) && !owners.contains(*name)) {
            found.push(format!("`{library}` reaches `{member}`: `cargo tree -i {library}` shows how"));
        }
    }
    fail(&found);
}

#[test]
fn the_web_socket_crate_in_maintenance_stays_in_its_folder() {
    let mut found = Vec::new();
    for (file, text) in sources(".", ".rs").iter().filter(|(file, _)| !file.starts_with("web/src/ws/")) {
        for (line, _) in code(file, text).filter(|(_, line)| has_word(line, "actix_web_actors")) {
            found.push(format!("{file}:{line}: `actix_web_actors` outside web/src/ws/"));
        }
    }
    fail(&found);
}

#[test]
fn nothing_of_the_database_library_leaves_the_store() {
    let mut found = Vec::new();
    let outside = |file: &str| !["store/", "migrations/"].iter().any(|folder| file.starts_with(folder));
    for (file, text) in sources(".", ".rs").iter().filter(|(file, _)| outside(file) && !file.starts_with("xtask/")) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| has_word(line, "sea_orm")) {
            found.push(format!("{file}:{}: `sea_orm` outside store and migrations: {}", number + 1, line.trim()));
        }
    }
    fail(&found);
}

#[test]
fn unsafe_code_is_where_it_is_expected_and_says_why_it_is_sound() {
    let mut found = Vec::new();
    for (file, text) in sources(".", ".rs").iter().filter(|(file, _)| !file.starts_with("xtask/")) {
        let lines: Vec<usize> =
            code(file, text).filter(|(_, line)| has_word(line, "unsafe")).map(|(line, _)| line).collect();
        let Some(first) = lines.first() else { continue };
        if !UNSAFE.iter().any(|folder| file.starts_with(folder)) {
            found.push(format!("{file}:{first}: `unsafe` is not expected here"));
        }
        if !text.contains("SAFETY") {
            found.push(format!("{file}:{first}: `unsafe` without a SAFETY comment"));
        }
    }
    fail(&found);
}

#[test]
fn the_engine_reads_no_clock_no_file_and_no_socket_and_starts_no_thread() {
    const WORLD: [&str; 10] = [
        "SystemTime",
        "Instant",
        "std::thread",
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "tokio",
        "println",
        "async",
    ];
    let mut found = Vec::new();
    for (file, text) in sources("engine/src", ".rs") {
        for (line, content) in code(&file, &text) {
            for word in WORLD.iter().filter(|word| has_word(content, word)) {
                found.push(format!("{file}:{line}: `{word}` in the engine, which only computes"));
            }
        }
    }
    fail(&found);
}
