//! What a client may send, checked once at the border.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a sample is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encoding {
    #[serde(rename = "pcm_s16le")]
    PcmS16Le,
    #[serde(rename = "pcm_f32le")]
    PcmF32Le,
    #[serde(rename = "mulaw")]
    MuLaw,
    #[serde(rename = "alaw")]
    ALaw,
}

/// A format that `Intake` can take: made only by `parse`, so every value is within the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AudioFormat {
    encoding: Encoding,
    sample_rate: u32,
    channels: u16,
}

/// A format nobody could transcribe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("unknown audio encoding `{given}`; send `pcm_s16le`, `pcm_f32le`, `mulaw` or `alaw`")]
    UnknownEncoding { given: String },
    #[error("sample rate `{given}` Hz is outside 8000 to 48000; resample before sending")]
    SampleRate { given: u32 },
    #[error("`{given}` channels are outside 1 to 8; mix them down before sending")]
    Channels { given: u16 },
}

impl AudioFormat {
    /// What is assumed of a client that says nothing: 16 kHz mono, 16-bit.
    pub const DEFAULT: Self = Self { encoding: Encoding::PcmS16Le, sample_rate: 16_000, channels: 1 };

    /// Checks the limits: 8 to 48 kHz, 1 to 8 channels (mixed down to one).
    pub fn new(encoding: Encoding, sample_rate: u32, channels: u16) -> Result<Self, FormatError> {
        if !(8_000..=48_000).contains(&sample_rate) {
            return Err(FormatError::SampleRate { given: sample_rate });
        }
        if !(1..=8).contains(&channels) {
            return Err(FormatError::Channels { given: channels });
        }
        Ok(Self { encoding, sample_rate, channels })
    }

    /// As `new`, from the words of a protocol ("pcm_s16le", "linear16", "mulaw", ...).
    pub fn parse(encoding: &str, sample_rate: u32, channels: u16) -> Result<Self, FormatError> {
        Self::new(encoding.parse()?, sample_rate, channels)
    }

    pub fn encoding(self) -> Encoding {
        self.encoding
    }

    pub fn sample_rate(self) -> u32 {
        self.sample_rate
    }

    pub fn channels(self) -> u16 {
        self.channels
    }

    /// Bytes of one sample of every channel; chunks must be multiples of it.
    pub fn frame_bytes(self) -> usize {
        self.encoding.sample_bytes() * usize::from(self.channels)
    }
}

impl Default for AudioFormat {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Encoding {
    /// Bytes of one sample of one channel.
    pub fn sample_bytes(self) -> usize {
        match self {
            Self::PcmS16Le => 2,
            Self::PcmF32Le => 4,
            Self::MuLaw | Self::ALaw => 1,
        }
    }

    /// Our own name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PcmS16Le => "pcm_s16le",
            Self::PcmF32Le => "pcm_f32le",
            Self::MuLaw => "mulaw",
            Self::ALaw => "alaw",
        }
    }
}

impl FromStr for Encoding {
    type Err = FormatError;

    /// Takes our names and the usual other ones of the same thing, in any case.
    fn from_str(given: &str) -> Result<Self, Self::Err> {
        match given.trim().to_ascii_lowercase().as_str() {
            "pcm_s16le" | "pcm16" | "s16le" | "linear16" => Ok(Self::PcmS16Le),
            "pcm_f32le" | "f32le" | "float32" | "linear32" => Ok(Self::PcmF32Le),
            "mulaw" | "mu-law" | "ulaw" | "pcmu" | "g711_ulaw" => Ok(Self::MuLaw),
            "alaw" | "a-law" | "pcma" | "g711_alaw" => Ok(Self::ALaw),
            _ => Err(FormatError::UnknownEncoding { given: given.to_owned() }),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_protocols_are_understood() {
        for (given, encoding) in [
            ("pcm_s16le", Encoding::PcmS16Le),
            ("Linear16", Encoding::PcmS16Le),
            ("float32", Encoding::PcmF32Le),
            ("ulaw", Encoding::MuLaw),
            ("g711_alaw", Encoding::ALaw),
        ] {
            assert_eq!(given.parse(), Ok(encoding), "{given}");
            assert_eq!(encoding.name().parse(), Ok(encoding));
        }
    }

    #[test]
    fn what_nobody_can_take_is_refused_with_a_way_out() {
        for (encoding, rate, channels, hint) in [
            ("opus", 48_000, 1, "send `pcm_s16le`"),
            ("pcm_s16le", 7_999, 1, "resample"),
            ("pcm_s16le", 48_001, 1, "resample"),
            ("pcm_s16le", 16_000, 0, "mix them down"),
            ("pcm_s16le", 16_000, 9, "mix them down"),
        ] {
            let error = AudioFormat::parse(encoding, rate, channels).unwrap_err().to_string();
            assert!(error.contains(hint), "{error}");
        }
        assert!(AudioFormat::parse("alaw", 8_000, 8).is_ok());
    }
}
