//! `[wyoming]`: the door for Home Assistant.

use std::net::SocketAddr;

section! {
    /// The door for Home Assistant and other clients of the Wyoming protocol. It knows no accounts: whoever reaches the
    /// address may speak, so open it in a network that you trust.
    Wyoming "wyoming" {
        /// Address and port, usually `0.0.0.0:10300`. Empty = closed.
        listen: Option<SocketAddr> = "";
        /// Announce it in the local network (mDNS), so that Home Assistant finds it by itself.
        announce: bool = true;
    }
}
