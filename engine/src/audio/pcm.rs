//! Samples at 16 kHz and stretches of them: the engine's unit of sound and of time.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// Samples per second of everything behind the intake.
pub const SAMPLE_RATE: u32 = 16_000;

/// 16 kHz mono sound, 16 bits a sample: half the memory of floats, which is what a waiting connection costs.
/// Made by `Intake`, which is the proof that the rate is right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pcm16k(Vec<i16>);

impl Pcm16k {
    /// Empty.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Takes the caller's word that these are 16 kHz mono samples (a recording read by a tool, a test signal).
    pub const fn from_16k_mono(samples: Vec<i16>) -> Self {
        Self(samples)
    }

    /// Forgets the samples, keeps the memory for the next chunk.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The samples themselves.
    pub fn into_samples(self) -> Vec<i16> {
        self.0
    }

    pub(super) fn samples_mut(&mut self) -> &mut Vec<i16> {
        &mut self.0
    }
}

impl Deref for Pcm16k {
    type Target = [i16];

    fn deref(&self) -> &[i16] {
        &self.0
    }
}

/// A stretch of a session's sound: sample numbers at 16 kHz from the session's start, `end` not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SampleRange {
    pub start: u64,
    pub end: u64,
}

impl SampleRange {
    /// The samples `start..end`; an end before the start makes an empty stretch.
    pub fn new(start: u64, end: u64) -> Self {
        Self { start, end: end.max(start) }
    }

    pub fn samples(self) -> u64 {
        self.end - self.start
    }

    pub fn is_empty(self) -> bool {
        self.end == self.start
    }

    pub fn ms(self) -> u32 {
        samples_to_ms(self.samples()) as u32
    }

    pub fn start_ms(self) -> u64 {
        samples_to_ms(self.start)
    }

    pub fn end_ms(self) -> u64 {
        samples_to_ms(self.end)
    }

    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// What both have, if anything.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let start = self.start.max(other.start);
        let end = self.end.min(other.end);
        (start < end).then_some(Self { start, end })
    }
}

/// Whole milliseconds of so many samples, rounded down.
pub const fn samples_to_ms(samples: u64) -> u64 {
    samples / (SAMPLE_RATE as u64 / 1000)
}

/// Samples of so many milliseconds.
pub const fn ms_to_samples(ms: u64) -> u64 {
    ms * (SAMPLE_RATE as u64 / 1000)
}

/// Samples as the bytes a worker is sent (16 bits, little endian).
pub fn le_bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}
