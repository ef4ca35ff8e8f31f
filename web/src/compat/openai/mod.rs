//! OpenAI's API: transcriptions, models, chat, realtime transcription.

mod chat;
mod error;
mod formats;
pub mod models;
mod realtime;
mod request;
mod transcriptions;

use actix_web::web::{self, ServiceConfig};

pub use error::OpenAiError;

/// Some clients leave `/v1` out of their base address.
pub fn configure(routes: &mut ServiceConfig) {
    for base in ["/v1", ""] {
        routes
            .route(&format!("{base}/audio/transcriptions"), web::post().to(transcriptions::transcribe))
            .route(&format!("{base}/audio/translations"), web::post().to(transcriptions::translate))
            .route(&format!("{base}/chat/completions"), web::post().to(chat::complete));
    }
    routes
        .route("/v1/realtime", web::get().to(realtime::open))
        .route("/v1/realtime/client_secrets", web::post().to(realtime::client_secret))
        .route("/v1/realtime/transcription_sessions", web::post().to(realtime::beta_client_secret));
}
