//! Errors in the shape that OpenAI's libraries turn into their own.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

use crate::compat::recording::RecordingError;
use crate::compat::upload::UploadError;
use crate::files::FileProblem;
use crate::http::error::ApiError;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OpenAiError {
    pub status: StatusCode,
    pub message: String,
    /// `invalid_request_error`, `rate_limit_exceeded`, `server_error`.
    pub kind: &'static str,
    pub param: Option<String>,
    pub code: Option<String>,
    pub retry_after_ms: Option<u64>,
}

impl OpenAiError {
    pub fn bad(message: impl Into<String>, param: Option<&str>, code: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
            kind: "invalid_request_error",
            param: param.map(str::to_owned),
            code: Some(code.to_owned()),
            retry_after_ms: None,
        }
    }

    pub fn server(status: StatusCode, message: impl Into<String>, code: &str) -> Self {
        let bad = Self::bad(message, None, code);
        Self { status, kind: "server_error", ..bad }
    }

    pub fn body(&self) -> Value {
        let Self { message, kind, param, code, .. } = self;
        json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
    }
}

impl From<ApiError> for OpenAiError {
    fn from(error: ApiError) -> Self {
        let code = serde_json::to_value(error.code).ok().and_then(|code| code.as_str().map(str::to_owned));
        let (kind, code) = match error.status {
            StatusCode::UNAUTHORIZED => ("invalid_request_error", Some("invalid_api_key".to_owned())),
            StatusCode::TOO_MANY_REQUESTS => ("rate_limit_exceeded", Some("rate_limit_exceeded".to_owned())),
            status if status.is_server_error() => ("server_error", code),
            _ => ("invalid_request_error", code),
        };
        let message = format!("{}; {}", error.message, error.hint);
        Self { status: error.status, message, kind, param: None, code, retry_after_ms: error.retry_after_ms }
    }
}

impl From<FileProblem> for OpenAiError {
    fn from(problem: FileProblem) -> Self {
        let bad = Self::bad(problem.to_string(), Some("file"), problem.code());
        match problem {
            FileProblem::TooLarge { .. } => Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..bad },
            _ => bad,
        }
    }
}

impl From<UploadError> for OpenAiError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::File(problem) => problem.into(),
            UploadError::Disk(error) => {
                tracing::error!(%error, "an upload could not be kept");
                Self::server(StatusCode::INTERNAL_SERVER_ERROR, "the file could not be kept; try again", "internal")
            }
            UploadError::LongField { ref name } => Self::bad(error.to_string(), Some(name), "invalid_field"),
            UploadError::Form(_) | UploadError::Broken(_) => Self::bad(error.to_string(), None, "invalid_form"),
        }
    }
}

impl From<RecordingError> for OpenAiError {
    fn from(error: RecordingError) -> Self {
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        match error {
            RecordingError::File(problem) => problem.into(),
            RecordingError::Api(error) => error.into(),
            RecordingError::Gone(gone) => Self::server(unavailable, gone.to_string(), "server_shutting_down"),
            RecordingError::Failed(_) | RecordingError::Cancelled => {
                Self::server(unavailable, error.to_string(), "transcription_failed")
            }
        }
    }
}

impl ResponseError for OpenAiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(ms) = self.retry_after_ms {
            response.insert_header((header::RETRY_AFTER, ms.div_ceil(1000)));
            response.insert_header(("retry-after-ms", ms));
        }
        response.json(self.body())
    }
}
