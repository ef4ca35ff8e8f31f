//! Who is asking through somebody else's protocol. The one place of these views that knows how people are recognised.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actors::ids::Owner;

use crate::http::error::ApiError;
use crate::state::AppState;

/// Who is asking.
#[derive(Debug, Clone)]
pub struct Caller {
    pub owner: Owner,
}

/// Who makes this request, from the headers of all protocols (`Authorization: Bearer` or `Token`, the subprotocols
/// `token, <key>` and `realtime, openai-insecure-api-key.<key>`).
#[expect(clippy::unused_async, reason = "accounts are looked up in the database")]
pub async fn identity(state: &AppState, request: &HttpRequest) -> Result<Caller, ApiError> {
    Ok(Caller { owner: state.owner_of(request) })
}

/// Who speaks over a connection that carries no credentials.
pub fn of_address(address: IpAddr) -> Caller {
    Caller { owner: Owner::new(&address.to_string()) }
}
