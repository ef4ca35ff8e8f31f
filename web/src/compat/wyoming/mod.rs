//! The Wyoming protocol over TCP, for Home Assistant. One task per connection; a connection is one conversation.

mod announce;
mod conversation;
mod frame;

use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tracing::{debug, info, warn};

use super::identity::of_address;
use crate::state::AppState;

/// Opens the door, if the settings want one, for as long as the server runs.
pub fn start(state: &Arc<AppState>) -> anyhow::Result<()> {
    let wanted = &state.settings().wyoming;
    let Some(listen) = wanted.listen else { return Ok(()) };
    let listener = std::net::TcpListener::bind(listen)
        .with_context(|| format!("cannot listen on {listen} for the Wyoming protocol (`wyoming.listen`)"))?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;
    info!(%address, "the Wyoming protocol is spoken here");
    let announcement = if wanted.announce { announce::announce(address) } else { None };
    let state = Arc::clone(state);
    actix_web::rt::spawn(async move {
        // Withdrawn when this task ends.
        let _announcement = announcement;
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = state.closed() => return,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let state = Arc::clone(&state);
                    actix_web::rt::spawn(async move {
                        if let Err(error) = conversation::hold(&state, of_address(peer.ip()), stream).await {
                            debug!(%peer, %error, "a Wyoming conversation ended");
                        }
                    });
                }
                Err(error) => {
                    warn!(%error, "a Wyoming client could not be let in");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    });
    Ok(())
}
