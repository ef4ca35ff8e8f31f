//! The first door of the API: whoever asks too often waits, before anything is read or looked up.

use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError as _, web};

use super::error::ApiError;
use crate::auth::address_of;
use crate::compat::deepgram::DeepgramError;
use crate::compat::openai::OpenAiError;
use crate::compat::{Protocol, protocol_of};
use crate::state::AppState;

/// By address, for `/api` and WebSockets; health and metrics are asked by machines that must always get an answer.
pub async fn limit_address<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    match may_ask(&request) {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        // An answer and no error: those further out give it its body.
        Err(wait) => {
            let refusal = in_the_words_of(request.path(), ApiError::too_many(wait));
            Ok(request.into_response(refusal).map_into_right_body())
        }
    }
}

fn may_ask(request: &ServiceRequest) -> Result<(), Duration> {
    let path = request.path();
    const BEGINNINGS: [&str; 4] = ["/api/", "/v1/", "/audio/", "/chat/"];
    let speaks = ["/transcribe", "/vosk"].contains(&path);
    if !(speaks || BEGINNINGS.iter().any(|beginning| path.starts_with(beginning))) {
        return Ok(());
    }
    let state = request.app_data::<web::Data<AppState>>().expect("the application has the state");
    let address = address_of(request.request(), &state.settings().limits.trusted_proxies);
    state.auth().limits.address(address)
}

/// Other people's clients understand only their own errors.
fn in_the_words_of(path: &str, error: ApiError) -> HttpResponse {
    match protocol_of(path) {
        Protocol::Deepgram => DeepgramError::from(error).error_response(),
        Protocol::OpenAi => OpenAiError::from(error).error_response(),
        Protocol::Own => error.error_response(),
    }
}
