//! The language model behind the dictation: what a person gets from it, and what they get without it.

mod support;

use std::time::{Duration, Instant};

use protocol::{CleanedBy, FinalText, ServerMessage};
use serde_json::json;
use support::api::{ACCOUNTS, Api};
use support::client::Client;
use support::sound::{sample, silence};
use support::{TestServer, send_signal};

const LLM: &str = "alfavoice-llm";
/// The deadline in the tests; long for a test machine that does much else.
const DEADLINE: &str = "llm.deadline_ms=1500";

/// Speaks a sample and gives its finals, with the time from the end of sending to the last of them.
async fn dictate(server: &TestServer, style: Option<&str>) -> (Vec<FinalText>, Duration) {
    let sample = sample("en_02.wav");
    let mut client = Client::connect(server).await;
    client.say(json!({"type": "start", "language": "en", "pause_ms": 500, "style": style})).await;
    client.speak(&sample.sound).await;
    let spoken = Instant::now();
    client.speak(&silence(800)).await;
    let is_final = |message: &ServerMessage| matches!(message, ServerMessage::FinalText(told) if !told.text.is_empty());
    assert!(client.until(Duration::from_secs(20), is_final).await.is_some(), "{:?}", client.heard);
    let took = client.heard.last().map_or(Duration::ZERO, |(at, _)| at.saturating_duration_since(spoken));
    client.finish().await;
    (client.finals().into_iter().filter(|told| !told.raw_text.is_empty()).collect(), took)
}

/// What the edits make of the raw text.
fn applied(told: &FinalText) -> String {
    let mut text = String::new();
    let raw: Vec<char> = told.raw_text.chars().collect();
    let mut passed = 0;
    for edit in &told.edits {
        text.extend(&raw[passed..edit.at as usize]);
        text.push_str(&edit.to);
        passed = edit.at as usize + edit.from.chars().count();
    }
    text.extend(&raw[passed..]);
    text
}

#[actix_rt::test]
async fn a_final_is_the_raw_text_with_its_edits() {
    let server = TestServer::start_with(&[DEADLINE]).await;
    let (finals, _) = dictate(&server, None).await;
    for told in &finals {
        assert_eq!(applied(told), told.text);
        assert_ne!(told.cleaned_by, CleanedBy::None);
        assert!(told.text.ends_with(['.', '?', '!']), "{told:?}");
    }
    assert!(server.metric("alfavoice_cleanups_total").await >= 1.0);
}

#[actix_rt::test]
async fn verbatim_is_what_was_recognised() {
    let server = TestServer::start().await;
    let (finals, _) = dictate(&server, Some("verbatim")).await;
    assert!(finals.iter().all(|told| told.text == told.raw_text && told.cleaned_by == CleanedBy::None), "{finals:?}");
}

#[actix_rt::test]
async fn the_model_cleans_what_the_rules_cannot() {
    // Whatever the recogniser makes of the sample: the gate is open, because nothing is clean before it was looked at.
    let server = TestServer::start_with(&["llm.deadline_ms=20000"]).await;
    let (finals, _) = dictate(&server, None).await;
    let asked = server.metric("llm_processing_time_seconds_count").await;
    assert!(asked >= 1.0, "the model was asked: {finals:?}");
}

