//! Reading requests: what cannot be read is answered in the one shape of errors, with what is wrong.

use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use protocol::ErrorCode;
use store::{Day, Moment};

use super::ApiResult;
use crate::http::error::ApiError;

/// JSON bodies; imports of dictionaries are the longest.
const MAX_JSON: usize = 4 << 20;

/// Rows of one answer.
const MAX_PAGE: u32 = 200;
const PAGE: u32 = 50;

pub fn configure(routes: &mut ServiceConfig) {
    let json = web::JsonConfig::default().limit(MAX_JSON).error_handler(|error, _| {
        use actix_web::error::JsonPayloadError as E;
        let too_long = matches!(error, E::Overflow { .. } | E::OverflowKnownLength { .. });
        let error = if too_long {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            ApiError::new(status, ErrorCode::PayloadTooLarge, error.to_string(), "send less at a time")
        } else {
            ApiError::bad_request(error.to_string(), "send JSON as /api/docs describes it")
        };
        error.into()
    });
    let query = web::QueryConfig::default()
        .error_handler(|error, _| ApiError::bad_request(error.to_string(), "/api/docs lists the parameters").into());
    let path = web::PathConfig::default().error_handler(|_, _| ApiError::not_found("thing").into());
    routes.app_data(json).app_data(query).app_data(path);
}

/// How many rows are wanted.
pub fn limit(given: Option<u32>) -> ApiResult<u32> {
    match given {
        None => Ok(PAGE),
        Some(limit @ 1..=MAX_PAGE) => Ok(limit),
        Some(_) => Err(ApiError::bad_request("`limit` is out of range", "give 1 to 200")),
    }
}

/// An id from the address. One that we never gave belongs to nothing.
pub fn id<T: std::str::FromStr>(given: &str, what: &'static str) -> ApiResult<T> {
    given.parse().map_err(|_| ApiError::not_found(what))
}

/// A time as RFC 3339, or a day for its beginning.
pub fn moment(field: &str, given: Option<&str>) -> ApiResult<Option<Moment>> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(None) };
    let parsed = given.parse::<Moment>().or_else(|_| given.parse::<Day>().map(Day::start));
    parsed.map(Some).map_err(|_| {
        ApiError::bad_request(
            format!("`{field}` is no time"),
            "write it like `2025-03-01T09:30:00Z`, or `2025-03-01` for a day",
        )
    })
}

/// A cursor of an earlier page.
pub fn cursor<T: std::str::FromStr>(given: Option<&str>) -> ApiResult<Option<T>> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(None) };
    let hint = "give `next` of the page before, with the same search";
    given.parse().map(Some).map_err(|_| ApiError::bad_request("the cursor is not one that we gave", hint))
}
