//! One person: speaks recordings at the pace of speech over the native protocol and notes what comes back when.

use std::time::{Duration, Instant};

use anyhow::bail;
use awc::ws::{Frame, Message};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::frame::AudioFrame;
use protocol::{ClientMessage, Receipt, ServerMessage, SessionSettings};

use crate::recording::Recording;

/// 20 ms at 16 kHz.
const CHUNK: usize = 320;
/// How long the last results may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Speaker {
    pub server: String,
    pub pause: Duration,
    pub delay: Duration,
}

/// What one person saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// From the first speech of an utterance, as the server heard it, to its first live text.
    pub first_partials: Vec<Duration>,
    /// From the end of speech to the final text, by the server's own account.
    pub finals: Vec<Duration>,
    pub finals_with_text: usize,
    pub busy: usize,
    pub errors: Vec<String>,
    pub receipts: Vec<Receipt>,
}

impl Speaker {
    pub async fn speak(self, recordings: &[&Recording]) -> anyhow::Result<Seen> {
        tokio::time::sleep(self.delay).await;
        let mut seen = Seen::default();
        for recording in recordings {
            self.speak_one(recording, &mut seen).await?;
        }
        Ok(seen)
    }

    async fn speak_one(&self, recording: &Recording, seen: &mut Seen) -> anyhow::Result<()> {
        let connected =
            awc::Client::new().ws(format!("{}/transcribe", self.server.trim_end_matches('/'))).connect().await;
        let (_, socket) = connected.map_err(|error| anyhow::anyhow!("{error}"))?;
        let (mut to_server, mut from_server) = socket.split();
        let settings = SessionSettings { language: Some(recording.language.clone()), ..SessionSettings::default() };
        to_server.send(text(&ClientMessage::Start(settings))?).await?;
        let start = Instant::now();
        let sending = async {
            let silence = vec![0; self.pause.as_millis() as usize * 16];
            let mut sent = 0;
            for chunk in recording.samples.chunks(CHUNK).chain(silence.chunks(CHUNK)) {
                let samples: Vec<u8> = chunk.iter().flat_map(|sample| sample.to_le_bytes()).collect();
                let frame = AudioFrame { offset: sent, samples: &samples }.encode();
                to_server.send(Message::Binary(Bytes::from(frame))).await?;
                sent += chunk.len() as u64;
                tokio::time::sleep_until((start + Duration::from_micros(sent * 1_000_000 / 16_000)).into()).await;
            }
            to_server.send(text(&ClientMessage::Finish)?).await?;
            anyhow::Ok(to_server)
        };
        let hearing = async {
            let mut notes = Notes { start, speech_at: None, seen };
            while let Some(frame) = from_server.next().await {
                let Frame::Text(bytes) = frame.map_err(|error| anyhow::anyhow!("{error}"))? else { continue };
                if notes.take(serde_json::from_slice(&bytes)?) {
                    return Ok(());
                }
            }
            bail!("the server closed the connection before the end")
        };
        let spoken = self.pause + Duration::from_millis(recording.samples.len() as u64 / 16);
        let both = futures_util::future::join(sending, hearing);
        let (sent, heard) = tokio::time::timeout(spoken + PATIENCE, both).await?;
        heard?;
        sent?.send(Message::Close(Some(awc::ws::CloseCode::Normal.into()))).await?;
        Ok(())
    }
}

struct Notes<'a> {
    start: Instant,
    /// When the open utterance's speech began, while it has no live text.
    speech_at: Option<Instant>,
    seen: &'a mut Seen,
}

impl Notes<'_> {
    /// Whether it was the last message.
    fn take(&mut self, message: ServerMessage) -> bool {
        match message {
            ServerMessage::SpeechStarted { at_ms, .. } => {
                self.speech_at = Some(self.start + Duration::from_millis(at_ms));
            }
            ServerMessage::PartialText(_) => {
                let begun = self.speech_at.take();
                self.seen.first_partials.extend(begun.map(|begun| begun.elapsed()));
            }
            ServerMessage::FinalText(told) => {
                self.seen.finals.push(Duration::from_millis(told.timings.since_speech_end_ms));
                self.seen.finals_with_text += usize::from(!told.text.is_empty());
            }
            ServerMessage::Busy { .. } => self.seen.busy += 1,
            ServerMessage::Error(error) => self.seen.errors.push(error.message),
            ServerMessage::Done { receipt } => {
                self.seen.receipts.push(receipt);
                return true;
            }
            _ => {}
        }
        false
    }
}

fn text(message: &ClientMessage) -> anyhow::Result<Message> {
    Ok(Message::Text(serde_json::to_string(message)?.into()))
}
