//! Language models with llama.cpp: the executable `alfavoice-llm` and what it is made of. The only user of
//! llama-cpp-2.
//!
//! [`gguf`] checks files, [`model`] loads them and knows their vocabulary, [`template`] and [`prompt`] turn messages into
//! tokens, [`sequences`] is the border to the library's memory, [`decode`] works on many requests at once, [`worker`]
//! offers that to the server through `engine-worker`. [`shape`] writes random models for speed work and [`bench`]
//! measures with them.

pub mod bench;
pub mod decode;
pub mod gguf;
pub mod isa;
pub mod library_log;
pub mod model;
pub mod prompt;
pub mod sequences;
pub mod shape;
pub mod template;
pub mod worker;
