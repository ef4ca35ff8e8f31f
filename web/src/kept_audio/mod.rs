//! The sound that is kept: written, read and removed. The store says which files there must be; this is the folder.

mod cipher;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::Settings;
use store::{AudioFile, AudioId, Moment, NewAudioFile, Store, UserId};
use tokio::task::spawn_blocking;

pub use cipher::{Cipher, CipherError, KeyError};

/// Files removed from the disk between two questions to the database.
const AT_ONCE: u32 = 200;

/// The folder and its keys.
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
    #[error("`{path}`: {source}")]
    Cipher {
        path: String,
        #[source]
        source: CipherError,
    },
    #[error("`{path}` is encrypted with the key `{key}`, which is not set; set `retention.audio_previous_key` to it")]
    NoKey { path: String, key: String },
    #[error(transparent)]
    Store(#[from] store::StoreError),
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

    /// Keeps a WAV file for the owner; its transcripts then refer to it. None where nothing is kept.
    pub async fn keep(
        &self,
        store: &Store,
        owner: UserId,
        wav: Vec<u8>,
        now: Moment,
    ) -> Result<Option<AudioId>, KeptAudioError> {
        let Some(lifetime) = self.lifetime else { return Ok(None) };
        // Random, so that a name says nothing; in folders, because thousands in one are slow to look at.
        let name = hex::encode(rand::random::<[u8; 16]>());
        let path = format!("{}/{name}.{}", &name[..2], if self.key.is_some() { "sealed" } else { "wav" });
        let whole = self.folder.join(&path);
        let sealed = match &self.key {
            None => wav,
            Some(cipher) => {
                let cipher = cipher.clone();
                let sealed = spawn_blocking(move || cipher.seal(&wav)).await.map_err(|error| file(&path, io::Error::other(error)))?;
                sealed
            }
        };
        let bytes = sealed.len() as u64;
        let written = spawn_blocking(move || write_private(&whole, &sealed)).await;
        written.map_err(io::Error::other).and_then(|written| written).map_err(|error| file(&path, error))?;
        let new = NewAudioFile {
            path,
            bytes,
            key_id: self.key.as_ref().map(|cipher| cipher.id().to_owned()),
            expires_at: Some(now.plus(lifetime)),
        };
        Ok(Some(store.audio().keep(owner, &new, now).await?))
    }

    /// The WAV file as it was kept.
    pub async fn read(&self, kept: &AudioFile) -> Result<Vec<u8>, KeptAudioError> {
        let whole = self.folder.join(&kept.path);
        let bytes = tokio::fs::read(&whole).await.map_err(|error| file(&kept.path, error))?;
        let Some(key) = &kept.key_id else { return Ok(bytes) };
        let ciphers = [&self.key, &self.previous];
        let cipher = ciphers.into_iter().flatten().find(|cipher| cipher.id() == key).cloned();
        let cipher =
            cipher.ok_or_else(|| KeptAudioError::NoKey { path: kept.path.clone(), key: key.clone() })?;
        let opened = spawn_blocking(move || cipher.open(&bytes)).await.map_err(|e| file(&kept.path, io::Error::other(e)))?;
        opened.map_err(|source| KeptAudioError::Cipher { path: kept.path.clone(), source })
    }
}

/// Removes from the disk what the store has given up; how many files that were.
pub async fn sweep(store: &Store, folder: &Path) -> store::Result<u64> {
    let mut removed = 0;
    loop {
        let doomed = store.audio().doomed(AT_ONCE).await?;
        let mut gone = Vec::with_capacity(doomed.len());
        for file in &doomed {
            match tokio::fs::remove_file(folder.join(&file.path)).await {
                Ok(()) => gone.push(file.id),
                Err(error) if error.kind() == io::ErrorKind::NotFound => gone.push(file.id),
                Err(error) => tracing::error!(%error, path = file.path, "kept sound cannot be removed"),
            }
        }
        removed += gone.len() as u64;
        store.audio().forget(&gone).await?;
        // Those that could not be removed stay doomed and are tried again another time.
        if gone.is_empty() || doomed.len() < AT_ONCE as usize {
            return Ok(removed);
        }
    }
}

/// Files that no row knows, left by a crash between writing and registering. Young ones may be about to be registered.
pub async fn orphans(store: &Store, folder: &Path, older_than: Duration) -> store::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let Ok(groups) = std::fs::read_dir(folder) else { return Ok(found) };
    for group in groups.flatten().filter(|entry| entry.path().is_dir()) {
        let Ok(files) = std::fs::read_dir(group.path()) else { continue };
        for entry in files.flatten() {
            let old = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
            let path = entry.path();
            let Ok(relative) = path.strip_prefix(folder) else { continue };
            if old.is_some_and(|age| age > older_than) && !store.audio().knows(&relative.to_string_lossy()).await? {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn file(path: &str, source: io::Error) -> KeptAudioError {
    KeptAudioError::File { path: path.to_owned(), source }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}
