//! `POST /v1/chat/completions` on the server's own language model.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use actors::asking::Answer;
use actors::job::{JobEvent, JobFailure, Output};
use engine::llm::request::{Chat, Limits, Message, Role, Sampling, Stopped};
use engine::llm::{GenerateRequest, Generated};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::OpenAiError;
use super::transcriptions::{event, event_stream};
use crate::compat::identity::identity;
use crate::state::AppState;

/// A reply that takes longer ends where it is.
const LONGEST: Duration = Duration::from_secs(300);
const LARGEST_BODY: usize = 4 << 20;

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    model: String,
    messages: Vec<Said>,
    #[serde(default)]
    stream: bool,
    stream_options: Option<StreamOptions>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    seed: Option<i64>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    stop: Option<OneOrMany>,
    n: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Debug, Deserialize)]
struct Said {
    role: String,
    content: Option<Content>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

pub async fn complete(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, OpenAiError> {
    let caller = identity(&state, &request).await?;
    let body = payload.to_bytes_limited(LARGEST_BODY).await;
    let body = body
        .map_err(|_| OpenAiError::bad("the body is too large", None, "body_too_large"))?
        .map_err(|error| OpenAiError::bad(error.to_string(), None, "invalid_body"))?;
    let asked: Asked =
        serde_json::from_slice(&body).map_err(|error| OpenAiError::bad(error.to_string(), None, "invalid_json"))?;
    let include_usage = asked.stream_options.as_ref().is_some_and(|options| options.include_usage);
    let (model, streams) = (asked.model.clone(), asked.stream);
    let chat = GenerateRequest::Chat(chat(asked)?);
    chat.check().map_err(|error| OpenAiError::bad(error.to_string(), Some("messages"), "invalid_value"))?;
    let Some(answer) = state.system().ask(caller.owner, chat, LONGEST) else {
        let message = "the language model of this server cleans dictations and holds no conversations; choose one that \
                       does with `llm.model` (`alfavoice models list`)";
        return Err(OpenAiError::bad(message, Some("model"), "model_not_found"));
    };
    let head = Head { id: format!("chatcmpl-{}", Uuid::new_v4().simple()), created: unix_time(), model };
    if streams { Ok(as_events(answer, head, include_usage).await?) } else { whole(answer, &head).await }
}

fn chat(asked: Asked) -> Result<Chat, OpenAiError> {
    if asked.n.is_some_and(|n| n != 1) {
        return Err(OpenAiError::bad("`n` must be 1", Some("n"), "invalid_value"));
    }
    let messages = asked.messages.into_iter().map(message).collect::<Result<_, _>>()?;
    let tokens = asked.max_completion_tokens.or(asked.max_tokens).unwrap_or(0);
    Ok(Chat {
        messages,
        sampling: Sampling {
            temperature: asked.temperature.unwrap_or(1.0),
            top_p: asked.top_p.unwrap_or(1.0),
            seed: asked.seed.map_or_else(|| Uuid::new_v4().as_u128() as u32, |seed| seed as u32),
        },
        stops: match asked.stop {
            None => Vec::new(),
            Some(OneOrMany::One(stop)) => vec![stop],
            Some(OneOrMany::Many(stops)) => stops,
        },
        draft: String::new(),
        limits: Limits { tokens, time_ms: LONGEST.as_millis() as u32, stream: asked.stream },
    })
}

fn message(said: Said) -> Result<Message, OpenAiError> {
    let role = match said.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        other => {
            let message = format!("the role `{other}` is not known here; send `system`, `user` or `assistant`");
            return Err(OpenAiError::bad(message, Some("messages"), "invalid_value"));
        }
    };
    let text = match said.content {
        None => String::new(),
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => {
            if let Some(part) = parts.iter().find(|part| part.kind != "text") {
                let message = format!("parts of the type `{}` cannot be read here; send text", part.kind);
                return Err(OpenAiError::bad(message, Some("messages"), "invalid_value"));
            }
            parts.into_iter().filter_map(|part| part.text).collect::<Vec<_>>().join("\n")
        }
    };
    Ok(Message { role, text })
}

/// What every part of a reply begins with.
#[derive(Clone)]
struct Head {
    id: String,
    created: u64,
    model: String,
}

impl Head {
    fn chunk(&self, delta: Value, finish: Option<&str>) -> Value {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish, "logprobs": null});
        json!({
            "id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model,
            "choices": [choice],
        })
    }
}

