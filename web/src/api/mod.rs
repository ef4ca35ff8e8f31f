//! The HTTP API under `/api`: one handler per address, described where it is written.
//!
//! [`list`] is the only list of them: what is in it is served, documented in `/api/openapi.json`, and tried by the tests
//! in the name of every kind of caller.

mod admin;
mod auth;
mod cleaning;
mod convert;
mod document;
mod etag;
mod export;
mod file_results;
mod history;
mod jobs;
mod keys;
mod list;
mod logins;
mod placement;
mod preferences;
mod recordings;
mod requests;
mod settings;
mod settings_schema;
mod usage;
mod vocabulary;

pub use convert::job_state;
pub use list::configure;

/// What actix's `Result` is here.
pub type ApiResult<T> = Result<T, crate::http::error::ApiError>;
