//! What a language model is asked, what it answers, and the part of its work that needs no model: which words a
//! faithful reply may consist of, how a draft is followed, what of a reply may be shown already.
//!
//! [`GenerateRequest`] and [`Generated`] cross the process border as postcard (see `engine-worker`); [`plan`], [`draft`]
//! and [`reply`] are driven token by token by the worker. Nothing here knows llama.cpp.

pub mod draft;
pub mod facts;
pub mod pick;
pub mod pieces;
pub mod plan;
pub mod reply;
pub mod request;
pub mod skips;

pub use facts::ModelFacts;
pub use pieces::{Piece, join, pieces};
pub use request::{BadRequest, Chat, Clean, Freedom, GenerateRequest, Generated, Message, Role, Sampling, Stopped};
pub use skips::Skips;

/// A token's number in its model's vocabulary.
pub type Token = i32;
