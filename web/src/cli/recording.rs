//! Recordings that the command reads: any common container, from a file or standard input.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context as _;

use crate::files::decode::{Piece, decode};
use crate::files::{Layout, Limits, sniff};

/// Sound as it was recorded, 16 bits a sample.
pub struct Recording {
    pub sample_rate: u32,
    pub channels: u16,
    /// Interleaved, little endian.
    pub bytes: Vec<u8>,
}

impl Recording {
    /// `-` is standard input.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = if path == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
            bytes
        } else {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?
        };
        Self::parse(bytes).with_context(|| format!("{} is not a recording that can be read", path.display()))
    }

    pub fn parse(bytes: Vec<u8>) -> anyhow::Result<Self> {
        sniff::check(&bytes[..bytes.len().min(sniff::LOOKED_AT)])?;
        let (mut format, mut samples) = (None, Vec::new());
        let take = |piece| {
            match piece {
                Piece::Format(found) => format = Some(found),
                Piece::Sound(sound) => samples.extend(sound),
            }
            ControlFlow::Continue(())
        };
        let summary = decode(Box::new(Cursor::new(bytes)), Layout::Channels(8), Limits { longest_ms: u64::MAX }, take)?;
        if let Some(warning) = summary.warning {
            eprintln!("warning: {warning}");
        }
        let format = format.context("the file has no sound")?;
        let bytes = engine::audio::le_bytes(&samples);
        Ok(Self { sample_rate: format.sample_rate, channels: format.channels, bytes })
    }

    pub fn frames(&self) -> u64 {
        self.bytes.len() as u64 / u64::from(self.channels) / 2
    }

    pub fn frame_bytes(&self) -> usize {
        usize::from(self.channels) * 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_refused_with_advice() {
        let Err(error) = Recording::parse(b"%PDF-1.7".to_vec()) else { panic!("it is no recording") };
        assert!(error.to_string().contains("send wav, mp3"));
    }

    #[test]
    fn wav_of_other_widths_becomes_16_bit() {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 8000,
            bits_per_sample: 24,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, spec).expect("in memory");
        for sample in [0x7f_ff00_i32, -0x80_0000] {
            writer.write_sample(sample).expect("in memory");
        }
        writer.finalize().expect("in memory");
        let recording = Recording::parse(file.into_inner()).expect("a WAV");
        assert_eq!((recording.sample_rate, recording.channels, recording.frames()), (8000, 2, 1));
        assert_eq!(recording.bytes, engine::audio::le_bytes(&[0x7fff, -0x8000]));
    }
}
