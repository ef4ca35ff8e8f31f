//! The first door of the API: whoever asks too often waits, before anything is read or looked up.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

use super::error::ApiError;
use crate::auth::address_of;
use crate::state::AppState;

/// By address, for `/api` and WebSockets; health and metrics are asked by machines that must always get an answer.
pub async fn limit_address(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let path = request.path();
    if path.starts_with("/api/") || path == "/transcribe" || path.starts_with("/v1/") {
        let state = request.app_data::<web::Data<AppState>>().expect("the application has the state");
        let address = address_of(request.request(), &state.settings().limits.trusted_proxies);
        state.auth().limits.address(address).map_err(ApiError::too_many)?;
    }
    next.call(request).await
}
