//! `GET /v1/listen`: speech as it is spoken, or faster; then the client is read more slowly, nothing is dropped.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::CloseCode;
use actors::session::{Problem, SessionOutput};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::mpsc;
use tracing::debug;
use uuid::Uuid;

use super::error::DeepgramError;
use super::feed::{Feed, FeedError, session_format};
use super::options::{ListenOptions, SoundSource};
use super::results::{Place, Stream};
use crate::compat::core::{self, Lane, Outputs};
use crate::compat::identity::identity;
use crate::compat::socket::{self, Frame, Reader, Writer};
use crate::compat::words::seconds;
use crate::state::AppState;

/// Without sound or a `KeepAlive` the connection is closed, as Deepgram does it.
const PATIENCE: Duration = Duration::from_secs(10);
const LARGEST_FRAME: usize = 4 << 20;

/// From the half that reads to the half that writes.
enum Asked {
    Finalize,
    Close,
    Problem { code: CloseCode, name: &'static str, message: String },
}

#[derive(Debug, Deserialize)]
struct Control {
    #[serde(rename = "type")]
    kind: String,
}

pub async fn open(
    state: web::Data<AppState>,
    request: HttpRequest,
    query: web::Query<Vec<(String, String)>>,
    payload: web::Payload,
) -> Result<HttpResponse, DeepgramError> {
    let caller = identity(&state, &request).await?;
    let options = ListenOptions::parse(&query)?;
    let channels = match options.sound {
        SoundSource::Samples(format) if options.multichannel => format.channels(),
        _ => 1,
    };
    let format = session_format(options.sound, options.multichannel);
    let (mut speakers, mut ears) = (Vec::new(), Vec::new());
    for _ in 0..channels {
        let mut wishes = options.wishes.clone();
        wishes.format = Some(format);
        wishes.partials = Some(options.interim);
        let (speaker, outputs) = core::open(&state, &caller, Lane::Live, wishes).await?;
        speakers.push(speaker);
        ears.push(outputs);
    }
    let feed = Feed::new(options.sound, speakers).map_err(|error| DeepgramError::bad(error.to_string()))?;
    let (mut response, reader, writer) = socket::open(&request, payload, &["token", "bearer"], LARGEST_FRAME)
        .map_err(|error| DeepgramError::bad(format!("{error}; open this address as a WebSocket")))?;
    let stream = Stream {
        request_id: Uuid::new_v4().to_string(),
        model: options.model.clone(),
        punctuate: options.punctuate,
        channels,
        label_speakers: options.diarize,
    };
    if let Ok(id) = stream.request_id.parse() {
        response.headers_mut().insert(actix_web::http::header::HeaderName::from_static("dg-request-id"), id);
    }
    let (ask, asked) = mpsc::unbounded_channel();
    actix_web::rt::spawn(async move {
        // Results that were asked for and are not there yet: a client that waits for them need not say so.
        let owed = Rc::new(Cell::new(0));
        let telling = Telling::new(stream, options, writer, Rc::clone(&owed));
        // Whoever ends first ends the other: a client that is gone needs no results.
        tokio::select! {
            () = hear(reader, feed, ask, owed) => {}
            () = telling.run(ears, asked, state.closed()) => {}
        }
    });
    Ok(response)
}

/// Reads the client until it is gone.
async fn hear(mut reader: Reader, mut feed: Feed, ask: mpsc::UnboundedSender<Asked>, owed: Rc<Cell<u32>>) {
    loop {
        let outcome = match reader.next(PATIENCE).await {
            Frame::Binary(bytes) if bytes.is_empty() => return close(reader, feed, ask).await,
            Frame::Binary(bytes) => feed.push(bytes).await,
            Frame::Text(text) => match serde_json::from_str::<Control>(&text).map(|control| control.kind) {
                Ok(kind) if kind == "CloseStream" => return close(reader, feed, ask).await,
                Ok(kind) if kind == "Finalize" => {
                    owed.set(owed.get() + 1);
                    let _ = ask.send(Asked::Finalize);
                    feed.finalize().await;
                    Ok(())
                }
                Ok(kind) if kind == "KeepAlive" => Ok(()),
                other => {
                    debug!(?other, "a message of no known kind is passed over");
                    Ok(())
                }
            },
            Frame::Closed => return,
            Frame::Silent if owed.get() > 0 => Ok(()),
            Frame::Silent => {
                let message = "no sound and no `KeepAlive` for 10 seconds".to_owned();
                let _ = ask.send(Asked::Problem { code: CloseCode::Error, name: "NET-0001", message });
                return std::future::pending().await;
            }
        };
        if let Err(error) = outcome {
            tell_problem(&error, &ask);
            return std::future::pending().await;
        }
    }
}

/// The client said everything; its results follow.
async fn close(mut reader: Reader, mut feed: Feed, ask: mpsc::UnboundedSender<Asked>) {
    let _ = ask.send(Asked::Close);
    if let Err(error) = feed.close().await {
        tell_problem(&error, &ask);
    }
    // Pings are still answered, and a client that goes away is noticed.
    while !matches!(reader.next(Duration::from_secs(3600)).await, Frame::Closed) {}
}

fn tell_problem(error: &FeedError, ask: &mpsc::UnboundedSender<Asked>) {
    let (code, name) = match error {
        FeedError::File(_) => (CloseCode::Policy, "DATA-0000"),
        FeedError::Gone(_) => (CloseCode::Error, "NET-0000"),
    };
    let _ = ask.send(Asked::Problem { code, name, message: error.to_string() });
}

/// Writes the results.
struct Telling {
    stream: Stream,
    options: ListenOptions,
    writer: Writer,
    /// Per channel: where the next result begins.
    settled_ms: Vec<u64>,
    sound_ms: u64,
    /// Per channel: finals that were asked for and not told yet.
    finalizing: Vec<u32>,
    /// Per channel: the last result while one is asked for; it will say that it was.
    held: Vec<Option<actors::session::Final>>,
    closing: bool,
    /// Channels that are not at their end yet.
    open: usize,
    owed: Rc<Cell<u32>>,
}

impl Telling {
    fn new(stream: Stream, options: ListenOptions, writer: Writer, owed: Rc<Cell<u32>>) -> Self {
        let channels = usize::from(stream.channels);
        Self {
            stream,
            options,
            writer,
            settled_ms: vec![0; channels],
            sound_ms: 0,
            finalizing: vec![0; channels],
            held: vec![None; channels],
            closing: false,
            open: channels,
            owed,
        }
    }

