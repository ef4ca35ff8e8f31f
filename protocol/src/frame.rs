//! Binary frames: an 8-byte little-endian sample offset, then samples in the session's format.

use thiserror::Error;

/// Bytes before the samples.
pub const HEADER_BYTES: usize = 8;

/// A binary frame, borrowed from the bytes it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioFrame<'a> {
    /// Offset of the first sample, counted in samples per channel from the start of the session.
    pub offset: u64,
    pub samples: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a binary frame needs an 8-byte offset before its samples, this one has {bytes} bytes")]
pub struct FrameTooShort {
    pub bytes: usize,
}

impl<'a> AudioFrame<'a> {
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FrameTooShort> {
        let (header, samples) =
            bytes.split_first_chunk::<HEADER_BYTES>().ok_or(FrameTooShort { bytes: bytes.len() })?;
        Ok(Self { offset: u64::from_le_bytes(*header), samples })
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + self.samples.len());
        bytes.extend_from_slice(&self.offset.to_le_bytes());
        bytes.extend_from_slice(self.samples);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_survives_the_wire() {
        let frame = AudioFrame { offset: 0x0102_0304_0506, samples: &[1, 2, 3, 4] };
        assert_eq!(AudioFrame::decode(&frame.encode()), Ok(frame));
    }

    #[test]
    fn a_frame_without_room_for_its_offset_is_refused() {
        assert_eq!(AudioFrame::decode(&[0; 7]), Err(FrameTooShort { bytes: 7 }));
        assert_eq!(AudioFrame::decode(&[0; 8]), Ok(AudioFrame { offset: 0, samples: &[] }));
    }
}
