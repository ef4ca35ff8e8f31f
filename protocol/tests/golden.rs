//! Every JSON block of `docs/protocol.md` is read as the type that it documents and written back unchanged.

use protocol::{ClientMessage, HttpErrorBody, ServerMessage};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../docs/protocol.md");

fn blocks(kind: &str) -> Vec<Value> {
    let opening = format!("```json {kind}\n");
    DOCUMENT
        .split(&opening)
        .skip(1)
        .map(|rest| {
            let body = rest.split("```").next().expect("a block is closed");
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {body}"))
        })
        .collect()
}

fn assert_unchanged<T: Serialize + DeserializeOwned>(golden: &Value) {
    let message: T = serde_json::from_value(golden.clone()).unwrap_or_else(|error| panic!("{error} in {golden}"));
    assert_eq!(&serde_json::to_value(&message).expect("a message is JSON"), golden);
}

fn types_of(blocks: &[Value]) -> Vec<String> {
    let mut types: Vec<String> = blocks.iter().map(|b| b["type"].as_str().expect("a type").to_owned()).collect();
    types.sort();
    types.dedup();
    types
}

#[test]
fn client_messages_are_as_documented_and_all_are_documented() {
    let golden = blocks("client");
    golden.iter().for_each(assert_unchanged::<ClientMessage>);
    assert_eq!(
        types_of(&golden),
        ["ack", "audio_chunk", "cancel", "edit", "finish", "mark", "ping", "resume", "settings", "start"]
    );
}

#[test]
fn server_messages_are_as_documented_and_all_are_documented() {
    let golden = blocks("server");
    golden.iter().for_each(assert_unchanged::<ServerMessage>);
    assert_eq!(
        types_of(&golden),
        [
            "busy",
            "closing",
            "done",
            "edited",
            "error",
            "final_text",
            "marked",
            "notice",
            "partial_text",
            "pong",
            "ready",
            "received",
            "recording",
            "speech_started",
            "speech_stopped",
            "status"
        ]
    );
}

#[test]
fn http_errors_are_as_documented() {
    let golden = blocks("http");
    assert_eq!(golden.len(), 1);
    golden.iter().for_each(assert_unchanged::<HttpErrorBody>);
}
