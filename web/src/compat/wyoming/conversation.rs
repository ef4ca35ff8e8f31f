//! What is said over one connection: `describe`, `ping`, and any number of `transcribe` with their sound.

use std::time::Duration;

use actors::session::{SessionOutput, Wishes};
use engine::audio::{AudioFormat, Encoding};
use serde_json::{Value, json};
use tokio::io::{BufReader, BufWriter};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tracing::debug;

use super::frame::{Event, FrameError};
use crate::compat::core::{self, Lane, Outputs, Speaker};
use crate::compat::identity::Caller;
use crate::compat::words;
use crate::state::AppState;

/// A connection on which nothing happens is closed.
const PATIENCE: Duration = Duration::from_secs(600);

struct Conversation<'a> {
    state: &'a AppState,
    caller: Caller,
    to: BufWriter<OwnedWriteHalf>,
    wishes: Wishes,
    hearing: Option<(Speaker, Outputs)>,
}

pub async fn hold(state: &AppState, caller: Caller, stream: TcpStream) -> Result<(), FrameError> {
    stream.set_nodelay(true)?;
    let (from, to) = stream.into_split();
    let (mut from, to) = (BufReader::new(from), BufWriter::new(to));
    let wishes = words::wishes_of_model("");
    let mut conversation = Conversation { state, caller, to, wishes, hearing: None };
    loop {
        let event = tokio::select! {
            event = tokio::time::timeout(PATIENCE, Event::read(&mut from)) => event,
            // A text that is on its way is given out before this is looked at.
            () = state.closed() => return conversation.complain("the server is shutting down", "gone").await,
        };
        let Ok(event) = event else { return Ok(()) };
        match event {
            Ok(Some(event)) => conversation.handle(event).await?,
            Ok(None) => return Ok(()),
            Err(error) => {
                conversation.complain(&error.to_string(), "bad-event").await?;
                return Err(error);
            }
        }
    }
}

impl Conversation<'_> {
    async fn handle(&mut self, event: Event) -> Result<(), FrameError> {
        match event.kind.as_str() {
            "describe" => self.say("info", self.info()).await,
            "ping" => self.say("pong", json!({"text": event.text("text")})).await,
            "transcribe" => self.transcribe(&event).await,
            "audio-start" => self.begin(&event).await,
            "audio-chunk" => self.sound(&event).await,
            "audio-stop" => self.end().await,
            "synthesize" | "synthesize-start" => self.complain("this server does not speak yet", "no-tts").await,
            other => {
                debug!(other, "an event of no known type is passed over");
                Ok(())
            }
        }
    }

    async fn say(&mut self, kind: &str, data: Value) -> Result<(), FrameError> {
        Event::new(kind, data).write(&mut self.to).await
    }

    async fn complain(&mut self, text: &str, code: &str) -> Result<(), FrameError> {
        self.say("error", json!({"text": text, "code": code})).await
    }

    async fn transcribe(&mut self, event: &Event) -> Result<(), FrameError> {
        let language = match words::language(event.text("language").unwrap_or_default()) {
            Ok(language) => language,
            Err(why) => return self.complain(&why, "bad-language").await,
        };
        let terms: Vec<String> = match event.data.get("transcript_terms").and_then(Value::as_array) {
            Some(terms) => terms.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            None => Vec::new(),
        };
        self.wishes = Wishes {
            languages: language.map(|language| vec![language]),
            dictionary: (!terms.is_empty()).then_some(terms),
            ..words::wishes_of_model(event.text("name").unwrap_or_default())
        };
        Ok(())
    }

    async fn begin(&mut self, event: &Event) -> Result<(), FrameError> {
        self.hearing = None;
        let (rate, width) = (event.number("rate").unwrap_or(16_000), event.number("width").unwrap_or(2));
        let channels = event.number("channels").unwrap_or(1);
        if width != 2 {
            return self.complain(&format!("samples of {width} bytes cannot be read; send 2"), "bad-format").await;
        }
        let (rate, channels) = (u32::try_from(rate).unwrap_or(0), u16::try_from(channels).unwrap_or(0));
        let format = match AudioFormat::new(Encoding::PcmS16Le, rate, channels) {
            Ok(format) => format,
            Err(error) => return self.complain(&error.to_string(), "bad-format").await,
        };
        let wishes = Wishes { format: Some(format), partials: Some(false), ..self.wishes.clone() };
        match core::open(self.state, &self.caller, Lane::Live, wishes).await {
            Ok(hearing) => {
                self.hearing = Some(hearing);
                Ok(())
            }
            Err(error) => {
                self.complain(&error.message, "busy").await?;
                // An empty text would be taken for silence.
                Err(FrameError::Busy)
            }
        }
    }

    async fn sound(&mut self, event: &Event) -> Result<(), FrameError> {
        if self.hearing.is_none() {
            // Some clients leave `audio-start` out; a chunk says the same.
            self.begin(event).await?;
        }
        let Some((speaker, _)) = &mut self.hearing else { return Ok(()) };
        if speaker.push(&event.payload).await.is_err() {
            self.hearing = None;
            return self.complain("the server is shutting down", "gone").await;
        }
        Ok(())
    }

    /// The text of everything since `audio-start`; empty where nothing was said.
    async fn end(&mut self) -> Result<(), FrameError> {
        let mut language = self.wishes.languages.as_ref().and_then(|set| set.first()).copied();
        let mut text = String::new();
        self.say("transcript-start", json!({"language": language.map(engine::language::Language::code)})).await?;
        if let Some((mut speaker, mut outputs)) = self.hearing.take() {
            speaker.finish().await;
            while let Some(output) = outputs.next().await {
                match output {
                    SessionOutput::Final(told) if !told.text.trim().is_empty() => {
                        let chunk = if text.is_empty() { told.text.clone() } else { format!(" {}", told.text) };
                        text += &chunk;
                        language = Some(told.language);
                        self.say("transcript-chunk", json!({"text": chunk})).await?;
                    }
                    SessionOutput::Done { .. } => break,
                    _ => {}
                }
            }
        }
        let code = language.map(engine::language::Language::code);
        self.say("transcript", json!({"text": text, "language": code})).await?;
        self.say("transcript-stop", json!({})).await
    }

    fn info(&self) -> Value {
        let by = json!({"name": "AlfaVoice", "url": ""});
        let languages: Vec<&str> = self.state.languages().iter().map(|language| language.code()).collect();
        let version = env!("CARGO_PKG_VERSION");
        let model = |name: &&str| {
            json!({
                "name": name, "attribution": by, "installed": true, "description": "speech recognition on this server",
                "version": version, "languages": languages,
            })
        };
        let models: Vec<Value> = words::MODELS.iter().map(model).collect();
        json!({
            "asr": [{
                "name": "alfavoice", "attribution": by, "installed": true,
                "description": "speech recognition on this server", "version": version, "models": models,
                "supports_transcript_streaming": true,
            }],
            "tts": [], "handle": [], "intent": [], "wake": [], "mic": [], "snd": [],
        })
    }
}
