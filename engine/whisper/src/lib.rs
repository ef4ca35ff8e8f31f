//! Speech recognition with whisper.cpp: the executable `alfavoice-asr` and what it is made of. The only user of
//! whisper-rs.
//!
//! [`model`] checks files and loads weights, [`state`] is the border to the library, [`decode`] makes words of sound,
//! [`worker`] offers that to the server through `engine-worker`.

pub mod decode;
pub mod isa;
pub mod library_log;
pub mod model;
pub mod state;
pub mod tools;
pub mod worker;
