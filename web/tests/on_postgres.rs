//! What touches the database, once more on PostgreSQL. Where there is none the run says so and is SQLite's again.

#[path = "access_matrix.rs"]
mod access_matrix;
#[path = "accounts.rs"]
mod accounts;
#[path = "history.rs"]
mod history;
#[path = "recordings.rs"]
mod recordings;
