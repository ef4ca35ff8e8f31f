//! Recordings made offline come into the history once, whatever happens on the way.

mod support;

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use support::TestServer;
use support::api::Api;
use support::client::Client;
use support::sound::{samples, wav};

/// Only for this test.
const AUDIO_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const LIMIT: Duration = Duration::from_secs(60);

fn speech() -> Vec<u8> {
    let sample = samples().into_iter().find(|s| !s.file.contains("long") && s.language == "en").expect("one");
    wav(&[sample.sound, support::sound::silence(500)].concat())
}

fn announcement(id: &str, bytes: usize) -> Value {
    json!({
        "client_recording_id": id, "client": "phone", "recorded_at": "2025-03-01T09:30:00Z", "total_bytes": bytes,
        "settings": {"language": "en"},
    })
}

async fn upload(api: &Api, id: &str, bytes: &[u8]) -> Value {
    let job = api.post("/api/recordings", announcement(id, bytes.len())).await.good();
    let path = format!("/api/recordings/{}/data", job["id"].as_str().expect("an id"));
    api.put_bytes(&path, bytes.to_vec()).await.good();
    job
}

async fn ended(api: &Api, job: &Value) -> Value {
    let path = format!("/api/recordings/{}", job["id"].as_str().expect("an id"));
    api.until(&path, LIMIT, |job| ["done", "failed"].contains(&job["state"].as_str().unwrap_or_default())).await
}

#[actix_rt::test]
async fn a_recording_uploaded_five_times_at_once_and_after_a_crash_is_one_transcript() {
    let mut server = TestServer::start().await;
    let api = Api::new(&server);
    let sound = speech();
    let jobs = join_all((0..5).map(|_| upload(&api, "rec-1", &sound))).await;
    assert!(jobs.iter().all(|job| job["id"] == jobs[0]["id"]), "one job");
    let job = ended(&api, &jobs[0]).await;
    assert_eq!(job["state"], "done", "{job}");
    assert!(!job["result"]["text"].as_str().unwrap_or_default().is_empty(), "{job}");
    let history = api.get("/api/history").await.good();
    let count = history["items"].as_array().map(Vec::len);
    assert_eq!(count, job["result"]["transcripts"].as_array().map(Vec::len));
    assert!(history["items"][0]["recorded_at"].as_str().is_some_and(|at| at.starts_with("2025-03-01T09:30:")));

    // A second recording, and the power goes while it is being worked on.
    let job = upload(&api, "rec-2", &sound).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.signal("KILL");
    server.wait();
    let server = server.start_again(&[]);
    let api = Api::new(&server);
    let again = upload(&api, "rec-2", &sound).await;
    assert_eq!(again["id"], job["id"]);
    // The lease of the dead worker has to run out first.
    let path = format!("/api/recordings/{}", job["id"].as_str().expect("an id"));
    let job = api.until(&path, Duration::from_secs(120), |job| job["state"] == "done").await;
    let history = api.get("/api/history").await.good();
    let of = |id: &str| {
        let items = history["items"].as_array().expect("items").iter();
        items.filter(|item| item["client_recording_id"] == id).count()
    };
    assert_eq!(of("rec-2"), job["result"]["transcripts"].as_array().map_or(0, Vec::len));
    assert_eq!(of("rec-2"), of("rec-1"), "the same sound, the same number of utterances, none twice");
}

#[actix_rt::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    let sound = speech();
    let job = api.post("/api/recordings", announcement("rec", sound.len())).await.good();
    let path = format!("/api/recordings/{}/data", job["id"].as_str().expect("an id"));
    let half = sound.len() / 2;
    let state = api.put_bytes(&path, sound[..half].to_vec()).await.good();
    assert_eq!((state["received_bytes"].as_u64(), state["complete"].as_bool()), (Some(half as u64), Some(false)));
    let known = api.post("/api/recordings", announcement("rec", sound.len())).await.good();
    assert_eq!(known["received_bytes"].as_u64(), Some(half as u64));
    let gap = api.put_bytes(&format!("{path}?offset={}", half + 10), sound[half + 10..].to_vec()).await;
    assert_eq!((gap.status, gap.code()), (409, "conflict"));
    // Some of it again, then the rest.
    let state = api.put_bytes(&format!("{path}?offset={}", half - 100), sound[half - 100..].to_vec()).await.good();
    assert_eq!(state["complete"], true);
    assert_eq!(ended(&api, &job).await["state"], "done");
}

#[actix_rt::test]
async fn the_end_of_a_recording_is_told_to_open_connections_and_a_bad_one_says_why() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    let mut client = Client::connect(&server).await;
    client.ready().await;
    let job = upload(&api, "good", &speech()).await;
    let told = client.until(LIMIT, |message| matches!(message, protocol::ServerMessage::Recording { .. })).await;
    let Some(protocol::ServerMessage::Recording { id, client_recording_id, .. }) = told else { panic!("no news") };
    assert_eq!((Some(id.as_str()), client_recording_id.as_deref()), (job["id"].as_str(), Some("good")));
    let bad = upload(&api, "bad", b"this is no sound at all").await;
    let bad = ended(&api, &bad).await;
    assert_eq!((bad["state"].as_str(), bad["error"]["code"].as_str()), (Some("failed"), Some("bad_recording")));
}

#[actix_rt::test]
async fn kept_sound_is_encrypted_and_comes_back_as_it_was() {
    let key = format!("retention.audio_key={AUDIO_KEY}");
    let server = TestServer::start_with(&["retention.keep_audio_days=30", &key]).await;
    let api = Api::new(&server);
    let job = upload(&api, "kept", &speech()).await;
    assert_eq!(ended(&api, &job).await["state"], "done");
    let history = api.get("/api/history").await.good();
    let id = history["items"][0]["id"].as_str().expect("an id");
    assert_eq!(history["items"][0]["has_audio"], true);
    let audio = awc::Client::new().get(server.url(&format!("/api/history/{id}/audio"))).send().await;
    let bytes = audio.expect("an answer").body().limit(10_000_000).await.expect("a body");
    assert_eq!(&bytes[..4], b"RIFF");
    assert!(hound::WavReader::new(std::io::Cursor::new(bytes.to_vec())).is_ok_and(|wav| wav.duration() > 16_000));
    let files = files_under(&server.data_dir().join("audio"));
    assert_eq!(files.len(), 1);
    assert!(std::fs::read(&files[0]).expect("readable").starts_with(b"AVSOUND1"), "nobody can listen to the file");
    for item in history["items"].as_array().expect("items") {
        let id = item["id"].as_str().expect("an id");
        assert_eq!(api.delete(&format!("/api/history/{id}?forever=true")).await.status, 204);
    }
    assert!(files_under(&server.data_dir().join("audio")).is_empty(), "the sound goes with the last transcript");
}

fn files_under(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files_under(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}
