//! The Vosk server's WebSocket (`/vosk`): every chunk of sound has exactly one answer, for which its clients wait.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::CloseCode;
use actors::session::{Final, SessionOutput, Wishes};
use engine::audio::{AudioFormat, Encoding};
use serde::Deserialize;
use serde_json::{Value, json};

use super::core::{self, Lane, Outputs, Speaker};
use super::identity::{Caller, identity};
use super::socket::{self, Frame, Reader, Writer};
use super::words::{bare, joined, seconds};
use crate::http::error::ApiError;
use crate::state::AppState;

const PATIENCE: Duration = Duration::from_secs(600);
const LARGEST_FRAME: usize = 4 << 20;

#[derive(Debug, Deserialize)]
struct Message {
    config: Option<Config>,
    eof: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
struct Config {
    sample_rate: Option<f64>,
    words: Option<Value>,
    #[serde(default)]
    phrase_list: Vec<String>,
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.route("/vosk", web::get().to(open));
}

async fn open(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let caller = identity(&state, &request).await?;
    let (response, reader, writer) = socket::open(&request, payload, &[], LARGEST_FRAME)
        .map_err(|error| ApiError::bad_request(error.to_string(), "open this address as a WebSocket"))?;
    actix_web::rt::spawn(converse(state.into_inner(), caller, reader, writer));
    Ok(response)
}

/// A session, and what of it was not told yet.
struct Hearing {
    speaker: Speaker,
    outputs: Outputs,
    partial: String,
    finals: Vec<Final>,
}

async fn converse(state: Arc<AppState>, caller: Caller, mut reader: Reader, mut writer: Writer) {
    let mut config = Config::default();
    let mut hearing: Option<Hearing> = None;
    loop {
        let frame = tokio::select! {
            frame = reader.next(PATIENCE) => frame,
            () = state.closed() => {
                // What was said comes to its text; more cannot be taken.
                if let Some(hearing) = hearing.take() {
                    writer.send(&result(&hearing.end().await, config.gives_words())).await;
                }
                return writer.close(CloseCode::Away, "the server is shutting down").await;
            }
        };
        let answer = match frame {
            Frame::Text(text) => match serde_json::from_str::<Message>(&text) {
                Ok(Message { eof: Some(_), .. }) => {
                    let finals = match hearing.take() {
                        Some(hearing) => hearing.end().await,
                        None => Vec::new(),
                    };
                    writer.send(&result(&finals, config.gives_words())).await;
                    return writer.close(CloseCode::Normal, "").await;
                }
                Ok(Message { config: Some(given), .. }) if hearing.is_none() => {
                    config = given;
                    continue;
                }
                Ok(_) => continue,
                Err(error) => return writer.close(CloseCode::Policy, &error.to_string()).await,
            },
            Frame::Binary(bytes) => {
                let open = match &mut hearing {
                    Some(hearing) => hearing,
                    None => match begin(&state, &caller, &config).await {
                        Ok(new) => hearing.insert(new),
                        Err(why) => return writer.close(CloseCode::Again, &why).await,
                    },
                };
                if open.speaker.push(&bytes).await.is_err() {
                    return writer.close(CloseCode::Away, "the server is shutting down").await;
                }
                open.answer(config.gives_words())
            }
            Frame::Closed => return,
            Frame::Silent => return writer.close(CloseCode::Normal, "").await,
        };
        if !writer.send(&answer).await {
            return;
        }
    }
}

async fn begin(state: &AppState, caller: &Caller, config: &Config) -> Result<Hearing, String> {
    let rate = config.sample_rate.unwrap_or(8000.0) as u32;
    let format = AudioFormat::new(Encoding::PcmS16Le, rate, 1).map_err(|error| error.to_string())?;
    let words = &config.phrase_list;
    let wishes = Wishes {
        format: Some(format),
        dictionary: (!words.is_empty()).then(|| words.clone()),
        ..super::words::wishes_of_model("")
    };
    let (speaker, outputs) = core::open(state, caller, Lane::Live, wishes).await.map_err(|error| error.message)?;
    Ok(Hearing { speaker, outputs, partial: String::new(), finals: Vec::new() })
}

impl Config {
    fn gives_words(&self) -> bool {
        !matches!(&self.words, None | Some(Value::Bool(false) | Value::Null)) && self.words != Some(json!(0))
    }
}

impl Hearing {
    /// What became of the sound so far: finals first, else the text that may still change.
    fn answer(&mut self, words: bool) -> Value {
        while let Some(output) = self.outputs.try_next() {
            match output {
                SessionOutput::Partial(partial) => {
                    self.partial = plain(&format!("{} {}", partial.committed, partial.tentative));
                }
                SessionOutput::Final(told) => {
                    self.partial.clear();
                    self.finals.push(*told);
                }
                _ => {}
            }
        }
        if self.finals.is_empty() {
            return json!({"partial": self.partial});
        }
        result(&std::mem::take(&mut self.finals), words)
    }

    /// Everything that was not told yet.
    async fn end(mut self) -> Vec<Final> {
        self.speaker.finish().await;
        while let Some(output) = self.outputs.next().await {
            match output {
                SessionOutput::Final(told) => self.finals.push(*told),
                SessionOutput::Done { .. } => break,
                _ => {}
            }
        }
        self.finals
    }
}

fn result(finals: &[Final], words: bool) -> Value {
    let text = plain(&joined(finals));
    if !words {
        return json!({"text": text});
    }
    let one = |word: &actors::session::SessionWord| {
        json!({
            "conf": word.confidence, "start": seconds(word.start_ms), "end": seconds(word.end_ms),
            "word": bare(&word.text),
        })
    };
    let result: Vec<Value> = finals.iter().flat_map(|told| &told.words).map(one).collect();
    json!({"result": result, "text": text})
}

/// Vosk writes neither marks nor capitals.
fn plain(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
