//! Models: what a file holds, whether it can be trusted, and the library's copy of its weights.

pub mod builtin;
pub mod file;
pub mod tensors;
pub mod vocabulary;
pub mod weights;

pub use file::{BadModel, ModelFile, Shape};
pub use vocabulary::{SpecialTokens, Vocabulary};
pub use weights::{LoadError, Weights};
