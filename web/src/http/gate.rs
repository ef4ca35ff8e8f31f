//! The first door of the API: whoever asks too often waits, before anything is read or looked up.

use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{ResponseError as _, web};

use super::error::ApiError;
use crate::auth::address_of;
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
            let refusal = ApiError::too_many(wait).error_response();
            Ok(request.into_response(refusal).map_into_right_body())
        }
    }
}

fn may_ask(request: &ServiceRequest) -> Result<(), Duration> {
    let path = request.path();
    if !(path.starts_with("/api/") || path == "/transcribe" || path.starts_with("/v1/")) {
        return Ok(());
    }
    let state = request.app_data::<web::Data<AppState>>().expect("the application has the state");
    let address = address_of(request.request(), &state.settings().limits.trusted_proxies);
    state.auth().limits.address(address)
}
