//! Somebody who sends a file by Deepgram's protocol as fast as the server reads it, while others speak.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::http;
use crate::recording::Recording;

/// As some applications send them.
const FRAME_BYTES: usize = 8192;

/// How far an upload has come; written while it goes on.
#[derive(Debug, Default)]
pub struct Uploaded {
    pub sent_ms: Cell<u64>,
    /// Sound that has its text.
    pub settled_ms: Cell<u64>,
    pub whole: Cell<bool>,
}

/// So many minutes of the recordings, once. The end is the server's last word.
pub async fn upload(
    server: &str,
    key: Option<&str>,
    recordings: &[Recording],
    minutes: u64,
    seen: &Uploaded,
) -> anyhow::Result<()> {
    let url = format!(
        "{}/v1/listen?model=alfavoice&encoding=linear16&sample_rate=16000",
        server.trim_end_matches('/').replacen("http", "ws", 1)
    );
    let (socket, _) =
        tokio_tungstenite::connect_async(http::websocket(&url, key)?).await.context("`/v1/listen` is not there")?;
    let (mut to, mut from) = socket.split();
    let sending = async {
        let mut sent_ms = 0;
        for recording in recordings.iter().cycle() {
            let samples = recording.samples.iter().chain(std::iter::repeat_n(&0, 16_000));
            let bytes: Vec<u8> = samples.flat_map(|sample| sample.to_le_bytes()).collect();
            for frame in bytes.chunks(FRAME_BYTES) {
                to.send(Message::binary(frame.to_vec())).await?;
                // The server reads on when it can; others on this thread too.
                tokio::task::yield_now().await;
            }
            sent_ms += recording.ms() + 1000;
            seen.sent_ms.set(sent_ms);
            if sent_ms >= minutes * 60_000 {
                break;
            }
        }
        to.send(Message::text(r#"{"type":"CloseStream"}"#)).await?;
        // The sending half stays open until the server has closed.
        anyhow::Ok(to)
    };
    let hearing = async {
        while let Some(message) = from.next().await {
            match message.context("the upload's line broke")? {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text)?;
                    match message["type"].as_str() {
                        Some("Results") if message["is_final"] == true => {
                            let end =
                                message["start"].as_f64().unwrap_or(0.0) + message["duration"].as_f64().unwrap_or(0.0);
                            seen.settled_ms.set(Duration::from_secs_f64(end.max(0.0)).as_millis() as u64);
                        }
                        Some("Metadata") => seen.whole.set(true),
                        Some("Error") => bail!("the upload: {}", message["description"]),
                        _ => {}
                    }
                }
                Message::Close(_) => break,
                _ => {}
            }
        }
        anyhow::ensure!(seen.whole.get(), "the upload was closed before its end");
        Ok(())
    };
    let (sent, heard) = tokio::join!(sending, hearing);
    drop(sent?);
    heard
}