async fn whole(mut answer: Answer, head: &Head) -> Result<HttpResponse, OpenAiError> {
    let generated = loop {
        match answer.next().await {
            Some(JobEvent::Ended(ended)) => break generated(ended)?,
            Some(_) => {}
            None => return Err(lost()),
        }
    };
    let message = json!({"role": "assistant", "content": generated.text, "refusal": null});
    let choice = json!({"index": 0, "message": message, "finish_reason": finish(generated.stopped), "logprobs": null});
    Ok(HttpResponse::Ok().json(json!({
        "id": head.id, "object": "chat.completion", "created": head.created, "model": head.model,
        "choices": [choice], "usage": usage(&generated),
    })))
}

/// The first event is waited for: a refusal is still an error of the request then.
async fn as_events(mut answer: Answer, head: Head, include_usage: bool) -> Result<HttpResponse, OpenAiError> {
    let first = loop {
        match answer.next().await {
            Some(JobEvent::Ended(Err(failure))) => return Err(failed(&failure)),
            Some(event @ (JobEvent::Piece(_) | JobEvent::Ended(_))) => break event,
            Some(_) => {}
            None => return Err(lost()),
        }
    };
    let begin = event(&head.chunk(json!({"role": "assistant", "content": ""}), None));
    let state = (Some(answer), Some(first), head, begin, false);
    let events = stream::unfold(state, move |(answer, first, head, mut text, mut any)| async move {
        let mut answer = answer?;
        let next = match first {
            Some(event) => Some(event),
            None => answer.next().await,
        };
        let mut last = true;
        match next {
            Some(JobEvent::Piece(piece)) => {
                text += &event(&head.chunk(json!({"content": piece}), None));
                (last, any) = (false, true);
            }
            Some(JobEvent::Ended(Ok(finished))) => {
                if let Output::Generated(generated) = finished.output {
                    if !any {
                        text += &event(&head.chunk(json!({"content": generated.text}), None));
                    }
                    text += &event(&head.chunk(json!({}), Some(finish(generated.stopped))));
                    if include_usage {
                        let mut chunk = head.chunk(json!({}), None);
                        chunk["choices"] = json!([]);
                        chunk["usage"] = usage(&generated);
                        text += &event(&chunk);
                    }
                }
            }
            Some(JobEvent::Ended(Err(failure))) => text += &event(&failed(&failure).body()),
            // It would begin again from the start.
            Some(JobEvent::Retrying) if any => text += &event(&lost().body()),
            Some(_) => last = false,
            None => text += &event(&lost().body()),
        }
        if last {
            text += "data: [DONE]\n\n";
        }
        let rest = (!last).then_some(answer);
        Some((Ok(Bytes::from(text)), (rest, None, head, String::new(), any)))
    });
    Ok(event_stream(events))
}

fn generated(ended: Result<actors::job::Finished, JobFailure>) -> Result<Generated, OpenAiError> {
    match ended.map_err(|failure| failed(&failure))?.output {
        Output::Generated(generated) => Ok(generated),
        Output::Transcript(_) => Err(lost()),
    }
}

fn failed(failure: &JobFailure) -> OpenAiError {
    match failure {
        JobFailure::Refused { retry_after, .. } => OpenAiError {
            retry_after_ms: u64::try_from(retry_after.as_millis()).ok(),
            ..OpenAiError::server(StatusCode::SERVICE_UNAVAILABLE, failure.to_string(), "server_overloaded")
        },
        JobFailure::Engine { message, .. } => {
            OpenAiError::server(StatusCode::INTERNAL_SERVER_ERROR, message.clone(), "engine_failed")
        }
        _ => OpenAiError::server(StatusCode::SERVICE_UNAVAILABLE, failure.to_string(), "not_answered"),
    }
}

fn lost() -> OpenAiError {
    OpenAiError::server(StatusCode::SERVICE_UNAVAILABLE, "the answer was lost; ask again", "not_answered")
}

fn finish(stopped: Stopped) -> &'static str {
    if stopped.is_whole() { "stop" } else { "length" }
}

fn usage(generated: &Generated) -> Value {
    let (prompt, reply) = (generated.prompt_tokens, generated.reply_tokens);
    json!({
        "prompt_tokens": prompt, "completion_tokens": reply, "total_tokens": prompt + reply,
        "prompt_tokens_details": {"cached_tokens": generated.reused_tokens},
    })
}

pub fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
