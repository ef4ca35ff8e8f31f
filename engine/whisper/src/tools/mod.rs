//! Tools around model files: another number format, and files of the right shape for measurements. Not part of the
//! worker.

pub mod quantise;
pub mod shape;
pub mod writer;
