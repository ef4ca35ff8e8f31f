//! Every row of "bad input" in docs/protocol.md: the named error with a hint, nothing lost, nobody else disturbed.

mod support;

use std::time::Duration;

use protocol::{ErrorCode, ErrorMessage, ServerMessage};
use serde_json::json;
use support::TestServer;
use support::client::Client;
use support::sound::{sample, silence};

const SOON: Duration = Duration::from_secs(10);

/// One thing that a client does wrong.
enum Wrong {
    Text(String),
    Binary(Vec<u8>),
}

fn text(text: impl ToString) -> Wrong {
    Wrong::Text(text.to_string())
}

fn rows() -> Vec<(Wrong, ErrorCode)> {
    let audio = |field: &str, value: serde_json::Value| text(json!({"type": "settings", "audio": {field: value}}));
    vec![
        (text("{"), ErrorCode::BadJson),
        (text("hello"), ErrorCode::BadJson),
        (text(json!({"type": "sing"})), ErrorCode::UnknownType),
        (text(json!({"mode": "on_pause"})), ErrorCode::UnknownType),
        (text(json!({"type": "mark"})), ErrorCode::BadField),
        (text(json!({"type": "settings", "mode": "sometimes"})), ErrorCode::BadField),
        (text(json!({"type": "settings", "language": "klingon"})), ErrorCode::BadLanguage),
        (text(json!({"type": "audio_chunk", "audio": "?!"})), ErrorCode::BadBase64),
        (audio("sample_rate", json!(500)), ErrorCode::BadSampleRate),
        (audio("sample_rate", json!(4_000_000)), ErrorCode::BadSampleRate),
        (audio("channels", json!(0)), ErrorCode::BadChannels),
        (audio("encoding", json!("mp9")), ErrorCode::BadField),
        (Wrong::Binary(vec![1, 2, 3]), ErrorCode::FrameTooShort),
        (text(json!({"type": "audio_chunk", "audio": "AAAA"})), ErrorCode::OddByteCount),
        (Wrong::Binary([&1_000_000_000_u64.to_le_bytes()[..], &[0; 640]].concat()), ErrorCode::OffsetGap),
        (Wrong::Binary([&0_u64.to_le_bytes()[..], &[0; 640]].concat()), ErrorCode::OffsetOverlap),
        (text(json!({"type": "start"})), ErrorCode::WrongOrder),
        (audio("sample_rate", json!(48_000)), ErrorCode::WrongOrder),
        (text(json!({"type": "resume", "session": "x", "resume_token": "y"})), ErrorCode::WrongOrder),
    ]
}

async fn next_error(client: &mut Client) -> ErrorMessage {
    client.heard.clear();
    match client.until(SOON, |message| matches!(message, ServerMessage::Error(_))).await {
        Some(ServerMessage::Error(error)) => error,
        _ => panic!("no error came, heard {:#?}", client.heard),
    }
}

async fn plain_text(server: &TestServer) -> String {
    let mut client = Client::connect(server).await;
    client.say(json!({"type": "start", "language": "en"})).await;
    client.sound(&sample("en_02.wav").sound).await;
    client.finish().await;
    client.text_heard()
}

#[actix_rt::test]
async fn each_mistake_is_named_and_costs_nothing_that_was_received() {
    let server = TestServer::start().await;
    let undisturbed = plain_text(&server).await;
    let sound = sample("en_02.wav").sound;
    let mut client = Client::connect(&server).await;
    client.say(json!({"type": "start", "language": "en", "partials": false})).await;
    client.sound(&sound[..40_000]).await;
    for (wrong, code) in rows() {
        match &wrong {
            Wrong::Text(text) => client.text(text).await,
            Wrong::Binary(bytes) => client.binary(bytes.clone()).await,
        }
        let error = next_error(&mut client).await;
        assert_eq!(error.code, code, "{error:?}");
        assert!(!error.message.is_empty() && !error.hint.is_empty() && !error.fatal, "{error:?}");
    }
    client.sound(&sound[40_000..]).await;
    client.finish().await;
    assert_eq!(client.text_heard(), undisturbed);
    assert_eq!(plain_text(&server).await, undisturbed, "another session noticed nothing");
}

#[actix_rt::test]
async fn a_frame_that_is_too_large_closes_the_socket_and_the_rest_is_still_transcribed() {
    let server = TestServer::start_with(&["server.max_frame_bytes=65536", "server.resume_window_s=60"]).await;
    let sound = sample("en_02.wav").sound;
    let mut client = Client::connect(&server).await;
    client.say(json!({"type": "start", "language": "en"})).await;
    let ready = client.ready().await;
    client.sound(&sound).await;
    client.binary(vec![0; 70_000]).await;
    let error = client.until(SOON, |message| matches!(message, ServerMessage::Error(_))).await;
    assert!(
        matches!(&error, Some(ServerMessage::Error(e)) if e.code == ErrorCode::FrameTooLarge && e.fatal),
        "{error:?}"
    );
    client.until(SOON, |_| false).await;
    assert_eq!(client.closed, Some(1009));

    let mut again = Client::connect(&server).await;
    again.say(json!({"type": "resume", "session": ready.session, "resume_token": ready.resume_token})).await;
    assert_eq!(again.ready().await.received_offset, sound.len() as u64);
    again.finish().await;
    assert!(!again.text_heard().is_empty());
}

#[actix_rt::test]
async fn a_hundred_mistakes_in_a_row_close_the_socket() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server).await;
    for _ in 0..100 {
        client.text("nonsense").await;
    }
    let fatal = client.until(SOON, |message| matches!(message, ServerMessage::Error(error) if error.fatal)).await;
    assert!(fatal.is_some());
    client.until(SOON, |_| false).await;
    assert_eq!(client.closed, Some(1008));
}

#[actix_rt::test]
async fn a_hail_of_random_frames_harms_nobody() {
    let server = TestServer::start().await;
    let undisturbed = plain_text(&server).await;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..40 {
        let mut client = Client::connect(&server).await;
        for _ in 0..120 {
            let bytes: Vec<u8> = (0..random(300)).map(|_| random(256) as u8).collect();
            if random(2) == 0 {
                client.binary(bytes).await;
            } else {
                client.text(&String::from_utf8_lossy(&bytes)).await;
            }
        }
        client.say(json!({"type": "finish"})).await;
        client.cut();
    }
    assert_eq!(plain_text(&server).await, undisturbed);
    let (status, _) = server.get("/readyz").await;
    assert_eq!(status, 200);
}

#[actix_rt::test]
async fn a_client_that_stops_reading_does_not_stop_the_others() {
    let server = TestServer::start().await;
    let undisturbed = plain_text(&server).await;
    let mut deaf = Client::connect(&server).await;
    for _ in 0..20 {
        deaf.sound(&sample("en_01.wav").sound).await;
        deaf.sound(&silence(800)).await;
    }
    assert_eq!(plain_text(&server).await, undisturbed);
}
