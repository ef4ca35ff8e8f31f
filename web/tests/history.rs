//! What is said is kept, found, corrected and removed; a database that is away keeps nobody from speaking.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store::testing::{HeldLock, PrivatePostgres};
use support::TestServer;
use support::api::Api;
use support::client::Client;
use support::database::{is_postgres, skipped};
use support::sound::{Sample, sample, silence};

const SOON: Duration = Duration::from_secs(20);

/// Whether finals wait for the database, on their way there or not.
fn journal_waits(server: &TestServer) -> bool {
    ["waiting.jsonl", "storing.jsonl"].iter().any(|file| server.data_dir().join("recorder").join(file).exists())
}

/// Speaks a sample, as soon as a busy server lets one in; the finals that were heard.
async fn say(server: &TestServer, sample: &Sample) -> Vec<protocol::FinalText> {
    let mut client = loop {
        match Client::try_connect(server).await {
            Ok(client) => break client,
            Err(503) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(status) => panic!("refused: {status}"),
        }
    };
    client.say(json!({"type": "start", "language": sample.language, "app": "mail"})).await;
    client.sound(&sample.sound).await;
    client.sound(&silence(800)).await;
    client.finish().await;
    client.finals()
}

fn texts(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().cloned().unwrap_or_default();
    items.iter().filter_map(|item| item["text"].as_str().map(str::to_owned)).collect()
}

/// Non-empty texts, sorted: the order of several speakers is nobody's business.
fn heard(finals: &[protocol::FinalText]) -> Vec<String> {
    finals.iter().map(|told| told.text.clone()).filter(|text| !text.trim().is_empty()).collect()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

fn first_sample() -> Sample {
    let all = support::sound::samples();
    let name =
        all.iter().find(|s| !s.file.contains("long") && s.language == "en").expect("an English one").file.clone();
    sample(&name)
}

#[actix_rt::test]
async fn what_is_said_is_in_the_history_and_can_be_found_corrected_and_removed() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    let finals = say(&server, &first_sample()).await;
    let wanted = heard(&finals);
    assert!(!wanted.is_empty());
    let page = api.until("/api/history", SOON, |page| texts(page).len() == wanted.len()).await;
    assert_eq!(sorted(texts(&page)), sorted(wanted.clone()));
    let id = page["items"][0]["id"].as_str().expect("an id").to_owned();
    let whole = api.get(&format!("/api/history/{id}")).await.good();
    assert_eq!(whole["app"], "mail");
    assert!(whole["words"].as_array().is_some_and(|words| !words.is_empty()));
    let text = whole["text"].as_str().expect("text");
    let word = text.split(|c: char| !c.is_alphanumeric()).max_by_key(|word| word.len()).expect("a word");
    let found = api.get(&format!("/api/history?q={word}")).await.good();
    assert!(found["items"][0]["snippet"]["pieces"].to_string().contains("\"hit\":true"), "{found}");

    let change = json!({"text": "Completely different xylophone"});
    api.send("PATCH", &format!("/api/history/{id}"), Some(change)).await.good();
    let found = api.get("/api/history?q=xylophones").await.good();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "corrections are found, in any form");

    assert_eq!(api.delete(&format!("/api/history/{id}")).await.status, 204);
    assert_eq!(api.get(&format!("/api/history/{id}")).await.status, 404);
    assert_eq!(api.delete(&format!("/api/history/{id}")).await.status, 404);
    api.post(&format!("/api/history/{id}/restore"), json!({})).await.good();
    api.get(&format!("/api/history/{id}")).await.good();
    assert_eq!(api.delete(&format!("/api/history/{id}?forever=true")).await.status, 204);
    assert_eq!(api.post(&format!("/api/history/{id}/restore"), json!({})).await.status, 404);
    assert!(texts(&api.get("/api/history?q=xylophone").await.good()).is_empty());
    let usage = api.get("/api/usage").await.good();
    assert!(usage["audio_ms"]["used"].as_u64().is_some_and(|ms| ms > 500), "{usage}");
}

