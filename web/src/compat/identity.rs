//! Who is asking through somebody else's protocol. The one place of these views that knows how people are recognised.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actors::ids::Owner;

use crate::auth::{identify_local, identify_websocket};
use crate::http::error::ApiError;
use crate::state::AppState;

/// Who is asking.
#[derive(Debug, Clone)]
pub struct Caller {
    pub owner: Owner,
}

/// Who makes this request, from the headers of all protocols (`Authorization: Bearer` or `Token`, the subprotocols
/// `token, <key>` and `realtime, openai-insecure-api-key.<key>`), and that they may and can, and do not ask too
/// often.
pub async fn identity(state: &AppState, request: &HttpRequest) -> Result<Caller, ApiError> {
    let identity = match identify_websocket(state, request).await {
        Ok(identity) => identity,
        // Many programs cannot be set up without a key. A server that asks nobody for one takes any.
        Err(_) if state.auth().open => identify_local(state).await?,
        Err(error) => return Err(error),
    };
    state.auth().limits.user(identity.user).map_err(ApiError::too_many)?;
    state.welcome(&identity).await?;
    Ok(Caller { owner: identity.owner() })
}

/// Who speaks over a connection that carries no credentials. Whoever opens such a door (`wyoming.listen`) lets in whoever
/// can reach it.
pub fn of_address(address: IpAddr) -> Caller {
    Caller { owner: Owner::new(&address.to_string()) }
}
