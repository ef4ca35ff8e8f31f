//! The model inside the executable. Its card (`models/asr/MODEL_CARD.md`) and the catalogue say what it is good for.

/// A whisper.cpp model file.
pub static BYTES: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/asr/builtin.bin"));