#[actix_rt::test]
async fn who_wants_no_history_has_none() {
    let server = TestServer::start().await;
    let api = Api::new(&server);
    let body = Some(("application/json", br#"{"keep_history":false}"#.to_vec()));
    api.send_with("PUT", "/api/settings", body, &[("if-match", "\"0\"")]).await.good();
    say(&server, &first_sample()).await;
    api.until("/api/usage", SOON, |usage| usage["audio_ms"]["used"].as_u64().is_some_and(|ms| ms > 0)).await;
    assert!(texts(&api.get("/api/history").await.good()).is_empty());
}

#[actix_rt::test]
async fn a_locked_database_holds_no_final_up_and_loses_and_doubles_none() {
    if is_postgres() {
        // One file with one lock is SQLite's.
        return;
    }
    let server = TestServer::start_with(&["database.busy_timeout_ms=500"]).await;
    let api = Api::new(&server);
    let sample = first_sample();
    let mut wanted = heard(&say(&server, &sample).await);
    api.until("/api/history", SOON, |page| texts(page).len() == wanted.len()).await;
    let lock = HeldLock::take(&server.data_dir().join("alfavoice.db")).await.expect("the lock is to be had");
    let started = Instant::now();
    for _ in 0..3 {
        wanted.extend(heard(&say(&server, &sample).await));
    }
    assert_eq!(texts(&api.get("/api/history").await.good()).len() * 4, wanted.len(), "reading goes on");
    tokio::time::sleep(Duration::from_secs(3).saturating_sub(started.elapsed())).await;
    assert!(journal_waits(&server), "finals wait in the journal");
    lock.release().await.expect("released");
    let page = api.until("/api/history?limit=200", SOON, |page| texts(page).len() >= wanted.len()).await;
    assert_eq!(sorted(texts(&page)), sorted(wanted.clone()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(texts(&api.get("/api/history?limit=200").await.good()).len(), wanted.len(), "none twice");
    assert!(!journal_waits(&server), "nothing waits any more");
}

#[actix_rt::test]
async fn a_database_that_is_away_at_the_start_keeps_nobody_from_speaking() {
    let postgres = match PrivatePostgres::start() {
        Ok(postgres) => postgres,
        Err(reason) => return skipped("a_database_that_is_away_at_the_start", &reason.to_string()),
    };
    postgres.create_database("voice", None).expect("a database");
    postgres.kill();
    let url = format!("database.url={}", postgres.url("voice"));
    let server = TestServer::start_with(&[&url, "database.busy_timeout_ms=500"]).await;
    let wanted = heard(&say(&server, &first_sample()).await);
    assert!(!wanted.is_empty());
    let api = Api::new(&server);
    assert_eq!(api.get("/api/history").await.status, 503);
    postgres.start_again().expect("it starts");
    let page = api.until("/api/history", Duration::from_secs(60), |page| texts(page).len() >= wanted.len()).await;
    assert_eq!(sorted(texts(&page)), sorted(wanted));
}

#[actix_rt::test]
async fn what_waits_in_the_journal_is_stored_after_a_crash() {
    if is_postgres() {
        return;
    }
    let mut server = TestServer::start_with(&["database.busy_timeout_ms=300"]).await;
    let sample = first_sample();
    let lock = HeldLock::take(&server.data_dir().join("alfavoice.db")).await.expect("the lock is to be had");
    let wanted = heard(&say(&server, &sample).await);
    for _ in 0..100 {
        if journal_waits(&server) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.signal("KILL");
    server.wait();
    lock.release().await.expect("released");
    let again = server.start_again(&[]);
    let api = Api::new(&again);
    let page = api.until("/api/history", SOON, |page| texts(page).len() >= wanted.len()).await;
    assert_eq!(sorted(texts(&page)), sorted(wanted));
}

#[actix_rt::test]
async fn two_clients_cannot_overwrite_each_others_settings() {
    let server = TestServer::start_unready(&[], &[]);
    let api = Api::new(&server);
    let first = api.get("/api/settings").await;
    let tag = first.header("etag").expect("a tag").to_owned();
    let put = async |tag: Option<&str>, body: &str| {
        let headers: Vec<(&str, &str)> = tag.iter().map(|tag| ("if-match", *tag)).collect();
        api.send_with("PUT", "/api/settings", Some(("application/json", body.as_bytes().to_vec())), &headers).await
    };
    let done = put(Some(&tag), r#"{"theme":"dark"}"#).await;
    assert_eq!(done.status, 200);
    let stale = put(Some(&tag), r#"{"theme":"light"}"#).await;
    assert_eq!((stale.status, stale.code()), (412, "stale"));
    let blind = put(None, r#"{"theme":"light"}"#).await;
    assert_eq!((blind.status, blind.code()), (428, "precondition_required"));
    let odd = put(Some("*"), r#"{"theme":"plaid"}"#).await;
    assert_eq!((odd.status, odd.code()), (400, "invalid"));
    assert!(odd.body.to_string().contains("`theme`"), "{}", odd.body);
    let now = api.get("/api/settings").await;
    assert_eq!(now.body["settings"]["theme"], "dark");
    assert_eq!(now.header("etag"), done.header("etag"));
}

#[actix_rt::test]
async fn a_months_allowance_warns_and_then_ends() {
    let server = TestServer::start_with(&["limits.audio_minutes_per_month=1"]).await;
    let api = Api::new(&server);
    let sample = first_sample();
    let mut warned = false;
    for _ in 0..60 {
        let usage = api.get("/api/usage").await.good();
        if usage["audio_ms"]["percent"].as_u64().is_some_and(|percent| percent >= 100) {
            break;
        }
        let low = usage["audio_ms"]["percent"].as_u64().is_some_and(|percent| percent >= 80);
        let mut client = Client::connect(&server).await;
        client.say(json!({"type": "start", "language": sample.language})).await;
        client.sound(&sample.sound).await;
        client.sound(&silence(800)).await;
        client.finish().await;
        if low {
            let notice = client.until(Duration::from_secs(5), |message| {
                matches!(message, protocol::ServerMessage::Notice { code: protocol::NoticeCode::QuotaWarning, .. })
            });
            warned = notice.await.is_some();
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(warned, "a notice comes at 80 percent");
    let refused = awc::Client::new().ws(server.url("/transcribe")).connect().await;
    let Err(awc::error::WsClientError::InvalidResponseStatus(status)) = refused else { panic!("it is used up") };
    assert_eq!(status.as_u16(), 429);
}
