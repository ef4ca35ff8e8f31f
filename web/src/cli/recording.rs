//! Recordings that the command reads: WAV from a file or standard input.

use std::io::{Cursor, Read};
use std::path::Path;

use anyhow::{Context as _, bail};

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
        Self::parse(bytes).with_context(|| format!("{} is not a WAV file that can be read", path.display()))
    }

    pub fn parse(bytes: Vec<u8>) -> anyhow::Result<Self> {
        if !bytes.starts_with(b"RIFF") {
            bail!("it has no RIFF header; convert it first, for example `ffmpeg -i INPUT OUTPUT.wav`");
        }
        let mut reader = hound::WavReader::new(Cursor::new(bytes))?;
        let spec = reader.spec();
        let samples: Vec<i16> = match (spec.sample_format, spec.bits_per_sample) {
            (hound::SampleFormat::Float, _) => {
                let scaled = |s: f32| (s.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16;
                reader.samples::<f32>().map(|s| s.map(scaled)).collect::<Result<_, _>>()?
            }
            (hound::SampleFormat::Int, bits) => {
                // Every width is brought to 16 bits by its distance from them.
                let shift = i32::from(bits) - 16;
                let scaled = |s: i32| {
                    if shift >= 0 { (s >> shift) as i16 } else { (s << -shift) as i16 }
                };
                reader.samples::<i32>().map(|s| s.map(scaled)).collect::<Result<_, _>>()?
            }
        };
        let bytes = engine::audio::le_bytes(&samples);
        Ok(Self { sample_rate: spec.sample_rate, channels: spec.channels, bytes })
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
        let Err(error) = Recording::parse(b"ID3 something".to_vec()) else { panic!("it is no WAV") };
        assert!(error.to_string().contains("ffmpeg"));
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
