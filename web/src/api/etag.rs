//! Versions of documents as ETags. Pure.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header;
use protocol::ErrorCode;
use store::Expected;

use super::ApiResult;
use crate::http::error::ApiError;

pub fn of(version: u64) -> String {
    format!("\"{version}\"")
}

/// Which version the caller wants to change.
pub fn expected(request: &HttpRequest) -> ApiResult<Expected> {
    let given = request.headers().get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let hint = "send the ETag of what you changed as `If-Match`";
    match given.map(str::trim) {
        None => Err(ApiError::new(
            StatusCode::PRECONDITION_REQUIRED,
            ErrorCode::PreconditionRequired,
            "it is not said which version is to be changed",
            hint,
        )),
        Some("*") => Ok(Expected::Any),
        Some(tag) => parse(tag)
            .map(Expected::Version)
            .ok_or_else(|| ApiError::bad_request("`If-Match` is no ETag of ours", hint)),
    }
}

fn parse(tag: &str) -> Option<u64> {
    // A proxy that compresses marks tags as weak.
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_as_it_was_written() {
        assert_eq!(parse(&of(17)), Some(17));
        assert_eq!(parse("W/\"3\""), Some(3));
        for odd in ["3", "\"\"", "\"+3\"", "\"x\"", "", "\"99999999999999999999\""] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }
}
