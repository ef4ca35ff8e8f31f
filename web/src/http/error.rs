//! Errors of the HTTP side: one shape for all of them.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use metrics::counter;
use protocol::{BusyReason, ErrorCode, HttpError, HttpErrorBody};
use store::StoreError;
use uuid::Uuid;

use super::{headers, words};

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

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, message, "log in, or send a key")
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, message, "ask for the right to do this")
    }

    /// Also for what is there but belongs to somebody else: nobody can tell the two apart.
    pub fn not_found(what: &str) -> Self {
        let hint = "it may have been removed, or never was there";
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, format!("there is no such {what}"), hint)
    }

    pub fn conflict(message: impl Into<String>, hint: &str) -> Self {
        Self::new(StatusCode::CONFLICT, ErrorCode::Conflict, message, hint)
    }

    pub fn unavailable(message: impl Into<String>, hint: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message, hint)
    }

    /// Speech goes on; what needs the database has to wait.
    pub fn database_away() -> Self {
        let away = Self::unavailable("the database is not available", "try again in a few seconds");
        Self { retry_after_ms: Some(3000), ..away }
    }

    pub fn internal(message: impl Into<String>) -> Self {
        let hint = "try again; the server's log has the reason";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, message, hint)
    }

    pub fn too_many(wait: Duration) -> Self {
        let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        let hint = format!("try again after {ms} ms");
        let status = StatusCode::TOO_MANY_REQUESTS;
        let error = Self::new(status, ErrorCode::TooManyRequests, "too many requests", &hint);
        Self { retry_after_ms: Some(ms), ..error }
    }

    pub fn quota_used_up(what: &str) -> Self {
        let hint = "it is filled up at the beginning of the month; an admin can raise it";
        let message = format!("the month's allowance of `{what}` is used up");
        Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::QuotaUsedUp, message, hint)
    }

    /// No room at present.
    pub fn busy(reason: BusyReason, retry_after_ms: u64) -> Self {
        let reason = serde_json::to_value(reason).ok().and_then(|r| r.as_str().map(str::to_owned)).unwrap_or_default();
        let hint = format!("try again after {retry_after_ms} ms");
        let busy = Self::unavailable(format!("the server is busy: {reason}"), &hint);
        Self { retry_after_ms: Some(retry_after_ms), ..busy }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let hint = "read it again and repeat the change";
        match error {
            StoreError::Unavailable { .. } => {
                tracing::warn!(%error, "the database is not available");
                Self::database_away()
            }
            StoreError::Taken { .. } => Self::conflict(error.to_string(), "choose another"),
            StoreError::NotFound { what } => Self::not_found(what),
            StoreError::Stale { .. } => {
                Self::new(StatusCode::PRECONDITION_FAILED, ErrorCode::Stale, error.to_string(), hint)
            }
            StoreError::Invalid { .. } => Self::bad_request(error.to_string(), "change the field and send it again"),
            _ => {
                let chain = anyhow::Error::new(error);
                tracing::error!(error = format!("{chain:#}"), "the store failed");
                Self::internal("the request could not be carried out")
            }
        }
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
    response.headers_mut().insert(REQUEST_ID, HeaderValue::from_str(&id).expect("an id is plain"));
    headers::protect(&mut response);
    Ok(response)
}

fn is_json(response: &ServiceResponse<BoxBody>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.starts_with("application/json"))
}

fn with_body(response: ServiceResponse<BoxBody>, error: &ApiError, id: &str) -> ServiceResponse<BoxBody> {
    let asked = response.request().headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let (message, hint) = words::translated(error, words::preferred(asked.unwrap_or_default()));
    let body = HttpErrorBody { error: HttpError { code: error.code, message, hint, request_id: id.to_owned() } };
    let mut builder = HttpResponse::build(error.status);
    if let Some(ms) = error.retry_after_ms {
        builder.insert_header((header::RETRY_AFTER, ms.div_ceil(1000)));
        builder.insert_header(("retry-after-ms", ms));
    }
    if error.status == StatusCode::UNAUTHORIZED {
        builder.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    let (request, old) = response.into_parts();
    // What others have said already (who may read the answer) still holds.
    for (name, value) in old.headers().iter().filter(|(name, _)| !describes_body(name)) {
        builder.append_header((name.clone(), value.clone()));
    }
    ServiceResponse::new(request, builder.json(body))
}

fn describes_body(name: &HeaderName) -> bool {
    [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::WWW_AUTHENTICATE].contains(name)
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