#[actix_rt::test]
async fn with_the_model_killed_the_rules_text_comes_in_time() {
    let server =
        TestServer::start_with(&[DEADLINE, "supervision.backoff_first_ms=60000", "supervision.backoff_max_ms=60000"])
            .await;
    for worker in server.workers_named(LLM) {
        send_signal(worker, "KILL");
    }
    let (finals, took) = dictate(&server, None).await;
    assert!(finals.iter().all(|told| told.cleaned_by == CleanedBy::Rules), "{finals:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    let (status, body) = server.get("/readyz").await;
    assert_eq!(status, 200, "the server still does its work: {body}");
}

#[actix_rt::test]
async fn with_the_model_standing_still_the_rules_text_comes_by_the_deadline() {
    let server = TestServer::start_with(&[DEADLINE, "supervision.ping_interval_ms=10000"]).await;
    let workers = server.workers_named(LLM);
    assert!(!workers.is_empty());
    for worker in &workers {
        send_signal(*worker, "STOP");
    }
    let (finals, took) = dictate(&server, None).await;
    for worker in workers {
        send_signal(worker, "CONT");
    }
    assert!(finals.iter().all(|told| told.cleaned_by == CleanedBy::Rules), "{finals:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[actix_rt::test]
async fn with_the_model_slowed_the_final_still_comes_by_the_deadline() {
    let server = TestServer::start_with(&["llm.deadline_ms=300"]).await;
    let worker = server.workers_named(LLM)[0];
    // A twentieth of its speed.
    let braking = actix_rt::spawn(async move {
        loop {
            send_signal(worker, "STOP");
            tokio::time::sleep(Duration::from_millis(95)).await;
            send_signal(worker, "CONT");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let (finals, took) = dictate(&server, None).await;
    braking.abort();
    send_signal(worker, "CONT");
    assert!(!finals.is_empty());
    assert!(finals.iter().all(|told| applied(told) == told.text), "{finals:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[actix_rt::test]
async fn a_server_without_a_model_cleans_by_the_rules() {
    let server = TestServer::start_with(&["llm.enabled=false"]).await;
    assert!(server.workers_named(LLM).is_empty());
    let (finals, _) = dictate(&server, None).await;
    assert!(finals.iter().all(|told| told.cleaned_by == CleanedBy::Rules && applied(told) == told.text), "{finals:?}");
}

#[actix_rt::test]
async fn an_instruction_to_a_model_that_follows_none_is_refused_with_what_to_do() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server).await;
    client
        .say(json!({"type": "edit", "id": "e1", "selection": "we meet at two", "instruction": "make it polite"}))
        .await;
    let error = client.until(Duration::from_secs(5), |message| matches!(message, ServerMessage::Error(_))).await;
    let Some(ServerMessage::Error(error)) = error else { panic!("{:?}", client.heard) };
    assert_eq!(error.code, protocol::ErrorCode::EditingUnavailable);
    assert!(error.hint.contains("llm.model"), "{error:?}");
}

#[actix_rt::test]
async fn a_text_is_cleaned_again_in_another_style_and_nothing_of_it_is_kept() {
    let server = TestServer::start_with(&["llm.deadline_ms=20000"]).await;
    let api = Api::new(&server);
    let raw = "um we we meet at half past two in the big hall";
    let asked = |style: &str| json!({"text": raw, "language": "en", "style": style});
    let mail = api.post("/api/clean", asked("mail")).await.good();
    assert!(mail["text"].as_str().is_some_and(|text| text.ends_with("2:30 in the big hall.")), "{mail}");
    assert!(!mail["edits"].as_array().expect("edits").is_empty());
    assert!(["llm", "rules"].contains(&mail["cleaned_by"].as_str().unwrap_or_default()), "{mail}");
    let verbatim = api.post("/api/clean", asked("verbatim")).await.good();
    assert_eq!((&verbatim["text"], &verbatim["cleaned_by"]), (&json!(raw), &json!("none")));
    let usage = api.get("/api/usage").await.good();
    let model_was_asked = server.metric("llm_processing_time_seconds_count").await > 0.0;
    assert_eq!(usage["llm_tokens"]["used"].as_u64() > Some(0), model_was_asked, "what it costs is counted: {usage}");
    assert_eq!(api.get("/api/history").await.good()["items"], json!([]));
}

#[actix_rt::test]
async fn what_cannot_be_cleaned_is_refused_with_what_to_do() {
    let server = TestServer::start_unready(&ACCOUNTS, &[]);
    let (anna, _) = Api::register(&server, "anna").await;
    let long = "word ".repeat(5000);
    for (text, language, style) in [("a", "en", "shouting"), ("a", "klingon", "mail"), (long.as_str(), "en", "mail")] {
        let answer = anna.post("/api/clean", json!({"text": text, "language": language, "style": style})).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid"), "{style} {language}");
        assert!(answer.body["error"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
    }
}
