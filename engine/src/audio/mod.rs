//! Sound: decoding, resampling, noise suppression, gain. Ends in `Pcm16k`, which everything after it works on.

mod decode;
mod denoise;
mod format;
mod gain;
mod intake;
mod pcm;
mod rate;

pub use format::{AudioFormat, Encoding, FormatError};
pub use intake::{Intake, IntakeError, IntakeOptions};
pub use pcm::{Pcm16k, SAMPLE_RATE, SampleRange, le_bytes, ms_to_samples, samples_to_ms};
