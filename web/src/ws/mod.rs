//! The native protocol's WebSocket.

mod connection;
pub mod convert;
mod fragments;
mod gate;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_web_actors::ws;

use self::connection::Connection;
use self::gate::Gate;
use crate::http::error::ApiError;
use crate::state::AppState;

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.route("/transcribe", web::get().to(open)).route("/v1/stream", web::get().to(open));
}

async fn open(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<AppState>,
) -> Result<HttpResponse, ApiError> {
    let owner = state.owner_of(&request);
    let place = state.doors().enter(&owner)?;
    let (gate, payload) = Gate::before(payload);
    let max_frame = state.settings().server.max_frame_bytes as usize;
    let connection = Connection::new(state.into_inner(), owner, place, gate);
    ws::WsResponseBuilder::new(connection, &request, payload)
        .frame_size(max_frame)
        .start()
        .map_err(|error| ApiError::bad_request(error.to_string(), "open this address as a WebSocket"))
}
