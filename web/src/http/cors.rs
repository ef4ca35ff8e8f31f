//! Whose pages may use this server: its own, and those of the list.

use actix_cors::Cors;
use actix_web::dev::RequestHead;
use actix_web::http::header::{self, HeaderValue};

/// Refuses requests of foreign pages outright, so that no page elsewhere can use the login of whoever looks at it (and
/// no page at all a server that asks nobody for a password).
pub fn layer(allowed: &[String]) -> Cors {
    let allowed = allowed.to_vec();
    Cors::default()
        .allowed_origin_fn(move |origin, request| may(origin, host_of(request), &allowed))
        .block_on_origin_mismatch(true)
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT_LANGUAGE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
        ])
        .expose_headers(["etag", "x-request-id", "retry-after", "retry-after-ms"])
        .max_age(3600)
}

fn host_of(request: &RequestHead) -> &str {
    request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// Pure: whether a page of this origin may use the server that is called `host`.
fn may(origin: &HeaderValue, host: &str, allowed: &[String]) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let listed = allowed.iter().any(|known| known == "*" || known.trim_end_matches('/') == origin);
    let own = origin.split_once("://").is_some_and(|(_, name)| !host.is_empty() && name.eq_ignore_ascii_case(host));
    listed || own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_and_listed_pages_may() {
        let listed = ["https://voice.example.org".to_owned()];
        let may = |origin: &'static str| may(&HeaderValue::from_static(origin), "127.0.0.1:3000", &listed);
        assert!(may("http://127.0.0.1:3000") && may("https://voice.example.org"));
        for foreign in ["http://evil.example", "null", "https://voice.example.org.evil.example", "http://127.0.0.1", ""] {
            assert!(!may(foreign), "{foreign}");
        }
    }
}
