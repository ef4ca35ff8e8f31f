//! The commands for people and data, on a real database.

mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use store::{CleanedBy, Moment, NewAudioFile, NewTranscript, Store, StoreOptions, TranscriptDetails, UserId};
use support::ALFAVOICE;
use support::api::PASSWORD;

/// Runs the command on this data folder with something on its standard input.
fn run(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(ALFAVOICE);
    command.arg("--data-dir").arg(data).args(arguments).env_remove("JWT_SECRET").env_remove("ALFAVOICE_PROFILE");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// The output of a command that must succeed.
fn good(data: &Path, arguments: &[&str], input: &str) -> String {
    let output = run(data, arguments, input);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// The error of one that must fail.
fn bad(data: &Path, arguments: &[&str], input: &str) -> String {
    let output = run(data, arguments, input);
    assert!(!output.status.success(), "{arguments:?}: {}", text(&output.stdout));
    text(&output.stderr)
}

async fn open(data: &Path) -> Store {
    Store::connect(&StoreOptions::new(format!("sqlite://{}", data.join("alfavoice.db").display())))
        .await
        .expect("a store")
}

fn said(owner: UserId, number: u32, days_ago: u64) -> NewTranscript {
    let at = Moment::now().minus(std::time::Duration::from_secs(days_ago * 24 * 3600));
    NewTranscript {
        owner,
        session: "s".to_owned(),
        utterance: format!("s:{number}"),
        client_recording_id: None,
        recorded_at: at,
        created_at: at,
        language: "en".to_owned(),
        style: String::new(),
        app: String::new(),
        text: format!("utterance number {number}"),
        raw_text: format!("utterance number {number}"),
        confidence: 1.0,
        audio_ms: 1000,
        cleaned_by: CleanedBy::Rules,
        audio: None,
        details: TranscriptDetails::default(),
    }
}

/// A person with old and new transcripts, each with a file of sound.
async fn populate(data: &Path) {
    let store = open(data).await;
    let owner = store.users().ensure_local("local", Moment::now()).await.expect("a user").id;
    for number in 0..40_u32 {
        let days_ago = u64::from(number) * 5;
        let path = format!("ab/{number}.wav");
        std::fs::create_dir_all(data.join("audio/ab")).expect("a folder");
        std::fs::write(data.join("audio").join(&path), [1; 100]).expect("a file");
        let kept_at = Moment::now().minus(std::time::Duration::from_secs(days_ago * 24 * 3600));
        let file = NewAudioFile { path, bytes: 100, key_id: None, expires_at: None };
        let audio = store.audio().keep(owner, &file, kept_at).await.expect("entered");
        let transcript = NewTranscript { audio: Some(audio), ..said(owner, number, days_ago) };
        store.transcripts().record(&[transcript]).await.expect("recorded");
    }
    store.close().await.expect("closed");
}

fn files(data: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(data.join("audio/ab")).expect("the folder").flatten();
    let mut names: Vec<String> = entries.map(|entry| format!("ab/{}", entry.file_name().to_string_lossy())).collect();
    names.sort();
    names
}

fn named(output: &str, kind: &str) -> Vec<String> {
    let mut names: Vec<String> =
        output.lines().filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' ').map(str::to_owned)).collect();
    names.sort();
    names
}

#[actix_rt::test]
async fn a_clean_up_removes_exactly_what_its_dry_run_named_files_included() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    populate(data).await;
    // Left by a crash between writing and entering: nobody knows it.
    let orphan = data.join("audio/ab/orphan.wav");
    std::fs::write(&orphan, [1; 100]).expect("a file");
    let yesterday = std::time::SystemTime::now() - std::time::Duration::from_secs(24 * 3600);
    let file = std::fs::File::options().write(true).open(&orphan).expect("it is there");
    file.set_modified(yesterday).expect("it is ours");
    let before = files(data);
    let dry = good(data, &["cleanup", "--older-than", "90d", "--dry-run"], "");
    assert_eq!(files(data), before, "a dry run changes nothing");
    assert_eq!(good(data, &["cleanup", "--older-than", "90d", "--dry-run"], ""), dry);
    let wet = good(data, &["cleanup", "--older-than", "90d"], "");
    assert_eq!(dry, wet);
    let gone: Vec<String> = before.iter().filter(|file| !files(data).contains(file)).cloned().collect();
    assert_eq!(gone, named(&dry, "file"));
    assert!(!orphan.exists());
    assert!(gone.len() > 15 && gone.len() < 30, "{}", gone.len());
    let store = open(data).await;
    let owner = store.users().ensure_local("local", Moment::now()).await.expect("a user").id;
    let left = store.transcripts().count(owner).await.expect("a number");
    assert_eq!(left as usize, 40 - named(&dry, "transcript").len());
    store.close().await.expect("closed");
    assert!(named(&good(data, &["cleanup", "--older-than", "90d", "--dry-run"], ""), "transcript").is_empty());
}

