//! The half that tells: what the session says, as events about items.

use std::collections::VecDeque;
use std::time::Duration;

use actix_ws::CloseCode;
use actors::session::{Final, Problem, SessionOutput};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::super::formats::logprobs;
use super::hear::Asked;
use super::items::Item;
use super::settings::{Dialect, RealtimeSettings};
use crate::compat::core::Outputs;
use crate::compat::socket::Writer;

/// As OpenAI has it.
const LONGEST_SESSION: Duration = Duration::from_secs(3600);
const TRANSCRIPTION: &str = "conversation.item.input_audio_transcription";

pub struct Telling {
    settings: RealtimeSettings,
    writer: Writer,
    session_id: String,
    events: u64,
    items: u64,
    previous: Option<String>,
    /// Committed, waiting for their text: one per utterance, or one per commit of the client.
    waiting: VecDeque<Item>,
    /// What is being said, or (manual) what is in the buffer.
    open: Option<Item>,
    /// Where what is being said began.
    started_ms: u64,
    /// Commits of the client whose end has not come, and whether anything was said in the eldest.
    commits: u32,
    said_something: bool,
    /// Speech of the item that is completed next.
    spoken_ms: u64,
}

impl Telling {
    pub fn new(settings: RealtimeSettings, writer: Writer) -> Self {
        let session_id = format!("sess_{}", Uuid::new_v4().simple());
        Self {
            settings,
            writer,
            session_id,
            events: 0,
            items: 0,
            previous: None,
            waiting: VecDeque::new(),
            open: None,
            started_ms: 0,
            commits: 0,
            said_something: false,
            spoken_ms: 0,
        }
    }

    /// `closed`: the server goes down; what was said still comes to its text, then the connection ends.
    pub async fn run(
        mut self,
        mut outputs: Outputs,
        mut asked: mpsc::UnboundedReceiver<Asked>,
        closed: impl Future<Output = ()>,
    ) {
        if !self.session_event("created").await {
            return;
        }
        let end = tokio::time::sleep(LONGEST_SESSION);
        tokio::pin!(end, closed);
        let mut leaving = false;
        loop {
            let alive = tokio::select! {
                biased;
                request = asked.recv() => match request {
                    Some(Asked::Gone) | None => return self.expire("server_error", "the server is shutting down").await,
                    Some(request) => self.carry_out(request).await,
                },
                () = &mut closed, if !leaving => {
                    leaving = true;
                    true
                }
                output = outputs.next() => match output {
                    Some(output) => {
                        let last = leaving && matches!(output, SessionOutput::Done { .. });
                        let alive = self.tell(output).await;
                        if last {
                            return self.expire("server_error", "the server is shutting down").await;
                        }
                        alive
                    }
                    None => return self.expire("server_error", "the server is shutting down").await,
                },
                () = &mut end => return self.expire("session_expired", "a session lasts 60 minutes at most").await,
            };
            if !alive {
                return;
            }
        }
    }

    async fn expire(mut self, code: &str, message: &str) {
        let kind = if code == "server_error" { "server_error" } else { "invalid_request_error" };
        let error = json!({"type": kind, "code": code, "message": message, "param": null, "event_id": null});
        self.send("error", json!({"error": error})).await;
        self.writer.close(CloseCode::Away, code).await;
    }

    /// False when the client is gone.
    async fn send(&mut self, kind: &str, mut event: Value) -> bool {
        self.events += 1;
        event["type"] = json!(kind);
        event["event_id"] = json!(format!("event_{:08}", self.events));
        self.writer.send(&event).await
    }

    async fn session_event(&mut self, what: &str) -> bool {
        let name = match self.settings.dialect {
            Dialect::Ga => "session",
            Dialect::Beta => "transcription_session",
        };
        let session = self.settings.shown(&self.session_id);
        self.send(&format!("{name}.{what}"), json!({"session": session})).await
    }

    async fn carry_out(&mut self, request: Asked) -> bool {
        match request {
            Asked::Updated(settings) => {
                self.settings = *settings;
                self.session_event("updated").await
            }
            Asked::Commit => {
                self.commits += 1;
                if !self.settings.is_manual() {
                    return true;
                }
                let item = self.take_open();
                self.commit(item).await
            }
            Asked::Cleared => {
                if self.settings.is_manual() {
                    self.open = None;
                }
                self.send("input_audio_buffer.cleared", json!({})).await
            }
            Asked::Wrong { error, event_id } => {
                let error = json!({
                    "type": error.kind, "code": error.code, "message": error.message, "param": error.param,
                    "event_id": event_id,
                });
                self.send("error", json!({"error": error})).await
            }
            Asked::Gone => false,
        }
    }

    fn take_open(&mut self) -> Item {
        self.open.take().unwrap_or_else(|| self.new_item())
    }

    fn new_item(&mut self) -> Item {
        self.items += 1;
        Item::new(Item::id_of(self.items))
    }

