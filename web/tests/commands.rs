//! The command line, as people run it.

mod support;

use std::process::{Command, Output};

use support::{ALFAVOICE, TestServer};

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(ALFAVOICE).args(arguments).envs(environment.iter().copied()).output().expect("it runs")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/asr/samples/en_04.wav");

/// Who computes where on machines that nobody here has, as it was judged good once.
#[test]
fn plans_for_other_machines_are_as_written() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/topologies");
    for (name, machine) in [
        ("1x2", "pack:1 numa:1 core:2 pu:1"),
        ("1x8_two_threads", "pack:1 numa:1 core:8 pu:2"),
        ("2x44", "pack:2 numa:1 core:44 pu:1"),
        ("4x32", "pack:4 numa:1 core:32 pu:1"),
    ] {
        let plan = stdout(&run(&["topology"], &[("HWLOC_SYNTHETIC", machine)]));
        // The last line names an executable of this build.
        let plan = plan.lines().take_while(|line| !line.contains(" runs ")).fold(String::new(), |t, l| t + l + "\n");
        let file = folder.join(format!("{name}.txt"));
        if std::env::var_os("ALFAVOICE_REWRITE").is_some() {
            std::fs::write(&file, &plan).expect("it can be written");
        }
        assert_eq!(plan, std::fs::read_to_string(&file).expect("it is there"), "{name}");
    }
}

/// What a container or `taskset` leaves is the whole machine.
#[test]
fn only_the_processors_that_are_allowed_are_planned_with() {
    let output = Command::new("taskset").args(["-c", "0", ALFAVOICE, "topology"]).output().expect("taskset runs");
    let text = stdout(&output);
    assert!(text.contains("this machine: 1 core on 1 NUMA node"), "{text}");
    assert!(text.contains("1 computing thread in 1 worker"), "{text}");
}

#[test]
fn settings_can_be_looked_at_and_mistakes_are_named() {
    assert!(stdout(&run(&["check-config"], &[])).contains("server.listen"));
    let output = run(&["check-config", "--set", "server.lisen=1"], &[]);
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("server.lisen") && error.contains("server.listen"), "{error}");
}

#[test]
fn a_recording_is_transcribed_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("a path");
    let text = stdout(&run(&["transcribe", "--local", "--language", "en", "--data-dir", data, SAMPLE], &[]));
    assert!(text.to_lowercase().contains("mad"), "{text}");
}

#[actix_rt::test]
async fn a_recording_is_transcribed_through_a_server_in_every_format() {
    let server = TestServer::start().await;
    let url = server.url("");
    let run = |format: &'static str| {
        let url = url.clone();
        let run = move || run(&["transcribe", "--language", "en", "--server", &url, "--format", format, SAMPLE], &[]);
        actix_rt::task::spawn_blocking(run)
    };
    let text = stdout(&run("text").await.expect("it runs"));
    assert!(!text.trim().is_empty());
    let json: serde_json::Value = serde_json::from_str(&stdout(&run("json").await.expect("it runs"))).expect("JSON");
    assert_eq!(json["text"].as_str().map(str::trim), Some(text.trim()));
    assert!(stdout(&run("srt").await.expect("it runs")).contains(" --> "));
    assert!(stdout(&run("vtt").await.expect("it runs")).starts_with("WEBVTT"));
}

#[test]
fn without_a_server_the_error_says_what_to_do() {
    let output = run(&["transcribe", "--server", "http://127.0.0.1:9", SAMPLE], &[]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && error.contains("alfavoice serve"), "{error}");
}

#[test]
fn models_are_fetched_from_a_folder_checked_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, mirror) = (folder.path().join("data"), folder.path().join("mirror"));
    std::fs::create_dir_all(data.join("models")).expect("a folder");
    std::fs::create_dir_all(&mirror).expect("a folder");
    std::fs::write(mirror.join("own.bin"), b"weights").expect("a file");
    let entry = |sha256: &str| {
        format!(
            "[[model]]\nid = \"own\"\nkind = \"asr\"\ndescription = \"mine\"\nlicence = \"CC0-1.0\"\nfile = \"own.bin\"\n{sha256}paths = [\"own.bin\"]\n"
        )
    };
    let good = "3c57dfcc2c4bbf0f2e7f5f5e6cdfb0d5a4ae0fbd2d5f7fa5d8a3d9f3fd4a0a11";
    let data_dir = data.to_str().expect("a path");
    let from = mirror.to_str().expect("a path");
    let models = |arguments: &[&str]| {
        let arguments: Vec<&str> =
            ["models"].iter().chain(arguments).chain(&["--data-dir", data_dir]).copied().collect();
        run(&arguments, &[])
    };

    std::fs::write(data.join("models/models.toml"), entry("")).expect("a file");
    let refused = models(&["pull", "own", "--from", from]);
    assert!(!refused.status.success(), "an unknown checksum is refused");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--unverified"));
    stdout(&models(&["pull", "own", "--from", from, "--unverified"]));
    assert_eq!(std::fs::read(data.join("models/own.bin")).expect("it is here"), b"weights");

    // With a checksum that is wrong, what is here is no good and what comes is thrown away.
    std::fs::write(data.join("models/models.toml"), entry(&format!("sha256 = \"{good}\"\n"))).expect("a file");
    assert!(!models(&["verify", "own"]).status.success());
    assert!(!models(&["pull", "own", "--from", from]).status.success());
    assert!(!data.join("models/own.bin.part").exists());

    use sha2::Digest as _;
    let right = hex::encode(sha2::Sha256::digest(b"weights"));
    std::fs::write(data.join("models/models.toml"), entry(&format!("sha256 = \"{right}\"\n"))).expect("a file");
    std::fs::remove_file(data.join("models/own.bin")).expect("it was here");
    // An earlier try stopped half way.
    std::fs::write(data.join("models/own.bin.part"), b"wei").expect("a file");
    stdout(&models(&["pull", "own", "--from", from]));
    assert!(stdout(&models(&["verify", "own"])).contains("good"));
    assert!(stdout(&models(&["list"])).contains("own"));
    stdout(&models(&["rm", "own"]));
    assert!(!data.join("models/own.bin").exists());
}

#[test]
fn completions_are_printed() {
    assert!(stdout(&run(&["completions", "bash"], &[])).contains("alfavoice"));
}
