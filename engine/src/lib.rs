//! The pure half of AlfaVoice: everything that can be computed from samples and words alone.
//!
//! Nothing here reads a clock, a file or a socket, starts a thread or awaits. Time is a count of samples.
//! `actors` decides when to call it, `engine-worker` carries its request and answer types to other processes.

pub mod agreement;
pub mod asr;
pub mod audio;
pub mod context;
pub mod hallucination;
pub mod language;
pub mod listener;
pub mod llm;
pub mod receipt;
pub mod segmenter;
pub mod speakers;
pub mod text;
pub mod vad;
pub mod wer;
pub mod words;
