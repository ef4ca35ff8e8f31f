//! The page at `/`, from inside the executable: the built client, or a plain one where it was not built.

use actix_web::http::header::{self, EntityTag, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest, Sha256};

/// No script, style or request from anywhere but here; the socket is same-origin.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// Names of these files change with their content.
const HASHED: &str = "assets/";

struct File {
    /// Path below `/`.
    name: &'static str,
    content: &'static [u8],
    brotli: Option<&'static [u8]>,
}

/// Written by `build.rs`; empty where the client was not built.
const CLIENT: &[File] = include!(concat!(env!("OUT_DIR"), "/client.rs"));

macro_rules! plain {
    ($($name:literal),+; $other:expr) => {
        &[$(File { name: $name, content: include_bytes!(concat!("../page/", $name)), brotli: None },)+ $other]
    };
}

/// A page without a build step: speak, read, drop a file. What runs in the audio thread is the client's own.
const PLAIN: &[File] = plain!["index.html", "style.css", "app.js", "words.js", "line.js", "microphone.js"; CAPTURE];

const CAPTURE: File = File {
    name: "capture.js",
    content: include_bytes!("../../../client/src/lib/audio/capture.worklet.js"),
    brotli: None,
};

pub fn configure(routes: &mut web::ServiceConfig) {
    let (files, folder) = if CLIENT.is_empty() { (PLAIN, "/page/") } else { (CLIENT, "/") };
    for file in files {
        let path = if file.name == "index.html" { "/".to_owned() } else { format!("{folder}{}", file.name) };
        let tag = EntityTag::new_strong(hex::encode(&Sha256::digest(file.content)[..8]));
        let serve = move |request: HttpRequest, asked: web::Header<IfNoneMatch>| {
            std::future::ready(answer(file, &tag, &request, &asked.into_inner()))
        };
        routes.route(&path, web::get().to(serve));
    }
}

fn answer(file: &'static File, tag: &EntityTag, request: &HttpRequest, asked: &IfNoneMatch) -> HttpResponse {
    let known = match asked {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(tag)),
    };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let lasting = if file.name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    response
        .insert_header((header::CONTENT_TYPE, kind(file.name)))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, lasting))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header(header::ETag(tag.clone()));
    match file.brotli {
        _ if known => response.finish(),
        Some(brotli) if takes_brotli(request) => response.insert_header((header::CONTENT_ENCODING, "br")).body(brotli),
        _ => response.body(file.content),
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

fn takes_brotli(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| {
        accepted.split(',').any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let refused = |weight: &str| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
            parts.next() == Some("br") && !parts.any(refused)
        })
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn brotli_is_for_those_who_take_it() {
        let takes = |accepted: &str| {
            takes_brotli(&TestRequest::default().insert_header((header::ACCEPT_ENCODING, accepted)).to_http_request())
        };
        assert!(takes("gzip, deflate, br, zstd") && takes("br;q=0.5"));
        assert!(!takes("gzip") && !takes("br;q=0, gzip") && !takes(""));
    }

    #[test]
    fn every_file_has_a_kind_and_a_first_page_is_there() {
        for files in [PLAIN, CLIENT] {
            assert!(files.is_empty() || files.iter().any(|file| file.name == "index.html"));
            for file in files {
                assert_ne!(kind(file.name), "application/octet-stream", "{}", file.name);
            }
        }
    }
}
