//! The sound of an uploaded recording, for keeping: read in pieces, so that memory does not grow with it.

use std::path::Path;

use protocol::api::RecordingEncoding;
use protocol::{AudioSettings, Encoding};
use tokio::io::AsyncReadExt as _;

use crate::compat::recording::LIMITS;
use crate::files::{self, FileProblem, Layout, SoundStream};
use crate::kept_audio::SoundKind;

/// Handed over at a time.
const CHUNK_MS: usize = 500;
/// More channels than a session takes.
const MOST_CHANNELS: u16 = 8;

/// A recording that is being read.
pub struct UploadedSound {
    pub audio: AudioSettings,
    source: Source,
    /// As far as it is known before the end.
    expected_ms: Option<u64>,
}

enum Source {
    Raw(tokio::fs::File),
    Container(SoundStream),
}

/// Opens the file; the error is for whoever recorded it.
pub async fn open(
    path: &Path,
    encoding: RecordingEncoding,
    said: Option<&AudioSettings>,
) -> Result<UploadedSound, FileProblem> {
    let file = std::fs::File::open(path).map_err(damaged)?;
    match encoding {
        RecordingEncoding::Raw => {
            let bytes = file.metadata().map_err(damaged)?.len();
            let audio = said.cloned().unwrap_or_default();
            let source = Source::Raw(tokio::fs::File::from_std(file));
            let mut sound = UploadedSound { audio, source, expected_ms: None };
            sound.expected_ms = Some(sound.ms_of(bytes / sound.frame_bytes() as u64));
            Ok(sound)
        }
        RecordingEncoding::Wav | RecordingEncoding::File => {
            let sound = files::open(file, Layout::Channels(MOST_CHANNELS), LIMITS).await?;
            let format = sound.format;
            let audio = AudioSettings {
                encoding: Encoding::PcmS16le,
                sample_rate: format.sample_rate,
                channels: format.channels,
            };
            Ok(UploadedSound { audio, source: Source::Container(sound), expected_ms: format.announced_ms })
        }
    }
}

impl UploadedSound {
    /// What a kept file of it is; none where its samples are of a kind that kept files do not have.
    pub fn kind(&self) -> Option<SoundKind> {
        let AudioSettings { encoding, sample_rate, channels } = self.audio;
        (encoding == Encoding::PcmS16le).then_some(SoundKind { sample_rate, channels })
    }

    /// Whole frames; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FileProblem> {
        let frame = self.frame_bytes();
        let wanted = self.audio.sample_rate as usize * CHUNK_MS / 1000 * frame;
        let mut chunk = Vec::with_capacity(wanted);
        match &mut self.source {
            Source::Raw(file) => {
                file.take(wanted as u64).read_to_end(&mut chunk).await.map_err(damaged)?;
            }
            Source::Container(sound) => {
                while chunk.len() < wanted
                    && let Some(samples) = sound.next().await
                {
                    chunk.extend(engine::audio::le_bytes(&samples));
                }
            }
        }
        // Half a frame can only be at the end of a file that was cut.
        chunk.truncate(chunk.len() / frame * frame);
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// What a kept file of it will take, as far as it is known.
    pub fn expected_bytes(&self) -> u64 {
        let bytes_per_second = u64::from(self.audio.sample_rate) * self.frame_bytes() as u64;
        self.expected_ms.unwrap_or_default() * bytes_per_second / 1000
    }

    fn frame_bytes(&self) -> usize {
        let sample = match self.audio.encoding {
            Encoding::PcmS16le => 2,
            Encoding::PcmF32le => 4,
            Encoding::Mulaw | Encoding::Alaw => 1,
        };
        sample * usize::from(self.audio.channels.max(1))
    }

    fn ms_of(&self, frames: u64) -> u64 {
        frames * 1000 / u64::from(self.audio.sample_rate.max(1))
    }
}

fn damaged(error: std::io::Error) -> FileProblem {
    FileProblem::Damaged { why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(mut heard: UploadedSound) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(chunk) = heard.next().await.expect("readable") {
            assert!(chunk.len() <= 48_000, "a second at most is in memory");
            bytes.extend(chunk);
        }
        bytes
    }

    #[actix_rt::test]
    async fn samples_come_in_pieces_and_half_a_frame_at_the_end_is_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("raw");
        let sound: Vec<u8> = (0..100_001).map(|n| (n / 7) as u8).collect();
        std::fs::write(&path, &sound).expect("written");
        let said = AudioSettings { encoding: Encoding::PcmS16le, sample_rate: 8000, channels: 2 };
        let heard = open(&path, RecordingEncoding::Raw, Some(&said)).await.expect("a file");
        assert_eq!(heard.expected_bytes(), 100_000);
        assert_eq!(heard.kind(), Some(SoundKind { sample_rate: 8000, channels: 2 }));
        assert_eq!(all(heard).await, &sound[..100_000]);
    }

    #[actix_rt::test]
    async fn a_container_gives_its_samples() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).expect("a file");
        let samples: Vec<i16> = (0..40_000).map(|n| (n % 1000) as i16).collect();
        for sample in &samples {
            writer.write_sample(*sample).expect("written");
        }
        writer.finalize().expect("written");
        let heard = open(&path, RecordingEncoding::Wav, None).await.expect("a recording");
        assert_eq!(all(heard).await, engine::audio::le_bytes(&samples));
        std::fs::write(&path, b"no sound").expect("written");
        assert_eq!(open(&path, RecordingEncoding::Wav, None).await.err(), Some(FileProblem::UnknownKind));
    }
}
