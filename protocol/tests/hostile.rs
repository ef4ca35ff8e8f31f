//! What clients may send wrongly: named errors, and never a panic.

use proptest::prelude::*;
use protocol::frame::AudioFrame;
use protocol::{ClientMessage, DecodeError};

#[test]
fn each_kind_of_wrong_frame_is_named() {
    assert!(matches!(ClientMessage::decode("{"), Err(DecodeError::NotJson { .. })));
    assert!(matches!(ClientMessage::decode("[1]"), Err(DecodeError::NoType)));
    assert!(matches!(ClientMessage::decode(r#"{"type":7}"#), Err(DecodeError::NoType)));
    assert!(
        matches!(ClientMessage::decode(r#"{"type":"sing"}"#), Err(DecodeError::UnknownType { given }) if given == "sing")
    );
    assert!(matches!(
        ClientMessage::decode(r#"{"type":"start","audio":{"sample_rate":"loud"}}"#),
        Err(DecodeError::WrongField { kind, .. }) if kind == "start"
    ));
    assert!(matches!(ClientMessage::decode(r#"{"type":"mark"}"#), Err(DecodeError::WrongField { .. })));
}

#[test]
fn an_endless_type_name_is_not_repeated_back_whole() {
    let frame = format!(r#"{{"type":"{}"}}"#, "x".repeat(10_000));
    let Err(error) = ClientMessage::decode(&frame) else { panic!("it is no message") };
    assert!(error.to_string().len() < 200);
}

#[test]
fn base64_may_come_with_or_without_padding() {
    for audio in ["AAE=", "AAE", " AAE=\n"] {
        let message = serde_json::json!({"type": "audio_chunk", "audio": audio}).to_string();
        let Ok(ClientMessage::AudioChunk(chunk)) = ClientMessage::decode(&message) else { panic!("{message}") };
        assert_eq!(chunk.samples().expect("base64"), [0, 1]);
    }
    let Ok(ClientMessage::AudioChunk(chunk)) = ClientMessage::decode(r#"{"type":"audio_chunk","audio":"???"}"#) else {
        panic!("the JSON is fine")
    };
    assert!(matches!(chunk.samples(), Err(DecodeError::NotBase64 { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn no_text_makes_the_decoder_panic(text in ".{0,200}") {
        let _ = ClientMessage::decode(&text);
    }

    #[test]
    fn no_near_message_makes_the_decoder_panic(
        kind in prop::sample::select(vec!["start", "audio_chunk", "mark", "resume", "ack", "settings", "ping", "zzz"]),
        key in "[a-z_]{1,12}",
        value in prop::sample::select(vec!["1", "-1", "null", "\"x\"", "[]", "{}", "1e400", "true", "\"\\ud800\""]),
    ) {
        if let Ok(ClientMessage::AudioChunk(chunk)) = ClientMessage::decode(&format!(r#"{{"type":"{kind}","{key}":{value}}}"#)) {
            let _ = chunk.samples();
        }
    }

    #[test]
    fn no_bytes_make_the_frame_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(frame) = AudioFrame::decode(&bytes) {
            prop_assert_eq!(frame.encode(), bytes);
        }
    }
}
