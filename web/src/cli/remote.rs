//! Reaching a running server as a client.

use awc::ws::WebsocketsRequest;

/// A WebSocket in the name of whoever's key or token `ALFAVOICE_TOKEN` is; without it in nobody's, which is enough for a
/// server that asks nobody.
pub fn socket(address: &str) -> WebsocketsRequest {
    let request = awc::Client::new().ws(address);
    match std::env::var("ALFAVOICE_TOKEN") {
        Ok(token) if !token.trim().is_empty() => request.header("authorization", format!("Bearer {}", token.trim())),
        _ => request,
    }
}