    /// The item is there; its text follows.
    async fn commit(&mut self, item: Item) -> bool {
        let previous = self.previous.replace(item.id.clone());
        let committed = json!({"previous_item_id": previous, "item_id": item.id});
        let added = json!({"previous_item_id": previous, "item": shown(&item.id, None)});
        self.waiting.push_back(item);
        let name = match self.settings.dialect {
            Dialect::Ga => "conversation.item.added",
            Dialect::Beta => "conversation.item.created",
        };
        self.send("input_audio_buffer.committed", committed).await && self.send(name, added).await
    }

    async fn tell(&mut self, output: SessionOutput) -> bool {
        match output {
            SessionOutput::SpeechStarted { at_ms, .. } => {
                self.started_ms = at_ms;
                if self.settings.is_manual() {
                    return true;
                }
                let item = self.new_item();
                let started = json!({"audio_start_ms": at_ms, "item_id": item.id});
                self.open = Some(item);
                self.send("input_audio_buffer.speech_started", started).await
            }
            SessionOutput::SpeechStopped { at_ms, .. } if !self.settings.is_manual() => {
                let item = self.take_open();
                let stopped = json!({"audio_end_ms": at_ms.max(self.started_ms), "item_id": item.id});
                self.send("input_audio_buffer.speech_stopped", stopped).await && self.commit(item).await
            }
            SessionOutput::Partial(partial) => self.partial(&partial.committed).await,
            SessionOutput::Final(told) => self.settled(&told).await,
            SessionOutput::Problem(Problem::TranscriptionFailed { why, .. }) => {
                if let Some(item) = self.waiting.front_mut().or(self.open.as_mut()) {
                    item.failed = Some(why);
                }
                true
            }
            SessionOutput::Done { .. } => self.done().await,
            // Everything else has no words in this protocol; an `error` would end some clients.
            _ => true,
        }
    }

    /// Words that will not change any more, of what is being said.
    async fn partial(&mut self, committed: &str) -> bool {
        if self.settings.is_manual() && self.open.is_none() && self.waiting.is_empty() {
            self.open = Some(self.new_item());
        }
        let item = if self.settings.is_manual() {
            self.waiting.front_mut().or(self.open.as_mut())
        } else {
            self.open.as_mut()
        };
        let Some(item) = item else { return true };
        let (id, delta) = (item.id.clone(), item.committed(committed));
        self.delta(&id, delta).await
    }

    async fn settled(&mut self, told: &Final) -> bool {
        self.said_something |= !told.text.trim().is_empty();
        self.spoken_ms += told.end_ms.saturating_sub(told.start_ms);
        if self.settings.is_manual() {
            if self.open.is_none() && self.waiting.is_empty() {
                self.open = Some(self.new_item());
            }
            let Some(item) = self.waiting.front_mut().or(self.open.as_mut()) else { return true };
            item.heard.extend(told.words.iter().cloned());
            let (id, delta) = (item.id.clone(), item.settled(&told.text));
            return self.delta(&id, delta).await;
        }
        let Some(mut item) = self.waiting.pop_front() else { return true };
        item.heard.extend(told.words.iter().cloned());
        let (id, delta) = (item.id.clone(), item.settled(&told.text));
        self.delta(&id, delta).await && self.complete(item).await
    }

    async fn delta(&mut self, id: &str, delta: Option<String>) -> bool {
        let Some(delta) = delta else { return true };
        self.send(&format!("{TRANSCRIPTION}.delta"), json!({"item_id": id, "content_index": 0, "delta": delta})).await
    }

    /// A recording that the client ended is at its end.
    async fn done(&mut self) -> bool {
        if self.commits == 0 {
            return true;
        }
        self.commits -= 1;
        let said = std::mem::take(&mut self.said_something);
        if self.settings.is_manual() {
            return match self.waiting.pop_front() {
                Some(item) => self.complete(item).await,
                None => true,
            };
        }
        if said {
            return true;
        }
        // The client waits for something, even where nothing was said.
        let item = self.take_open();
        if !self.commit(item).await {
            return false;
        }
        match self.waiting.pop_back() {
            Some(item) => self.complete(item).await,
            None => true,
        }
    }

    async fn complete(&mut self, item: Item) -> bool {
        let ms = std::mem::take(&mut self.spoken_ms);
        if let Some(why) = &item.failed {
            let error = json!({"type": "server_error", "code": "transcription_failed", "message": why, "param": null});
            let failed = json!({"item_id": item.id, "content_index": 0, "error": error});
            return self.send(&format!("{TRANSCRIPTION}.failed"), failed).await;
        }
        let usage = json!({"type": "duration", "seconds": ms.div_ceil(1000)});
        let mut completed = json!({"item_id": item.id, "content_index": 0, "transcript": item.text, "usage": usage});
        if self.settings.logprobs {
            completed["logprobs"] = logprobs(item.heard.iter());
        }
        let done = json!({"previous_item_id": null, "item": shown(&item.id, Some(&item.text))});
        self.send(&format!("{TRANSCRIPTION}.completed"), completed).await
            && (self.settings.dialect == Dialect::Beta || self.send("conversation.item.done", done).await)
    }
}

fn shown(id: &str, transcript: Option<&str>) -> Value {
    json!({
        "id": id, "type": "message", "object": "realtime.item", "status": "completed", "role": "user",
        "content": [{"type": "input_audio", "transcript": transcript}],
    })
}
