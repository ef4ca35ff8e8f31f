//! Many requests on one model at once. Each lives in a sequence of the model's memory; every run of the model extends
//! all of them by what they need next (continuous batching), so requests join and leave between two runs.
//!
//! [`Engine`] owns the thread and is what others use; [`Decoder`] is what happens on it, run by run (`turn`). What to say is decided by
//! [`speech`], what is kept for others by [`prefixes`], what a run may cost by [`costs`].

pub mod client;
pub mod costs;
mod decoder;
mod engine;
pub mod prefixes;
mod run;
pub mod speech;
mod start;
mod turn;

pub use client::{Asked, Client};
pub use decoder::{Decoder, Memory};
pub use engine::{Engine, Opened, Options};
pub use run::Ticket;

/// Whether replies follow their drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drafts {
    /// Where the measured costs say that it saves time.
    #[default]
    Measured,
    Never,
    /// As if sixteen tokens cost as much as one: for tests of what drafts must not change.
    Always,
}