    /// `closed`: the server goes down; what was said still comes to its text, then the connection ends.
    async fn run(
        mut self,
        ears: Vec<Outputs>,
        mut asked: mpsc::UnboundedReceiver<Asked>,
        closed: impl Future<Output = ()>,
    ) {
        let each = |(channel, ear): (usize, Outputs)| {
            Box::pin(stream::unfold(ear, move |mut ear| async move {
                let output = ear.next().await?;
                Some(((channel, output), ear))
            }))
        };
        let mut told = stream::select_all(ears.into_iter().enumerate().map(each));
        tokio::pin!(closed);
        let mut leaving = false;
        let mut utterance_end: Option<(tokio::time::Instant, usize, u64)> = None;
        loop {
            let quiet = utterance_end.as_ref().map(|(at, ..)| *at);
            let went_on = tokio::select! {
                biased;
                request = asked.recv() => match request {
                    Some(Asked::Finalize) => {
                        self.finalizing.iter_mut().for_each(|waiting| *waiting += 1);
                        true
                    }
                    Some(Asked::Close) => {
                        self.closing = true;
                        true
                    }
                    Some(Asked::Problem { code, name, message }) => return self.give_up(code, name, &message).await,
                    None => return,
                },
                () = &mut closed, if !leaving => {
                    leaving = true;
                    true
                }
                output = told.next() => match output {
                    Some((channel, output)) => {
                        match &output {
                            SessionOutput::SpeechStarted { .. } => utterance_end = None,
                            SessionOutput::Final(told) => if let (Some(ms), Some(last)) =
                                (self.options.utterance_end_ms, told.words.last())
                            {
                                let at = tokio::time::Instant::now() + Duration::from_millis(ms.saturating_sub(500));
                                utterance_end = Some((at, channel, last.end_ms));
                            },
                            _ => {}
                        }
                        let alive = self.tell(channel, output).await;
                        if self.closing && self.open == 0 {
                            return self.goodbye().await;
                        }
                        if leaving && self.open == 0 {
                            return self.give_up(CloseCode::Away, "NET-0000", "the server is shutting down").await;
                        }
                        alive
                    }
                    None => return self.give_up(CloseCode::Away, "NET-0000", "the server is shutting down").await,
                },
                () = async { match quiet { Some(at) => tokio::time::sleep_until(at).await, None => std::future::pending().await } } => {
                    let (_, channel, last) = utterance_end.take().unwrap_or((tokio::time::Instant::now(), 0, 0));
                    let end = json!({"type": "UtteranceEnd", "channel": [channel, self.stream.channels],
                        "last_word_end": seconds(last)});
                    self.writer.send(&end).await
                }
            };
            if !went_on {
                return;
            }
        }
    }

