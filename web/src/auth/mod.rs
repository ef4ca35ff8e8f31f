//! Who is asking, and what they may do.
//!
//! [`Identity`] is what the rest of the server sees; it is taken from an access token, an API key, a one-time ticket, or
//! (development profile) from nothing. Handlers take it as an argument and say which scope they need.

mod hs256;
mod identity;
mod limits;
mod passwords;
mod policy;
mod present;
mod quota;
mod secrets;
mod service;
mod tokens;

pub use identity::{Identity, WS_PROTOCOL, identify_local, identify_websocket};
pub use limits::Limits;
pub use passwords::{PasswordError, Passwords};
pub use policy::weakness_of;
pub use present::Presented;
pub use quota::{Quotas, Standing, next_month, percent};
pub use secrets::{NewSecret, SecretKind};
pub use service::{Auth, LOCAL};
pub use tokens::{AccessClaims, TokenError, TokenKeys};

use std::net::IpAddr;

use actix_web::HttpRequest;

/// The address that a request came from: of the connection, or what a trusted proxy says of it.
pub fn address_of(request: &HttpRequest, trusted_proxies: &[IpAddr]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.ip());
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    client_address(peer, &hops, trusted_proxies)
}

/// Walks the hops from the nearest to the farthest for as long as each is a trusted proxy.
fn client_address(peer: IpAddr, hops: &[&str], trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer;
    for hop in hops.iter().rev() {
        if !trusted.contains(&address) {
            break;
        }
        match hop.parse() {
            Ok(next) => address = next,
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn nobody_can_pretend_to_come_from_elsewhere() {
        assert_eq!(client_address(ip("9.9.9.9"), &["1.2.3.4"], &[]), ip("9.9.9.9"));
        assert_eq!(client_address(ip("9.9.9.9"), &["1.2.3.4"], &[ip("10.0.0.7")]), ip("9.9.9.9"));
    }

    #[test]
    fn a_trusted_proxy_is_believed_one_step_at_a_time() {
        let proxies = [ip("10.0.0.7"), ip("10.0.0.8")];
        assert_eq!(client_address(ip("10.0.0.7"), &["6.6.6.6", "1.2.3.4"], &proxies), ip("1.2.3.4"));
        assert_eq!(client_address(ip("10.0.0.7"), &["1.2.3.4", "10.0.0.8"], &proxies), ip("1.2.3.4"));
        assert_eq!(client_address(ip("10.0.0.7"), &["nonsense"], &proxies), ip("10.0.0.7"));
    }
}
