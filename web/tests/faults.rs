//! Workers that die, stand still or never come: what the user sees.

mod support;

use std::time::Duration;

use futures_util::future::join;
use serde_json::json;
use support::client::Client;
use support::sound::{Sample, sample, silence};
use support::{TestServer, send_signal};

async fn transcribe(server: &TestServer, sample: &Sample) -> String {
    let mut client = Client::connect(server).await;
    client.say(json!({"type": "start", "language": sample.language})).await;
    client.speak(&sample.sound).await;
    client.speak(&silence(300)).await;
    client.finish().await;
    client.text_heard()
}

/// The text of a sample whose worker gets a signal in the middle of it, and that of a session beside it.
async fn struck(server: &TestServer, signal: &str) -> (String, String) {
    let (mine, other) = (sample("en_02.wav"), sample("ru_04.wav"));
    let strike = async {
        let middle = Duration::from_millis(mine.sound.len() as u64 / 32);
        tokio::time::sleep(middle).await;
        for worker in server.workers() {
            send_signal(worker, signal);
        }
    };
    let ((mine, other), ()) = join(join(transcribe(server, &mine), transcribe(server, &other)), strike).await;
    (mine, other)
}

#[actix_rt::test]
async fn a_worker_killed_in_mid_utterance_costs_no_word() {
    let server = TestServer::start().await;
    let undisturbed =
        (transcribe(&server, &sample("en_02.wav")).await, transcribe(&server, &sample("ru_04.wav")).await);
    assert_eq!(struck(&server, "KILL").await, undisturbed);
    let ready = server
        .until_readyz(Duration::from_secs(20), |status, body| status == 200 && body["pools"][0]["restarts"] == 1)
        .await;
    assert!(ready.is_some(), "the restart is counted");
    assert!(server.metric("alfavoice_worker_exits_total").await >= 1.0);
}

#[actix_rt::test]
async fn a_worker_that_stands_still_is_replaced_and_costs_no_word() {
    let server = TestServer::start().await;
    let undisturbed =
        (transcribe(&server, &sample("en_02.wav")).await, transcribe(&server, &sample("ru_04.wav")).await);
    assert_eq!(struck(&server, "STOP").await, undisturbed);
    assert!(server.metric("alfavoice_worker_exits_total").await >= 1.0);
}

#[actix_rt::test]
async fn models_are_read_again_while_people_speak_and_nobody_notices() {
    let server = TestServer::start().await;
    let undisturbed =
        (transcribe(&server, &sample("en_02.wav")).await, transcribe(&server, &sample("ru_04.wav")).await);
    let before = server.workers();
    let (mine, other) = (sample("en_02.wav"), sample("ru_04.wav"));
    let reload = async {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        send_signal(server.pid(), "HUP");
    };
    let ((mine, other), ()) = join(join(transcribe(&server, &mine), transcribe(&server, &other)), reload).await;
    assert_eq!((mine, other), undisturbed);
    let fresh = server
        .until_readyz(Duration::from_secs(20), |status, _| {
            let now = server.workers();
            status == 200 && now.len() == before.len() && !now.iter().any(|pid| before.contains(pid))
        })
        .await
        .expect("every worker is a new one");
    assert_eq!(fresh["pools"][0]["restarts"], 0, "it was no death: {fresh}");
    assert!(server.metric("alfavoice_worker_renewals_total").await >= 2.0);
}

#[actix_rt::test]
async fn a_worker_that_cannot_start_is_given_up_and_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("alfavoice-asr");
    std::fs::write(&broken, "#!/bin/sh\nexit 7\n").expect("a file");
    std::fs::set_permissions(&broken, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
    let worker_dir = format!("placement.worker_dir={}", folder.path().display());
    let fast = [
        "supervision.backoff_first_ms=10",
        "supervision.backoff_max_ms=50",
        "placement.instruction_set=plain",
        &worker_dir,
    ];
    let server = TestServer::start_unready(&fast, &[]);
    let given_up = |status, body: &serde_json::Value| {
        status == 503 && body["error"]["message"].as_str().is_some_and(|message| message.contains("given up"))
    };
    let answer = server.until_readyz(Duration::from_secs(30), given_up).await.expect("it is said");
    let message = answer["error"]["message"].as_str().expect("a message");
    assert!(message.contains("alfavoice-asr") && message.contains('7'), "{message}");
    // The page and the socket still answer; the client hears that nobody can do its work.
    let mut client = Client::connect(&server).await;
    client.sound(&sample("en_01.wav").sound).await;
    client.sound(&silence(1000)).await;
    let busy =
        client.until(Duration::from_secs(10), |message| matches!(message, protocol::ServerMessage::Busy { .. })).await;
    assert!(busy.is_some(), "{:?}", client.heard);
}

#[actix_rt::test]
async fn a_broken_connection_is_taken_up_again_without_a_word_lost_or_doubled() {
    let server = TestServer::start().await;
    let sample = sample("en_02.wav");
    let undisturbed = transcribe(&server, &sample).await;
    let mut first = Client::connect(&server).await;
    first.say(json!({"type": "start", "language": "en"})).await;
    let ready = first.ready().await;
    first.speak(&sample.sound[..32_000]).await;
    first.cut();

    let mut second = Client::connect(&server).await;
    second.say(json!({"type": "resume", "session": ready.session, "resume_token": ready.resume_token})).await;
    let received = second.ready().await.received_offset;
    assert!(received > 16_000 && received <= 32_000, "{received}");
    // A careful client sends more again than it must.
    second.sent = received - 8000;
    second.speak(&sample.sound[(received - 8000) as usize..]).await;
    second.speak(&silence(300)).await;
    second.finish().await;
    assert_eq!(second.text_heard(), undisturbed);
    assert!(second.errors().is_empty(), "{:?}", second.errors());
}

#[actix_rt::test]
async fn a_strangers_token_opens_no_session() {
    let server = TestServer::start().await;
    let mut first = Client::connect(&server).await;
    let ready = first.ready().await;
    let mut second = Client::connect(&server).await;
    second.say(json!({"type": "resume", "session": ready.session, "resume_token": "guessed"})).await;
    let refused =
        second.until(Duration::from_secs(5), |message| matches!(message, protocol::ServerMessage::Error(_))).await;
    assert!(
        matches!(refused, Some(protocol::ServerMessage::Error(error)) if error.code == protocol::ErrorCode::UnknownSession)
    );
}

#[actix_rt::test]
async fn a_server_told_to_stop_finishes_what_was_said() {
    let mut server = TestServer::start().await;
    let sample = sample("en_02.wav");
    let mut client = Client::connect(&server).await;
    client.say(json!({"type": "start", "language": "en"})).await;
    client.speak(&sample.sound).await;
    server.signal("TERM");
    let closing = client
        .until(Duration::from_secs(20), |message| matches!(message, protocol::ServerMessage::Closing { .. }))
        .await;
    assert!(closing.is_some(), "{:?}", client.heard);
    assert!(!client.text_heard().is_empty());
    let status = server.ended_within(Duration::from_secs(20)).await.expect("it stops");
    assert!(status.success(), "{status}");
}