#[actix_rt::test]
async fn people_are_made_listed_locked_out_and_given_new_passwords() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    good(data, &["user", "add", "Anna", "--email", "anna@example.org", "--role", "admin"], &format!("{PASSWORD}\n"));
    let weak = bad(data, &["user", "add", "boris"], "short\n");
    assert!(weak.contains("too weak") && weak.contains("10 characters"), "{weak}");
    let twice = bad(data, &["user", "add", "anna"], &format!("{PASSWORD}\n"));
    assert!(twice.contains("`anna` exists already"), "{twice}");
    let list = good(data, &["user", "list"], "");
    assert!(list.contains("Anna") && list.contains("admin") && list.contains("anna@example.org"), "{list}");
    good(data, &["user", "disable", "ANNA"], "");
    assert!(good(data, &["user", "list"], "").contains("disabled"));
    good(data, &["user", "enable", "anna@example.org"], "");
    good(data, &["user", "passwd", "anna"], "another sentence of words\n");
    let nobody = bad(data, &["user", "disable", "eve"], "");
    assert!(nobody.contains("nobody called `eve`"), "{nobody}");
}

#[actix_rt::test]
async fn an_export_has_everything_of_one_person_with_the_sound() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    populate(data).await;
    let out = data.join("out");
    good(data, &["export", "--user", "local", "--output", out.to_str().expect("text")], "");
    let of_person = std::fs::read_dir(&out).expect("a folder").flatten().next().expect("one person").path();
    let transcripts = std::fs::read_to_string(of_person.join("transcripts.jsonl")).expect("a file");
    assert_eq!(transcripts.lines().count(), 40);
    assert_eq!(std::fs::read_dir(of_person.join("audio")).expect("a folder").count(), 40);
    let account = std::fs::read_to_string(of_person.join("account.json")).expect("a file");
    let account: serde_json::Value = serde_json::from_str(&account).expect("JSON");
    assert_eq!(account["user"][0]["name"], "local");
    assert!(!account.to_string().contains("argon2"), "no password hash");
}

#[actix_rt::test]
async fn a_copy_of_the_database_brings_back_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    populate(data).await;
    let copy = data.join("copy.db");
    let copy = copy.to_str().expect("text");
    assert!(good(data, &["backup", copy], "").contains("40 transcripts"));
    good(data, &["cleanup", "--older-than", "1d"], "");
    good(data, &["restore", copy], "");
    let store = open(data).await;
    let owner = store.users().ensure_local("local", Moment::now()).await.expect("a user").id;
    assert_eq!(store.transcripts().count(owner).await.expect("a number"), 40);
    store.close().await.expect("closed");
    let damaged = data.join("damaged.db");
    std::fs::write(&damaged, b"no database").expect("a file");
    bad(data, &["restore", damaged.to_str().expect("text")], "");
}

#[actix_rt::test]
async fn the_schema_goes_up_down_and_says_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    good(data, &["migrate", "up"], "");
    assert!(good(data, &["migrate", "status"], "").contains("applied  m0001_people"));
    assert!(bad(data, &["migrate", "down"], "").contains("--yes"));
    good(data, &["migrate", "down", "1", "--yes"], "");
    let behind = bad(data, &["migrate", "status"], "");
    assert!(behind.contains("alfavoice migrate up"), "{behind}");
    good(data, &["migrate", "up"], "");
    good(data, &["migrate", "status"], "");
}