    /// False when the client is gone.
    async fn tell(&mut self, channel: usize, output: SessionOutput) -> bool {
        match output {
            SessionOutput::SpeechStarted { at_ms, .. } if self.options.vad_events => {
                let started = json!({"type": "SpeechStarted", "channel": [channel], "timestamp": seconds(at_ms)});
                self.writer.send(&started).await
            }
            SessionOutput::Partial(partial) if self.options.interim => {
                let start_ms = self.settled_ms[channel];
                let end_ms = start_ms.max(partial.audio_ms);
                let place = Place { channel: channel as u16, start_ms, end_ms, ..Place::default() };
                let result = self.stream.interim(&partial, place);
                self.writer.send(&result).await
            }
            SessionOutput::Final(told) => {
                if self.finalizing[channel] == 0 {
                    return self.settle(channel, Some(&told), false).await;
                }
                let before = self.held[channel].replace(*told);
                match before {
                    Some(before) => self.settle(channel, Some(&before), false).await,
                    None => true,
                }
            }
            SessionOutput::Done { audio_ms, .. } => {
                self.sound_ms = self.sound_ms.max(audio_ms);
                if self.finalizing[channel] == 0 {
                    // The end of the stream.
                    self.open = self.open.saturating_sub(1);
                    return true;
                }
                // Clients wait for this one, whether there was something to say or not.
                self.finalizing[channel] -= 1;
                if channel == 0 {
                    self.owed.set(self.owed.get().saturating_sub(1));
                }
                let held = self.held[channel].take();
                self.settle(channel, held.as_ref(), true).await
            }
            SessionOutput::Problem(Problem::TranscriptionFailed { why, .. }) => {
                debug!(why, "an utterance could not be transcribed");
                true
            }
            _ => true,
        }
    }

    async fn settle(&mut self, channel: usize, told: Option<&actors::session::Final>, from_finalize: bool) -> bool {
        let start_ms = self.settled_ms[channel];
        let end_ms = told.map_or(start_ms, |told| told.end_ms.max(start_ms));
        self.settled_ms[channel] = end_ms;
        let place =
            Place { channel: channel as u16, start_ms, end_ms, is_final: true, speech_final: true, from_finalize };
        let alternative = match told {
            Some(told) => self.stream.alternative(told, place.channel),
            None => Stream::nothing(),
        };
        let result = self.stream.result(place, &alternative);
        self.writer.send(&result).await
    }

    async fn goodbye(mut self) {
        let created = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        let metadata = self.stream.metadata(self.sound_ms, "", &created);
        self.writer.send(&metadata).await;
        self.writer.close(CloseCode::Normal, "").await;
    }

    async fn give_up(mut self, code: CloseCode, name: &str, message: &str) {
        let error = json!({"type": "Error", "variant": name, "description": message, "message": message});
        self.writer.send(&error).await;
        self.writer.close(code, name).await;
    }
}
