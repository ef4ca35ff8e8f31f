//! Errors of the HTTP side: one shape for all of them.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use metrics::counter;
use protocol::{BusyReason, ErrorCode, HttpError, HttpErrorBody};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An answer that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    pub status: StatusCode,
    pub code: ErrorCode,
    pub message: String,
    pub hint: String,
    pub retry_after_ms: Option<u64>,
}

impl ApiError {
    pub fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>, hint: &str) -> Self {
        Self { status, code, message: message.into(), hint: hint.to_owned(), retry_after_ms: None }
    }

    pub fn bad_request(message: impl Into<String>, hint: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::Invalid, message, hint)
    }

    pub fn unavailable(message: impl Into<String>, hint: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message, hint)
    }

    /// No room at present.
    pub fn busy(reason: BusyReason, retry_after_ms: u64) -> Self {
        let reason = serde_json::to_value(reason).ok().and_then(|r| r.as_str().map(str::to_owned)).unwrap_or_default();
        let hint = format!("try again after {retry_after_ms} ms");
        let busy = Self::unavailable(format!("the server is busy: {reason}"), &hint);
        Self { retry_after_ms: Some(retry_after_ms), ..busy }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Without a body: [`finish`] writes it, because only there the request's id is known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status);
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// Gives every request an id, every error the one shape, every answer the headers that protect a browser.
pub async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = Uuid::now_v7().simple().to_string();
    // Handlers' errors are responses already when they come by here.
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    counter!(actors::metrics::HTTP_REQUESTS, "status" => format!("{}xx", status.as_u16() / 100)).increment(1);
    let error = response.response().extensions().get::<ApiError>().cloned();
    let bare = (status.is_client_error() || status.is_server_error()) && !is_json(&response);
    let mut response = match error.or_else(|| bare.then(|| of_status(status))) {
        Some(error) => with_body(response, &error, &id),
        None => response,
    };
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, HeaderValue::from_str(&id).expect("an id is plain"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

fn is_json(response: &ServiceResponse<BoxBody>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.starts_with("application/json"))
}

fn with_body(response: ServiceResponse<BoxBody>, error: &ApiError, id: &str) -> ServiceResponse<BoxBody> {
    let body = HttpErrorBody {
        error: HttpError {
            code: error.code,
            message: error.message.clone(),
            hint: error.hint.clone(),
            request_id: id.to_owned(),
        },
    };
    let mut builder = HttpResponse::build(error.status);
    if let Some(ms) = error.retry_after_ms {
        builder.insert_header((header::RETRY_AFTER, ms.div_ceil(1000)));
        builder.insert_header(("retry-after-ms", ms));
    }
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, builder.json(body))
}

/// What a status says by itself: for answers that come from the framework.
fn of_status(status: StatusCode) -> ApiError {
    let (code, hint) = match status {
        StatusCode::NOT_FOUND => (ErrorCode::NotFound, "docs/protocol.md lists the addresses"),
        StatusCode::METHOD_NOT_ALLOWED => (ErrorCode::Invalid, "use another method"),
        StatusCode::PAYLOAD_TOO_LARGE => (ErrorCode::PayloadTooLarge, "send less at a time"),
        StatusCode::UNAUTHORIZED => (ErrorCode::Unauthorized, "log in, or send a key"),
        StatusCode::FORBIDDEN => (ErrorCode::Forbidden, "ask for the right to do this"),
        StatusCode::TOO_MANY_REQUESTS => (ErrorCode::TooManyRequests, "wait a moment"),
        status if status.is_server_error() => (ErrorCode::Internal, "try again; the server's log has the reason"),
        _ => (ErrorCode::Invalid, "check what was sent"),
    };
    let message = status.canonical_reason().unwrap_or("error").to_lowercase();
    ApiError::new(status, code, message, hint)
}
