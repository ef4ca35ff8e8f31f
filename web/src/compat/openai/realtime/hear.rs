//! The half that hears the client. What it asks for is carried out in the order in which it came.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::mpsc;

use super::super::OpenAiError;
use super::settings::RealtimeSettings;
use crate::compat::core::Speaker;
use crate::compat::socket::{Frame, Reader};
use crate::state::AppState;

/// Warm connections may wait; a client that is gone without a word is noticed at last.
const PATIENCE: Duration = Duration::from_secs(900);

/// For the half that tells.
#[derive(Debug)]
pub enum Asked {
    Updated(Box<RealtimeSettings>),
    /// What was said so far is one item.
    Commit,
    Cleared,
    Wrong {
        error: OpenAiError,
        event_id: Value,
    },
    /// Nothing more will come.
    Gone,
}

pub struct Hearing {
    state: Arc<AppState>,
    settings: RealtimeSettings,
    reader: Reader,
    speaker: Speaker,
    ask: mpsc::UnboundedSender<Asked>,
    /// Sound since the last commit.
    waiting_bytes: usize,
}

impl Hearing {
    pub fn new(
        state: Arc<AppState>,
        settings: RealtimeSettings,
        reader: Reader,
        speaker: Speaker,
        ask: mpsc::UnboundedSender<Asked>,
    ) -> Self {
        Self { state, settings, reader, speaker, ask, waiting_bytes: 0 }
    }

    pub async fn run(mut self) {
        loop {
            let text = match self.reader.next(PATIENCE).await {
                Frame::Text(text) => text,
                Frame::Binary(_) => {
                    self.wrong(OpenAiError::bad("send JSON in text frames", None, "invalid_message"), Value::Null);
                    continue;
                }
                Frame::Closed | Frame::Silent => return,
            };
            let event: Value = match serde_json::from_str(&text) {
                Ok(event) => event,
                Err(error) => {
                    self.wrong(OpenAiError::bad(error.to_string(), None, "invalid_json"), Value::Null);
                    continue;
                }
            };
            let id = event.get("event_id").cloned().unwrap_or(Value::Null);
            if let Err(error) = self.handle(&event).await {
                self.wrong(error, id);
            }
        }
    }

    fn wrong(&self, error: OpenAiError, event_id: Value) {
        let _ = self.ask.send(Asked::Wrong { error, event_id });
    }

    async fn handle(&mut self, event: &Value) -> Result<(), OpenAiError> {
        match event["type"].as_str().unwrap_or_default() {
            "session.update" | "transcription_session.update" => self.update(&event["session"]),
            "input_audio_buffer.append" => self.append(event["audio"].as_str().unwrap_or_default()).await,
            "input_audio_buffer.commit" => self.commit().await,
            "input_audio_buffer.clear" => {
                self.speaker.cancel();
                self.waiting_bytes = 0;
                let _ = self.ask.send(Asked::Cleared);
                Ok(())
            }
            other => {
                let message = format!("`{other}` is not possible in a transcription session");
                Err(OpenAiError::bad(message, Some("type"), "invalid_event"))
            }
        }
    }

    fn update(&mut self, session: &Value) -> Result<(), OpenAiError> {
        let before = self.settings.format();
        self.settings.update(session)?;
        let mut wishes = self.settings.wishes(&self.state);
        if self.settings.format() == before {
            wishes.format = None;
        }
        self.speaker.wish(wishes);
        let _ = self.ask.send(Asked::Updated(Box::new(self.settings.clone())));
        Ok(())
    }

    async fn append(&mut self, audio: &str) -> Result<(), OpenAiError> {
        let bytes = STANDARD.decode(audio).map_err(|error| {
            OpenAiError::bad(format!("`audio` is no base64: {error}"), Some("audio"), "invalid_value")
        })?;
        self.waiting_bytes += bytes.len();
        if self.speaker.push(&bytes).await.is_err() {
            let _ = self.ask.send(Asked::Gone);
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), OpenAiError> {
        if self.waiting_bytes == 0 {
            let message = "the buffer is empty: nothing was appended since the last commit";
            return Err(OpenAiError::bad(message, None, "input_audio_buffer_commit_empty"));
        }
        self.waiting_bytes = 0;
        // Told before it happens: the item is there before its text.
        let _ = self.ask.send(Asked::Commit);
        self.speaker.finish().await;
        Ok(())
    }
}
