//! The clients in `examples/` do what they say, against a real server.

mod support;

use std::path::PathBuf;
use std::process::Command;

use support::TestServer;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/asr/samples/en_04.wav");

async fn output_of(mut command: Command) -> String {
    let output = actix_rt::task::spawn_blocking(move || command.output()).await.expect("a thread").expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Says loudly that a test could not run; `cargo xtask test` counts it as skipped.
fn skip(name: &str, why: &str) {
    println!("SKIPPED {name}: {why}");
    if let Some(file) = std::env::var_os("ALFAVOICE_SKIPPED") {
        use std::io::Write as _;
        let mut file =
            std::fs::OpenOptions::new().append(true).create(true).open(file).expect("the file of skipped tests");
        writeln!(file, "{name}: {why}").expect("it can be written");
    }
}

/// A Python with the `websockets` package, in a virtual environment under the build folder.
fn python() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("examples-venv");
    let python = folder.join("bin/python");
    let has_it = || Command::new(&python).args(["-c", "import websockets"]).output().is_ok_and(|o| o.status.success());
    if has_it() {
        return Some(python);
    }
    let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).output().ok()?;
    let installed =
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "websockets==15.0.1"]).output().ok()?;
    (made.status.success() && installed.status.success() && has_it()).then_some(python)
}

#[actix_rt::test]
async fn the_python_client_prints_the_text() {
    let Some(python) = python() else {
        return skip("the_python_client_prints_the_text", "python3 with the package `websockets` cannot be had");
    };
    let server = TestServer::start().await;
    let mut command = Command::new(python);
    command.arg(format!("{EXAMPLES}/transcribe.py")).arg(SAMPLE).arg(format!("ws://{}/transcribe", server.address));
    assert!(output_of(command).await.to_lowercase().contains("mad"));
}

#[actix_rt::test]
async fn the_javascript_client_prints_the_text() {
    if !Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return skip("the_javascript_client_prints_the_text", "there is no `node`");
    }
    let server = TestServer::start().await;
    let mut command = Command::new("node");
    command.args(["--experimental-websocket", "--no-warnings"]).arg(format!("{EXAMPLES}/transcribe.mjs")).arg(SAMPLE);
    command.arg(format!("ws://{}/transcribe", server.address));
    assert!(output_of(command).await.to_lowercase().contains("mad"));
}

#[test]
fn the_clients_are_of_twenty_lines() {
    for file in ["transcribe.py", "transcribe.mjs"] {
        let text = std::fs::read_to_string(format!("{EXAMPLES}/{file}")).expect("it is there");
        let code = text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with("//") && !line.starts_with('#'))
            .count();
        assert!(code <= 24, "{file} has {code} lines");
    }
}
