//! The official libraries of others against this server, unchanged. They come from the package index into a virtual
//! environment under the build folder; without a network these checks are skipped, and said to be.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use support::TestServer;
use support::sound::{sample, silence};
use support::views::{converted, le, skipped, wav};

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

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (sound, file) = (speech(), wav(&speech()));
        std::fs::write(folder.path().join("a.wav"), &file).expect("written");
        std::fs::write(folder.path().join("a.16k"), le(&sound)).expect("written");
        // As the Realtime API has it; by doubling and halving, which needs no tool.
        let faster = converted(&file, &["-ar", "24000", "-f", "s16le"], "a.24k").unwrap_or_default();
        std::fs::write(folder.path().join("a.24k"), faster).expect("written");
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
