//! Errors as Deepgram's clients read them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::compat::recording::RecordingError;
use crate::compat::upload::UploadError;
use crate::files::FileProblem;
use crate::http::error::ApiError;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DeepgramError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    pub retry_after_ms: Option<u64>,
}

impl DeepgramError {
    pub fn bad(message: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self { status, code: "Bad Request", message: message.into(), retry_after_ms: None }
    }
}

impl From<ApiError> for DeepgramError {
    fn from(error: ApiError) -> Self {
        let code = match error.status {
            StatusCode::UNAUTHORIZED => "INVALID_AUTH",
            StatusCode::FORBIDDEN => "INSUFFICIENT_PERMISSIONS",
            StatusCode::TOO_MANY_REQUESTS => "TOO_MANY_REQUESTS",
            _ => "SERVICE_UNAVAILABLE",
        };
        let message = format!("{}; {}", error.message, error.hint);
        Self { status: error.status, code, message, retry_after_ms: error.retry_after_ms }
    }
}

impl From<FileProblem> for DeepgramError {
    fn from(problem: FileProblem) -> Self {
        let status = match problem {
            FileProblem::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, ..Self::bad(format!("failed to process audio: {problem}")) }
    }
}

impl From<UploadError> for DeepgramError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::File(problem) => problem.into(),
            UploadError::Disk(error) => {
                tracing::error!(%error, "an upload could not be kept");
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Self { status, code: "INTERNAL_SERVER_ERROR", ..Self::bad("the file could not be kept; try again") }
            }
            other => Self::bad(other.to_string()),
        }
    }
}

impl From<RecordingError> for DeepgramError {
    fn from(error: RecordingError) -> Self {
        match error {
            RecordingError::File(problem) => problem.into(),
            RecordingError::Api(error) => error.into(),
            other => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self { status, code: "SERVICE_UNAVAILABLE", ..Self::bad(other.to_string()) }
            }
        }
    }
}

impl ResponseError for DeepgramError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let request_id = uuid::Uuid::new_v4().to_string();
        let mut response = HttpResponse::build(self.status);
        // A header holds no other letters.
        let plain: String = self.message.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).collect();
        response.insert_header(("dg-error", plain)).insert_header(("dg-request-id", request_id.clone()));
        if let Some(ms) = self.retry_after_ms {
            response.insert_header(("retry-after", ms.div_ceil(1000)));
        }
        response.json(json!({"err_code": self.code, "err_msg": self.message, "request_id": request_id}))
    }
}
