//! Deepgram's API: live and recorded speech at `/v1/listen`, and what its clients ask besides.

mod error;
mod feed;
mod live;
mod options;
mod recorded;
mod results;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

pub use self::error::DeepgramError;
use super::identity::identity;
use super::words::MODELS;
use crate::state::AppState;

pub fn configure(routes: &mut ServiceConfig) {
    routes
        .service(
            web::resource("/v1/listen").route(web::get().to(live::open)).route(web::post().to(recorded::transcribe)),
        )
        .route("/v1/projects", web::get().to(projects))
        .route("/v1/projects/{id}/models", web::get().to(project_models));
}

/// Applications ask for it to see whether a key is right.
async fn projects(state: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, DeepgramError> {
    identity(&state, &request).await?;
    Ok(HttpResponse::Ok().json(json!({"projects": [{"project_id": "alfavoice", "name": "AlfaVoice"}]})))
}

async fn project_models(state: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, DeepgramError> {
    identity(&state, &request).await?;
    Ok(HttpResponse::Ok().json(json!({"stt": models(&state), "tts": []})))
}

/// Our models in Deepgram's words.
pub fn models(state: &AppState) -> Vec<Value> {
    let languages: Vec<&str> = state.languages().iter().map(|language| language.code()).collect();
    let one = |name: &&str| {
        json!({
            "name": name, "canonical_name": name, "architecture": "whisper", "languages": languages,
            "version": env!("CARGO_PKG_VERSION"), "uuid": model_uuid(name), "batch": true, "streaming": true,
            "formatted_output": true,
        })
    };
    MODELS.iter().map(one).collect()
}

/// The same name has the same id everywhere.
fn model_uuid(name: &str) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(name.as_bytes());
    let bytes: [u8; 16] = digest[..16].try_into().expect("a digest has 32 bytes");
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}
