//! What a request presents to be let in. Pure.

use actix_web::http::header::HeaderMap;

/// A credential as it came, not yet believed.
#[derive(Clone, PartialEq, Eq)]
pub enum Presented {
    /// An access token or an API key.
    Bearer(String),
    /// A one-time ticket, in the address of a WebSocket.
    Ticket(String),
    Nothing,
}

impl Presented {
    /// `Authorization: Bearer ...` (or `Token ...`, as some clients write it).
    pub fn in_headers(headers: &HeaderMap) -> Self {
        let value = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        match value.split_once(' ') {
            Some((scheme, token)) if is_bearer(scheme) && !token.trim().is_empty() => {
                Self::Bearer(token.trim().to_owned())
            }
            // A scheme that is not ours is no proof of anything; it must not count as nobody, either.
            _ if !value.is_empty() => Self::Bearer(String::new()),
            _ => Self::Nothing,
        }
    }

    /// Of a WebSocket's handshake: header, then the subprotocols `bearer, <token>`, then `?ticket=`.
    pub fn in_handshake(headers: &HeaderMap, query: &str) -> Self {
        let header = Self::in_headers(headers);
        if header != Self::Nothing {
            return header;
        }
        let offered = headers.get_all("sec-websocket-protocol").filter_map(|value| value.to_str().ok());
        let offered: Vec<&str> = offered.flat_map(|value| value.split(',')).map(str::trim).collect();
        if let Some(at) = offered.iter().position(|offer| is_bearer(offer))
            && let Some(token) = offered.get(at + 1)
        {
            return Self::Bearer((*token).to_owned());
        }
        // OpenAI's, for browsers: `realtime, openai-insecure-api-key.<key>`.
        if let Some(key) = offered.iter().find_map(|offer| offer.strip_prefix("openai-insecure-api-key.")) {
            return Self::Bearer(key.to_owned());
        }
        let ticket = query.split('&').find_map(|pair| pair.strip_prefix("ticket="));
        ticket.map_or(Self::Nothing, |ticket| Self::Ticket(ticket.to_owned()))
    }
}

fn is_bearer(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")
}

/// A credential is a secret.
impl std::fmt::Debug for Presented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bearer(_) => "Bearer(***)",
            Self::Ticket(_) => "Ticket(***)",
            Self::Nothing => "Nothing",
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    fn bearer(token: &str) -> Presented {
        Presented::Bearer(token.to_owned())
    }

    #[test]
    fn a_token_is_found_in_each_of_its_places() {
        let auth = headers(&[("authorization", "Bearer abc")]);
        assert_eq!(Presented::in_headers(&auth), bearer("abc"));
        let offered = headers(&[("sec-websocket-protocol", "bearer, abc")]);
        assert_eq!(Presented::in_handshake(&offered, ""), bearer("abc"));
        let ticket = Presented::Ticket("t1".to_owned());
        assert_eq!(Presented::in_handshake(&headers(&[]), "x=1&ticket=t1"), ticket);
        assert_eq!(Presented::in_handshake(&headers(&[]), ""), Presented::Nothing);
    }

    #[test]
    fn a_credential_that_is_not_understood_does_not_count_as_none() {
        for odd in ["Basic dXNlcjpwdw==", "Bearer", "Bearer  ", "abc"] {
            let odd = headers(&[("authorization", odd)]);
            assert_eq!(Presented::in_headers(&odd), bearer(""));
        }
    }

    #[test]
    fn credentials_are_never_printed() {
        assert_eq!(format!("{:?}", bearer("secret")), "Bearer(***)");
    }
}
