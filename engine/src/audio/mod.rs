//! Sound: decoding, resampling, noise suppression, gain.
