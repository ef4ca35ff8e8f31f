//! `POST /v1/audio/transcriptions`: a file in, its text out, whole or as it comes.

use actix_multipart::Multipart;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::OpenAiError;
use super::formats;
use super::request::{ResponseFormat, TranscriptionRequest};
use crate::compat::identity::{Caller, identity};
use crate::compat::recording::{self, Outcome, RecordingError, Speakers, Spoken, Task};
use crate::compat::upload::{Form, Received};
use crate::state::AppState;

pub async fn transcribe(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, OpenAiError> {
    let caller = identity(&state, &request).await?;
    let mut form = Form::read(&state, Multipart::new(request.headers(), payload)).await?;
    let wanted = TranscriptionRequest::parse(&form)?;
    let Some(file) = form.file.take() else {
        return Err(OpenAiError::bad("`file` is missing; send the recording in it", Some("file"), "missing_file"));
    };
    let speakers = if wanted.format == ResponseFormat::DiarizedJson { Speakers::Found } else { Speakers::Alike };
    let task = Task::attended(wanted.wishes.clone(), speakers, None);
    if wanted.stream {
        return Ok(as_events(state, caller, file, task, wanted));
    }
    let (tell, mut told) = mpsc::unbounded_channel();
    let outcome = recording::transcribe(&state, &caller, file.file, task, tell).await?;
    let mut spoken: Vec<Spoken> = Vec::new();
    while let Some(one) = told.recv().await {
        spoken.push(one);
    }
    spoken.sort_by_key(|one| one.told.start_ms);
    let (body, kind) = formats::body(&wanted, &spoken, &outcome);
    Ok(HttpResponse::Ok().content_type(kind).body(body))
}

/// Translating is another thing than transcribing; a model that cannot would give something that looks like an answer.
pub async fn translate(state: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, OpenAiError> {
    identity(&state, &request).await?;
    let message = "no model here translates speech; transcribe it with `/v1/audio/transcriptions` and have the text \
                   translated";
    Err(OpenAiError::bad(message, Some("model"), "translation_not_supported"))
}

/// The text as it comes, utterance by utterance.
fn as_events(
    state: web::Data<AppState>,
    caller: Caller,
    file: Received,
    task: Task,
    wanted: TranscriptionRequest,
) -> HttpResponse {
    let (tell, told) = mpsc::unbounded_channel();
    // Ends by itself when nobody reads the events any more.
    let (ended_with, ended) = tokio::sync::oneshot::channel();
    actix_web::rt::spawn(async move {
        let outcome = recording::transcribe(&state, &caller, file.file, task, tell).await;
        let _ = ended_with.send(outcome);
    });
    let speakers = wanted.format == ResponseFormat::DiarizedJson;
    let telling = Telling { told, ended: Some(ended), text: String::new(), spoken: speakers.then(Vec::new) };
    let events = stream::unfold(telling, |mut telling| async move {
        let events = telling.next().await?;
        Some((Ok::<_, actix_web::Error>(events), telling))
    });
    event_stream(events)
}

/// A reply of events, which nobody on the way may hold back to compress it.
pub fn event_stream(events: impl stream::Stream<Item = Result<Bytes, actix_web::Error>> + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_ENCODING, HeaderValue::from_static("identity")))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events)
}

pub fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}

struct Telling {
    told: mpsc::UnboundedReceiver<Spoken>,
    /// None once the last event was made.
    ended: Option<tokio::sync::oneshot::Receiver<Result<Outcome, RecordingError>>>,
    text: String,
    /// Kept where the speakers are to be told, who are known at the end.
    spoken: Option<Vec<Spoken>>,
}

impl Telling {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(spoken) = self.told.recv().await {
            let text = spoken.told.text.trim();
            let delta = if self.text.is_empty() { text.to_owned() } else { format!(" {text}") };
            self.text += &delta;
            let events = event(&json!({"type": "transcript.text.delta", "delta": delta}));
            self.spoken.iter_mut().for_each(|all| all.push(spoken.clone()));
            return Some(events.into());
        }
        let events = match self.ended.take()?.await {
            Ok(Ok(outcome)) => {
                let spoken = self.spoken.take().unwrap_or_default();
                let segments = formats::speaker_segments(&spoken, &outcome);
                let segments: String = segments.iter().map(event).collect();
                let usage = formats::usage(&outcome);
                segments + &event(&json!({"type": "transcript.text.done", "text": self.text, "usage": usage}))
            }
            Ok(Err(error)) => event(&OpenAiError::from(error).body()),
            Err(_) => event(&OpenAiError::from(RecordingError::Failed("the server went down".to_owned())).body()),
        };
        Some((events + "data: [DONE]\n\n").into())
    }
}
