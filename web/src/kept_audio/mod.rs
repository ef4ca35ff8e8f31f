//! The sound that is kept: written, read and removed. The store says which files there must be; this is the folder.

mod cipher;
mod file;
mod flow;
mod sweep;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use config::Settings;
use store::{AudioFile, Moment, NewAudioFile};

pub use cipher::{Cipher, KeyError};
pub use file::{SoundKind, SoundReader};
pub use flow::{Sink, stream};
pub use sweep::{orphans, sweep};

use self::file::SoundWriter;

/// The folder and its keys. Cheap to clone.
#[derive(Clone)]
pub struct KeptAudio {
    folder: PathBuf,
    /// How long a file is kept; none: nothing is.
    lifetime: Option<Duration>,
    key: Option<Cipher>,
    previous: Option<Cipher>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeptAudioError {
    #[error("`{path}`: {source}")]
    File {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("`{path}` is encrypted with the key `{key}`, which is not set; set `retention.audio_previous_key` to it")]
    NoKey { path: String, key: String },
}

impl KeptAudio {
    pub fn new(settings: &Settings) -> Result<Self, KeyError> {
        let retention = &settings.retention;
        let days = u64::from(retention.keep_audio_days);
        Ok(Self {
            folder: settings.audio_folder(),
            lifetime: (days > 0).then(|| Duration::from_secs(days * 24 * 3600)),
            key: Cipher::parse(&retention.audio_key)?,
            previous: Cipher::parse(&retention.audio_previous_key)?,
        })
    }

    pub fn keeps_anything(&self) -> bool {
        self.lifetime.is_some()
    }

    /// What new files are sealed with.
    pub fn cipher(&self) -> Option<&Cipher> {
        self.key.as_ref()
    }

    /// What files may be sealed with.
    pub fn ciphers(&self) -> impl Iterator<Item = &Cipher> {
        self.key.iter().chain(&self.previous)
    }

    /// Begins a new file. Blocking.
    pub fn create(&self, kind: SoundKind) -> Result<NewSound, KeptAudioError> {
        // Random, so that a name says nothing; in folders, because thousands in one are slow to look at.
        let name = hex::encode(rand::random::<[u8; 16]>());
        let path = format!("{}/{name}.{}", &name[..2], if self.key.is_some() { "sealed" } else { "wav" });
        match SoundWriter::create(&self.folder.join(&path), self.key.as_ref(), kind) {
            Ok(writer) => {
                let key_id = self.key.as_ref().map(|cipher| cipher.id().to_owned());
                Ok(NewSound { path, writer, key_id, lifetime: self.lifetime })
            }
            Err(source) => Err(KeptAudioError::File { path, source }),
        }
    }

    /// A file that was finished and is not wanted after all.
    pub async fn discard(&self, file: &NewAudioFile) {
        if let Err(error) = tokio::fs::remove_file(self.folder.join(&file.path)).await {
            tracing::warn!(%error, path = file.path, "sound that is of no use cannot be removed");
        }
    }

    /// The WAV file as it was kept. Blocking.
    pub fn open(&self, kept: &AudioFile) -> Result<SoundReader, KeptAudioError> {
        let cipher = match &kept.key_id {
            None => None,
            Some(key) => Some(
                self.ciphers()
                    .find(|cipher| cipher.id() == key)
                    .ok_or_else(|| KeptAudioError::NoKey { path: kept.path.clone(), key: key.clone() })?,
            ),
        };
        SoundReader::open(&self.folder.join(&kept.path), cipher)
            .map_err(|source| KeptAudioError::File { path: kept.path.clone(), source })
    }
}

/// A file on its way to be kept; gone where it is not finished.
pub struct NewSound {
    path: String,
    writer: SoundWriter,
    key_id: Option<String>,
    lifetime: Option<Duration>,
}

impl NewSound {
    /// Samples of 16 bits, little endian, interleaved. Blocking, like `finish`.
    pub fn write(&mut self, samples: &[u8]) -> Result<(), KeptAudioError> {
        self.writer.write(samples).map_err(|source| KeptAudioError::File { path: self.path.clone(), source })
    }

    /// The file is on the disk and is to be entered in the store.
    pub fn finish(self, now: Moment) -> Result<NewAudioFile, KeptAudioError> {
        match self.writer.finish() {
            Ok(bytes) => {
                let expires_at = self.lifetime.map(|lifetime| now.plus(lifetime));
                Ok(NewAudioFile { path: self.path, bytes, key_id: self.key_id, expires_at })
            }
            Err(source) => Err(KeptAudioError::File { path: self.path, source }),
        }
    }
}
