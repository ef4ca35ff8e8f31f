//! The load generator against the real server: everything that can go wrong, and not a word lost or doubled.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const LOADTEST: &str = env!("CARGO_BIN_EXE_alfavoice-loadtest");

/// The server that was built beside the load generator; none (said aloud) where only this package was built.
fn server(test: &str) -> Option<PathBuf> {
    let folder = Path::new(LOADTEST).parent().expect("an executable lies in a folder");
    let missing = ["alfavoice", "alfavoice-asr", "alfavoice-llm"].into_iter().find(|name| !folder.join(name).is_file());
    let Some(missing) = missing else { return Some(folder.join("alfavoice")) };
    let reason = format!("{test}: `{missing}` is not built; run `cargo xtask test`");
    eprintln!("skipped: {reason}");
    if let Some(list) = std::env::var_os("ALFAVOICE_SKIPPED") {
        let mut list = std::fs::File::options().create(true).append(true).open(list).expect("the list can be written");
        writeln!(list, "{reason}").expect("the list can be written");
    }
    None
}

fn run(server: &Path, scenario: &str, seed: u64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder of the repository");
    let run = Command::new(LOADTEST)
        .arg("run")
        .arg(root.join("loadtest/scenarios").join(scenario))
        .args(["--seed", &seed.to_string(), "--start"])
        .arg(server)
        .arg("--samples")
        .arg(root.join("models/asr/samples"))
        .output()
        .expect("the load generator runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    println!("{said}");
}

#[test]
fn nothing_is_lost_or_doubled_while_everything_breaks() {
    let Some(server) = server("nothing_is_lost_or_doubled_while_everything_breaks") else { return };
    run(&server, "chaos-short.toml", 7);
}

#[test]
fn taking_everything_back_hurts_nobody() {
    let Some(server) = server("taking_everything_back_hurts_nobody") else { return };
    run(&server, "cancel-short.toml", 3);
}
