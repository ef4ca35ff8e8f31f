//! `/v1/models`: applications ask for it to see whether address and key are right.
//!
//! Deepgram has another list at the same address: one object holds both, under different names.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::OpenAiError;
use crate::compat::deepgram;
use crate::compat::identity::identity;
use crate::compat::words::MODELS;
use crate::state::AppState;

/// The list.
pub async fn list(state: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, OpenAiError> {
    identity(&state, &request).await?;
    let own = MODELS.iter().map(|id| model(id));
    // The workers' own models, for who looks whether the right ones run.
    let running = state.models().iter().filter(|id| !MODELS.contains(&id.as_str())).map(|id| model(id));
    let usual = model("whisper-1");
    let data: Vec<Value> = own.chain([usual]).chain(running).collect();
    Ok(HttpResponse::Ok().json(json!({"object": "list", "data": data, "stt": deepgram::models(&state), "tts": []})))
}

/// One of them. Every name is good, because clients insist on their own.
pub async fn one(
    state: web::Data<AppState>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, OpenAiError> {
    identity(&state, &request).await?;
    Ok(HttpResponse::Ok().json(model(&id)))
}

fn model(id: &str) -> Value {
    json!({"id": id, "object": "model", "created": 0, "owned_by": "alfavoice"})
}
