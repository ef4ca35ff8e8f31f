//! What somebody dictated can be heard again from the history, where they want that, and goes with its text.

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use support::TestServer;
use support::api::Api;
use support::client::Client;
use support::sound::{Sample, samples, silence};

/// Only for this test.
const AUDIO_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const SOON: Duration = Duration::from_secs(30);

async fn server() -> TestServer {
    let key = format!("retention.audio_key={AUDIO_KEY}");
    TestServer::start_with(&["retention.keep_audio_days=30", &key]).await
}

fn speech() -> Sample {
    samples().into_iter().find(|s| !s.file.contains("long") && s.language == "en").expect("one")
}

/// Says it twice with a pause between; the length of what was told, in ms.
async fn dictate(server: &TestServer, mode: &str) -> Vec<u64> {
    let sample = speech();
    let mut client = Client::connect(server).await;
    client.say(json!({"type": "start", "language": "en", "mode": mode})).await;
    for _ in 0..2 {
        client.sound(&sample.sound).await;
        client.sound(&silence(1000)).await;
    }
    client.finish().await;
    let finals = client.finals();
    finals.iter().filter(|told| !told.text.is_empty()).map(|told| told.end_ms - told.start_ms).collect()
}

fn items(history: &Value) -> Vec<Value> {
    history["items"].as_array().cloned().unwrap_or_default()
}

fn all_have_sound(history: &Value, count: usize) -> bool {
    items(history).iter().filter(|item| item["has_audio"] == true).count() == count
}

/// The WAV file of a transcript, its length in ms and its samples.
async fn listen(server: &TestServer, id: &str) -> (u64, Vec<i16>) {
    let mut answer = awc::Client::new().get(server.url(&format!("/api/history/{id}/audio"))).send().await.expect("one");
    assert_eq!(answer.status(), 200);
    let bytes = answer.body().limit(20_000_000).await.expect("a body").to_vec();
    let wav = hound::WavReader::new(std::io::Cursor::new(bytes)).expect("a WAV file");
    let ms = u64::from(wav.duration()) * 1000 / u64::from(wav.spec().sample_rate);
    (ms, wav.into_samples().collect::<Result<_, _>>().expect("samples"))
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

#[actix_rt::test]
async fn what_was_dictated_can_be_heard_again_and_goes_with_its_text() {
    let server = server().await;
    let api = Api::new(&server);
    let lengths = dictate(&server, "on_pause").await;
    assert!(lengths.len() >= 2, "{lengths:?}");
    let history = api.until("/api/history", SOON, |page| all_have_sound(page, lengths.len())).await;
    let mut heard = Vec::new();
    for item in items(&history) {
        let (ms, samples) = listen(&server, item["id"].as_str().expect("an id")).await;
        assert!(samples.iter().any(|sample| sample.abs() > 1000), "it is speech");
        heard.push(ms);
    }
    let mut told = lengths.clone();
    heard.sort_unstable();
    told.sort_unstable();
    let alike = heard.iter().zip(&told).all(|(heard, told)| heard.abs_diff(*told) <= 1);
    assert!(heard.len() == told.len() && alike, "as long as what was said: {heard:?}, {told:?}");
    let kept = files_under(&server.data_dir().join("audio"));
    assert_eq!(kept.len(), lengths.len());
    assert!(kept.iter().all(|file| std::fs::read(file).expect("readable").starts_with(b"AVSOUND1")), "sealed");
    assert!(files_under(&server.data_dir().join("recorder/sound")).is_empty(), "nothing is left on the way");
    let usage = api.get("/api/usage").await.good();
    assert!(usage["stored_bytes"]["used"].as_u64().is_some_and(|bytes| bytes > 10_000), "{usage}");
    for item in items(&history) {
        let path = format!("/api/history/{}?forever=true", item["id"].as_str().expect("an id"));
        assert_eq!(api.delete(&path).await.status, 204);
    }
    assert!(files_under(&server.data_dir().join("audio")).is_empty());
}

#[actix_rt::test]
async fn the_one_result_of_a_recording_has_the_sound_of_all_of_it() {
    let server = server().await;
    let api = Api::new(&server);
    let told = dictate(&server, "after_recording").await;
    assert_eq!(told.len(), 1);
    let history = api.until("/api/history", SOON, |page| all_have_sound(page, 1)).await;
    let (ms, _) = listen(&server, items(&history)[0]["id"].as_str().expect("an id")).await;
    let said = speech().sound.len() as u64 / 16;
    assert!(ms > said && ms <= told[0], "both times, without the pause between: {ms} of {} ms", told[0]);
}

#[actix_rt::test]
async fn whoever_does_not_want_their_sound_kept_has_none_kept() {
    let server = server().await;
    let api = Api::new(&server);
    let body = Some(("application/json", br#"{"keep_audio":false}"#.to_vec()));
    api.send_with("PUT", "/api/settings", body, &[("if-match", "\"0\"")]).await.good();
    let told = dictate(&server, "on_pause").await;
    let page = api.until("/api/history", SOON, |page| items(page).len() == told.len()).await;
    assert!(all_have_sound(&page, 0));
    assert!(files_under(&server.data_dir().join("recorder/sound")).is_empty());
    assert!(files_under(&server.data_dir().join("audio")).is_empty());
}

#[actix_rt::test]
async fn sound_survives_a_crash_between_the_final_and_its_keeping() {
    let mut server = server().await;
    let told = dictate(&server, "on_pause").await;
    // Its text is stored, and what the disk was given before that is there.
    Api::new(&server).until("/api/history", SOON, |page| items(page).len() == told.len()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.signal("KILL");
    server.wait();
    let key = format!("retention.audio_key={AUDIO_KEY}");
    let server = server.start_again(&["retention.keep_audio_days=30", &key]);
    let api = Api::new(&server);
    api.until("/api/history", SOON, |page| all_have_sound(page, told.len())).await;
    // A file that was being made when the power went may be left over; the next clean-up knows it.
    assert!(files_under(&server.data_dir().join("audio")).len() >= told.len());
}
