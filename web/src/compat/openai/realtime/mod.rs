//! OpenAI's Realtime API, for transcription: handshake, client secrets, and the two halves of a connection.

mod hear;
mod items;
mod secrets;
mod settings;
mod tell;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use self::hear::Hearing;
use self::settings::{Dialect, RealtimeSettings};
use self::tell::Telling;
use super::OpenAiError;
use super::chat::unix_time;
use crate::compat::core::{self, Lane};
use crate::compat::identity::{Caller, identity};
use crate::compat::socket;
use crate::state::AppState;

/// 15 MiB of sound may come in one message.
const LARGEST_FRAME: usize = 16 << 20;
const LARGEST_BODY: usize = 1 << 20;
const KEY_PROTOCOL: &str = "openai-insecure-api-key.";

pub async fn open(
    state: web::Data<AppState>,
    request: HttpRequest,
    query: web::Query<Vec<(String, String)>>,
    payload: web::Payload,
) -> Result<HttpResponse, OpenAiError> {
    let (caller, given) = who(&state, &request).await?;
    let offered = offered_protocols(&request);
    let beta = request.headers().get("openai-beta").is_some_and(|value| value.as_bytes().starts_with(b"realtime"))
        || offered.iter().any(|offer| offer.starts_with("openai-beta."));
    let dialect = if beta { Dialect::Beta } else { Dialect::Ga };
    let mut settings = RealtimeSettings::new(dialect);
    if let Some((_, model)) = query.iter().find(|(key, _)| key == "model") {
        settings.model = Some(model.clone());
    }
    if let Some(given) = &given {
        settings.update(given)?;
    }
    let (speaker, outputs) = core::open(&state, &caller, Lane::Live, settings.wishes(&state)).await?;
    let (response, reader, writer) =
        socket::open(&request, payload, &["realtime"], LARGEST_FRAME).map_err(|error| {
            OpenAiError::bad(format!("{error}; open this address as a WebSocket"), None, "not_a_websocket")
        })?;
    let (ask, asked) = mpsc::unbounded_channel();
    let telling = Telling::new(settings.clone(), writer);
    let state = state.into_inner();
    let hearing = Hearing::new(std::sync::Arc::clone(&state), settings, reader, speaker, ask);
    actix_web::rt::spawn(async move {
        tokio::select! {
            () = hearing.run() => {}
            () = telling.run(outputs, asked, state.closed()) => {}
        }
    });
    Ok(response)
}

/// Who connects, and what their client secret says of the session.
async fn who(state: &AppState, request: &HttpRequest) -> Result<(Caller, Option<Value>), OpenAiError> {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    let offered = offered_protocols(request);
    let key = bearer.or_else(|| offered.iter().find_map(|offer| offer.strip_prefix(KEY_PROTOCOL)).map(str::to_owned));
    match key.filter(|key| key.starts_with(secrets::PREFIX)) {
        Some(secret) => {
            let found = secrets::find(&secret, unix_time());
            let (owner, session) = found.ok_or_else(|| OpenAiError {
                status: actix_web::http::StatusCode::UNAUTHORIZED,
                ..OpenAiError::bad("the client secret is unknown or has run out", None, "invalid_api_key")
            })?;
            Ok((Caller { owner }, Some(session)))
        }
        None => Ok((identity(state, request).await?, None)),
    }
}

fn offered_protocols(request: &HttpRequest) -> Vec<String> {
    let values = request.headers().get_all("sec-websocket-protocol").filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|offer| offer.trim().to_owned()).collect()
}

/// `POST /v1/realtime/client_secrets`
pub async fn client_secret(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, OpenAiError> {
    let caller = identity(&state, &request).await?;
    let body = body(payload).await?;
    let mut settings = RealtimeSettings::new(Dialect::Ga);
    let session = body.get("session").cloned().unwrap_or_else(|| json!({}));
    settings.update(&session)?;
    let lives = body["expires_after"]["seconds"].as_u64().unwrap_or(600).clamp(10, 7200);
    let expires_at = unix_time() + lives;
    let value = secrets::make(caller.owner, session, expires_at);
    Ok(HttpResponse::Ok().json(json!({"value": value, "expires_at": expires_at, "session": settings.shown("")})))
}

/// `POST /v1/realtime/transcription_sessions`, the same in the older shape.
pub async fn beta_client_secret(
    state: web::Data<AppState>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, OpenAiError> {
    let caller = identity(&state, &request).await?;
    let session = body(payload).await?;
    let mut settings = RealtimeSettings::new(Dialect::Beta);
    settings.update(&session)?;
    let expires_at = unix_time() + 600;
    let value = secrets::make(caller.owner, session, expires_at);
    let mut shown = settings.shown("");
    shown["client_secret"] = json!({"value": value, "expires_at": expires_at});
    Ok(HttpResponse::Ok().json(shown))
}

async fn body(payload: web::Payload) -> Result<Value, OpenAiError> {
    let bytes = payload.to_bytes_limited(LARGEST_BODY).await;
    let bytes = bytes
        .map_err(|_| OpenAiError::bad("the body is too large", None, "body_too_large"))?
        .map_err(|error| OpenAiError::bad(error.to_string(), None, "invalid_body"))?;
    if bytes.trim_ascii().is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&bytes).map_err(|error| OpenAiError::bad(error.to_string(), None, "invalid_json"))
}
