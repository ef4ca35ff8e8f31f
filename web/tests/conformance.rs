//! The official libraries of others against this server, unchanged. They come from the package index into a virtual
//! environment under the build folder; without a network these checks are skipped, and said to be.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use serde_json::json;
use support::TestServer;
use support::api::{ACCOUNTS, Api};
use support::sound::{sample, silence, wav};
use support::views::{le, skipped};

/// Two tests must not make the same environment at the same time.
static MAKING: Mutex<()> = Mutex::new(());

fn here(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(file)
}

/// Its Python; none where it cannot be made.
fn environment(name: &str) -> Result<PathBuf, String> {
    let _one_at_a_time = MAKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance").join(name);
    let (python, wanted) = (folder.join("bin/python"), here(&format!("{name}.txt")));
    let wanted_text = std::fs::read_to_string(&wanted).expect("it is in the repository");
    if std::fs::read_to_string(folder.join("installed.txt")).is_ok_and(|text| text == wanted_text) {
        return Ok(python);
    }
    let run = |command: &mut Command, what: &str| {
        let output = command.output().map_err(|error| format!("{what}: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let error = String::from_utf8_lossy(&output.stderr);
        Err(format!("{what}: {}", error.lines().last().unwrap_or_default()))
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder), "no virtual environment")?;
    let mut pip = Command::new(&python);
    run(pip.args(["-m", "pip", "install", "-q", "--retries", "1", "-r"]).arg(&wanted), "pip")?;
    std::fs::write(folder.join("installed.txt"), wanted_text).map_err(|error| error.to_string())?;
    Ok(python)
}

fn speech() -> Vec<i16> {
    let parts = [sample("en_01.wav").sound, silence(1200), sample("en_04.wav").sound, silence(1200)];
    parts.concat()
}

/// Runs a script; its complaints are ours.
async fn run(test: &str, environment_name: &str, script: &str, arguments: Vec<String>) {
    let python = match environment(environment_name) {
        Ok(python) => python,
        Err(reason) => return skipped(test, &reason),
    };
    let script = here(script);
    let output = tokio::task::spawn_blocking(move || Command::new(python).arg(script).args(arguments).output());
    let output = output.await.expect("it ran").expect("it started");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.trim_end().ends_with("ok"), "{said}\n{complained}");
}

/// For the Realtime API, as its clients do it: linearly.
fn as_24k(sound: &[i16]) -> Vec<i16> {
    let at = |n: usize| i32::from(sound.get(n).or(sound.last()).copied().unwrap_or(0));
    let sample = |n: usize| {
        let (from, rest) = (n * 2 / 3, (n * 2 % 3) as i32);
        ((at(from) * (3 - rest) + at(from + 1) * rest) / 3) as i16
    };
    (0..sound.len() * 3 / 2).map(sample).collect()
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (sound, file) = (speech(), wav(&speech()));
        std::fs::write(folder.path().join("a.wav"), &file).expect("written");
        std::fs::write(folder.path().join("a.16k"), le(&sound)).expect("written");
        std::fs::write(folder.path().join("a.24k"), le(&as_24k(&sound))).expect("written");
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

#[actix_rt::test]
async fn openai_library() {
    let server = TestServer::start().await;
    let files = Files::make();
    let arguments = vec![server.url(""), files.path("a.wav"), files.path("a.24k")];
    run("openai_library", "current", "openai_current.py", arguments).await;
}

#[actix_rt::test]
async fn openai_library_before_the_general_release() {
    let server = TestServer::start().await;
    let files = Files::make();
    let arguments = vec![server.url(""), files.path("a.wav"), files.path("a.24k")];
    run("openai_library_before_the_general_release", "legacy", "openai_legacy.py", arguments).await;
}

#[actix_rt::test]
async fn deepgram_library() {
    let server = TestServer::start().await;
    let files = Files::make();
    let arguments = vec![server.url(""), files.path("a.wav"), files.path("a.16k")];
    run("deepgram_library", "current", "deepgram_current.py", arguments).await;
}

#[actix_rt::test]
async fn wyoming_library() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    drop(listener);
    let _server = TestServer::start_with(&[&format!("wyoming.listen={address}")]).await;
    let files = Files::make();
    run("wyoming_library", "current", "wyoming_current.py", vec![address, files.path("a.16k")]).await;
}

/// A server that wants a key and lets so many requests through, and a key.
async fn strict_server(requests_per_second: u32) -> (TestServer, String) {
    let mut settings: Vec<&str> = ACCOUNTS.to_vec();
    let limit = format!("limits.requests_per_second={requests_per_second}");
    settings.push(&limit);
    let server = TestServer::start_with(&settings).await;
    let (anna, _) = Api::register(&server, "anna").await;
    let made = anna.post("/api/keys", json!({"name": "library", "scopes": ["transcribe"]})).await.good();
    (server, made["secret"].as_str().expect("a key").to_owned())
}

#[actix_rt::test]
async fn openai_library_and_errors() {
    let (server, key) = strict_server(1).await;
    run("openai_library_and_errors", "current", "openai_errors.py", vec![server.url(""), key]).await;
}

#[actix_rt::test]
async fn deepgram_library_and_errors() {
    let (server, key) = strict_server(20).await;
    let files = Files::make();
    let arguments = vec![server.url(""), key, files.path("a.wav")];
    run("deepgram_library_and_errors", "current", "deepgram_errors.py", arguments).await;
}

#[actix_rt::test]
async fn deepgram_library_after_a_minute_of_nothing() {
    let server = TestServer::start().await;
    let files = Files::make();
    let arguments = vec![server.url(""), files.path("a.16k")];
    run("deepgram_library_after_a_minute_of_nothing", "current", "deepgram_idle.py", arguments).await;
}

#[actix_rt::test]
async fn vosk_client() {
    let server = TestServer::start().await;
    let files = Files::make();
    run("vosk_client", "current", "vosk_client.py", vec![server.url(""), files.path("a.16k")]).await;
}
