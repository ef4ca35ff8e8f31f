//! The page at `/`, from inside the executable.

use actix_web::http::header::{self, EntityTag, IfNoneMatch};
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

/// No script, style or request from anywhere but here; the socket is same-origin.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

struct Asset {
    path: &'static str,
    kind: &'static str,
    content: &'static str,
}

const ASSETS: &[Asset] = &[
    Asset { path: "/", kind: "text/html; charset=utf-8", content: include_str!("../page/index.html") },
    Asset { path: "/page/style.css", kind: "text/css; charset=utf-8", content: include_str!("../page/style.css") },
    Asset { path: "/page/app.js", kind: "text/javascript; charset=utf-8", content: include_str!("../page/app.js") },
    Asset { path: "/page/words.js", kind: "text/javascript; charset=utf-8", content: include_str!("../page/words.js") },
    Asset { path: "/page/line.js", kind: "text/javascript; charset=utf-8", content: include_str!("../page/line.js") },
    Asset {
        path: "/page/microphone.js",
        kind: "text/javascript; charset=utf-8",
        content: include_str!("../page/microphone.js"),
    },
    Asset {
        path: "/page/capture.js",
        kind: "text/javascript; charset=utf-8",
        content: include_str!("../page/capture.js"),
    },
];

pub fn configure(routes: &mut web::ServiceConfig) {
    for asset in ASSETS {
        let tag = EntityTag::new_strong(hex::encode(&Sha256::digest(asset.content)[..8]));
        let serve = move |asked: web::Header<IfNoneMatch>| std::future::ready(answer(asset, &tag, &asked.into_inner()));
        routes.route(asset.path, web::get().to(serve));
    }
}

fn answer(asset: &'static Asset, tag: &EntityTag, asked: &IfNoneMatch) -> HttpResponse {
    let known = match asked {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|known| known.weak_eq(tag)),
    };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CONTENT_TYPE, asset.kind))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header(header::ETag(tag.clone()));
    if known { response.finish() } else { response.body(asset.content) }
}
