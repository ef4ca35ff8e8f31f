//! The sound of an uploaded recording as a WAV file, for keeping.

use std::path::Path;

use protocol::api::RecordingEncoding;
use protocol::{AudioSettings, Encoding};

use crate::cli::recording::Recording;

/// Samples and how they are to be read.
pub struct Heard {
    pub audio: AudioSettings,
    pub bytes: Vec<u8>,
}

/// Reads the file; the error is for whoever recorded it.
pub fn read(path: &Path, encoding: RecordingEncoding, said: Option<&AudioSettings>) -> Result<Heard, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("the recording cannot be read: {error}"))?;
    match encoding {
        RecordingEncoding::Raw => Ok(Heard { audio: said.cloned().unwrap_or_default(), bytes }),
        RecordingEncoding::Wav | RecordingEncoding::File => {
            let wav = Recording::parse(bytes).map_err(|error| format!("it is no WAV file: {error:#}"))?;
            let audio =
                AudioSettings { encoding: Encoding::PcmS16le, sample_rate: wav.sample_rate, channels: wav.channels };
            Ok(Heard { audio, bytes: wav.bytes })
        }
    }
}

/// A WAV file of the sound, for keeping; none where its samples are of a kind that WAV files of ours do not have.
pub fn as_wav(heard: &Heard) -> Option<Vec<u8>> {
    let spec = hound::WavSpec {
        channels: heard.audio.channels,
        sample_rate: heard.audio.sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    if heard.audio.encoding != Encoding::PcmS16le {
        return None;
    }
    let mut file = std::io::Cursor::new(Vec::with_capacity(heard.bytes.len() + 44));
    let mut writer = hound::WavWriter::new(&mut file, spec).ok()?;
    for sample in heard.bytes.as_chunks::<2>().0 {
        writer.write_sample(i16::from_le_bytes(*sample)).ok()?;
    }
    writer.finalize().ok()?;
    Some(file.into_inner())
}
