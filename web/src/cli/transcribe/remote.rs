//! Through a running server, over its WebSocket, as fast as it takes the sound.

use actix_web::web::Bytes;
use anyhow::{Context as _, bail};
use awc::ws::{Frame, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::frame::AudioFrame;
use protocol::{ClientMessage, FinalText, ServerMessage, SessionSettings};

use super::Progress;
use crate::cli::recording::Recording;

/// Sound per frame: a second of the usual formats, far below every limit.
const FRAMES_AT_ONCE: usize = 8000;

pub async fn transcribe(
    server: &str,
    wishes: SessionSettings,
    recording: &Recording,
    progress: &Progress,
) -> anyhow::Result<Vec<FinalText>> {
    let address = format!("{}/transcribe", server.trim_end_matches('/'));
    let refused = || format!("no server answers at {server}; start one with `alfavoice serve`, or add `--local`");
    let (_, socket) = crate::cli::remote::socket(&address)
        .connect()
        .await
        .map_err(|error| anyhow::anyhow!("{error}"))
        .with_context(refused)?;
    let (mut to_server, mut from_server) = socket.split();
    to_server.send(text(&ClientMessage::Start(wishes))?).await?;
    let sending = async {
        let chunk = FRAMES_AT_ONCE * recording.frame_bytes();
        for (n, samples) in recording.bytes.chunks(chunk).enumerate() {
            let frame = AudioFrame { offset: (n * FRAMES_AT_ONCE) as u64, samples }.encode();
            to_server.send(Message::Binary(Bytes::from(frame))).await?;
        }
        to_server.send(text(&ClientMessage::Finish)?).await?;
        anyhow::Ok(to_server)
    };
    let reading = async {
        let mut finals = Vec::new();
        while let Some(frame) = from_server.next().await {
            let Frame::Text(bytes) = frame.map_err(|error| anyhow::anyhow!("{error}"))? else {
                continue;
            };
            match serde_json::from_slice(&bytes).context("the server sent something unknown")? {
                ServerMessage::FinalText(told) => {
                    progress.transcribed_ms(told.end_ms);
                    finals.push(*told);
                }
                ServerMessage::Received { offset } => progress.transcribed(offset),
                ServerMessage::Done { .. } => return Ok(finals),
                ServerMessage::Error(error) if error.fatal => bail!("{}: {}", error.message, error.hint),
                ServerMessage::Error(error) => eprintln!("warning: {}: {}", error.message, error.hint),
                _ => {}
            }
        }
        bail!("the server closed the connection before the end")
    };
    let (sent, finals) = futures_util::future::join(sending, reading).await;
    let finals = finals?;
    let mut to_server = sent?;
    let _ = to_server.send(Message::Close(Some(awc::ws::CloseCode::Normal.into()))).await;
    Ok(finals)
}

fn text(message: &ClientMessage) -> anyhow::Result<Message> {
    Ok(Message::Text(serde_json::to_string(message)?.into()))
}
