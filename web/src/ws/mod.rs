//! The native protocol's WebSocket.

mod connection;
pub mod convert;
mod fragments;
mod gate;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_web_actors::ws;
use protocol::{NoticeCode, ServerMessage};

use self::connection::Connection;
use self::gate::Gate;
use crate::auth::{Standing, WS_PROTOCOL, identify_websocket};
use crate::http::error::ApiError;
use crate::listeners::News;
use crate::state::AppState;

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.route("/transcribe", web::get().to(open)).route("/v1/stream", web::get().to(open));
}

async fn open(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<AppState>,
) -> Result<HttpResponse, ApiError> {
    let identity = identify_websocket(&state, &request).await?;
    let owner = identity.owner();
    let standing = state.welcome(&identity).await?;
    let place = state.doors().enter(&owner)?;
    let (gate, payload) = Gate::before(payload);
    let max_frame = state.settings().server.max_frame_bytes as usize;
    let state = state.into_inner();
    let connection = Connection::new(Arc::clone(&state), owner, place, gate);
    let (connection, response) = ws::WsResponseBuilder::new(connection, &request, payload)
        .frame_size(max_frame)
        .protocols(WS_PROTOCOL)
        .start_with_addr()
        .map_err(|error| ApiError::bad_request(error.to_string(), "open this address as a WebSocket"))?;
    if let Standing::Low { what, percent } = standing {
        let message = format!("{percent} % of the month's allowance of `{what}` is used");
        connection.do_send(News(ServerMessage::Notice { code: NoticeCode::QuotaWarning, message }));
    }
    state.listeners().enter(identity.user, connection.recipient());
    Ok(response)
}
