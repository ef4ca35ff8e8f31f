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

/// Whose words an answer at an address is to be given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Own,
    OpenAi,
    Deepgram,
}

pub fn protocol_of(path: &str) -> Protocol {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| path.starts_with(beginning));
    if path == "/v1/stream" {
        Protocol::Own
    } else if begins(&["/v1/listen", "/v1/projects"]) {
        Protocol::Deepgram
    } else if begins(&["/v1/", "/audio/", "/chat/"]) {
        Protocol::OpenAi
    } else {
        Protocol::Own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_answers_in_the_words_of_its_protocol() {
        for (path, protocol) in [
            ("/v1/listen", Protocol::Deepgram),
            ("/v1/projects/a/models", Protocol::Deepgram),
            ("/v1/audio/transcriptions", Protocol::OpenAi),
            ("/audio/transcriptions", Protocol::OpenAi),
            ("/v1/models", Protocol::OpenAi),
            ("/v1/stream", Protocol::Own),
            ("/api/history", Protocol::Own),
            ("/vosk", Protocol::Own),
        ] {
            assert_eq!(protocol_of(path), protocol, "{path}");
        }
    }
}
