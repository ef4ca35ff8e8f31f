//! Other people's protocols, spoken by the same sessions: OpenAI, Deepgram, Vosk, Wyoming.
//!
//! [`core`] drives a session; each view translates between it and the words of one protocol, and decides nothing else.

pub mod core;
pub mod deepgram;
pub mod identity;
pub mod openai;
pub mod recording;
pub mod socket;
pub mod upload;
pub mod vosk;
pub mod words;
pub mod wyoming;

use actix_web::web;

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .route("/v1/models", web::get().to(openai::models::list))
        .route("/v1/models/{id}", web::get().to(openai::models::one))
        .configure(openai::configure)
        .configure(deepgram::configure)
        .configure(vosk::configure);
}
