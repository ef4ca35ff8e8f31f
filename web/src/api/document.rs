//! The API's description: `/api/openapi.json`, and a page for people that loads nothing from anywhere.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentType};
use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

use super::list::Document;

const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = include_str!("docs.css");

/// Title, version, and how to log in.
pub struct Finishing;

impl Modify for Finishing {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        "AlfaVoice".clone_into(&mut document.info.title);
        env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
        let words = "Send `Authorization: Bearer` with an access token of `/api/auth/login` or with an API key. \
                     Every error is `{\"error\":{\"code\",\"message\",\"hint\",\"request_id\"}}`.";
        document.info.description = Some(words.to_owned());
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT or API key").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

static JSON: LazyLock<String> =
    LazyLock::new(|| Document::openapi().to_pretty_json().expect("the description is plain data"));

static PAGE: LazyLock<String> =
    LazyLock::new(|| render(&serde_json::from_str(&JSON).expect("it was just written")));

/// The description itself.
pub fn openapi_json() -> &'static str {
    &JSON
}

pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).insert_header((header::CACHE_CONTROL, "no-cache")).body(&**JSON)
}

pub async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(&**PAGE)
}

pub async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(STYLE)
}

/// The page: every address with its parameters, body and answers, then every type.
fn render(document: &Value) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>AlfaVoice API</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"/api/docs.css\">\
         <h1>AlfaVoice API</h1>",
    );
    let _ = write!(html, "<p>{}</p><p><a href=\"/api/openapi.json\">openapi.json</a></p>", text(&document["info"]["description"]));
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let _ = write!(
                html,
                "<section><h2><b>{}</b> {}</h2><p>{}</p>",
                method.to_uppercase(),
                escape(path),
                text(&operation["summary"])
            );
            parameters(&mut html, &operation["parameters"]);
            if let Some(schema) = operation.pointer("/requestBody/content").and_then(first_schema) {
                let _ = write!(html, "<p>body: {}</p>", kind(schema));
            }
            for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
                let schema = answer.get("content").and_then(first_schema).map(kind).unwrap_or_default();
                let _ = write!(html, "<p>{}: {} {}</p>", escape(status), text(&answer["description"]), schema);
            }
            html.push_str("</section>");
        }
    }
    html.push_str("<h1>Types</h1>");
    for (name, schema) in document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten() {
        let name = escape(name);
        let _ = write!(html, "<section id=\"{name}\"><h2>{name}</h2><p>{}</p>", text(&schema["description"]));
        let parts = schema["allOf"].as_array().into_iter().flatten().chain([schema]);
        for (field, of) in parts.filter_map(|part| part["properties"].as_object()).flatten() {
            let _ = write!(html, "<p><b>{}</b> {} {}</p>", escape(field), kind(of), text(&of["description"]));
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<String> = values.iter().map(text).collect();
            let _ = write!(html, "<p>{}</p>", values.join(" · "));
        }
        html.push_str("</section>");
    }
    html.push_str("</html>");
    html
}

fn parameters(html: &mut String, parameters: &Value) {
    for parameter in parameters.as_array().into_iter().flatten() {
        let _ = write!(
            html,
            "<p><b>{}</b> ({}) {}</p>",
            text(&parameter["name"]),
            text(&parameter["in"]),
            text(&parameter["description"])
        );
    }
}

fn first_schema(content: &Value) -> Option<&Value> {
    content.as_object()?.values().next()?.get("schema")
}

/// A type as a few words, with a link where it has a section of its own.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = escape(name);
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(any) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return any.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let plain = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
        kind => text(kind),
    };
    if schema["items"].is_object() { format!("{plain} of {}", kind(&schema["items"])) } else { plain }
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_a_summary_and_answers() {
        let document: Value = serde_json::from_str(openapi_json()).expect("JSON");
        let paths = document["paths"].as_object().expect("paths");
        assert!(paths.len() > 25, "{}", paths.len());
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("methods") {
                assert!(operation["summary"].is_string(), "{method} {path} has no summary");
                assert!(operation["responses"].as_object().is_some_and(|answers| !answers.is_empty()), "{path}");
            }
        }
    }

    #[test]
    fn the_page_names_everything_and_loads_nothing_from_elsewhere() {
        for name in ["/api/history", "TranscriptDetail", "NewRecording", "href=\"#HttpErrorBody\""] {
            assert!(PAGE.contains(name), "{name}");
        }
        assert!(!PAGE.contains("http://") && !PAGE.contains("https://") && !PAGE.contains("<script"));
    }
}
