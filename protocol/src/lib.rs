//! What clients and the server say to each other over the native WebSocket, as typed messages.
//!
//! Text frames are JSON with a `type`; binary frames are sound (see [`frame`]). `docs/protocol.md` explains the
//! conversation and holds the golden examples that the tests of this package assert. [`api`] is the JSON of the HTTP side.

pub mod api;
mod client;
mod error;
pub mod frame;
mod receipt;
mod server;
mod settings;

pub use client::{AudioChunk, ClientMessage, DecodeError, EditSelection};
pub use error::{ErrorCode, ErrorMessage, HttpError, HttpErrorBody};
pub use receipt::{CoverageKind, Receipt, ReceiptRange};
pub use server::{
    BusyReason, CleanedBy, EditKind, EditWarning, Edited, FinalText, Limits, NoticeCode, PartialText, Ready,
    ServerMessage, SessionState, TextEdit, Timings, WordTiming,
};
pub use settings::{AudioSettings, Encoding, Mode, Quality, SessionSettings};

/// Sent in `ready`; a client that does not know it should still work, fields are only ever added.
pub const PROTOCOL_VERSION: u16 = 1;
