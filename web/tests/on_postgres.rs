//! What touches the database, once more on PostgreSQL. Where there is none the run says so and is SQLite's again.

#![allow(clippy::duplicate_mod, reason = "each of them brings its helpers, here as on its own")]

#[path = "access_matrix.rs"]
mod access_matrix;
#[path = "accounts.rs"]
mod accounts;
#[path = "history.rs"]
mod history;
#[path = "kept_sound.rs"]
mod kept_sound;
#[path = "recordings.rs"]
mod recordings;
