//! Recordings that clients made without us: received in pieces (`uploads`), transcribed one after the other per client
//! by the same sessions as live speech, on the batch lane (`runner`).

mod runner;
mod uploads;
mod wav;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use protocol::SessionSettings;
use protocol::api::RecordingEncoding;
use serde::{Deserialize, Serialize};
use store::JobId;
use tokio::sync::{Notify, OwnedMutexGuard};

pub use runner::start;
pub use uploads::{Upload, UploadError};

/// What is to be done with a recording; kept with its job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    pub encoding: RecordingEncoding,
    pub settings: SessionSettings,
}

/// The folder of uploads, and who is writing to it.
pub struct Offline {
    folder: PathBuf,
    turns: Mutex<HashMap<JobId, Weak<tokio::sync::Mutex<()>>>>,
    woken: Notify,
}

impl Offline {
    pub fn new(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), turns: Mutex::default(), woken: Notify::new() })
    }

    /// Waits until nobody else in this server writes to this recording.
    pub async fn turn(&self, job: JobId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, lock| lock.strong_count() > 0);
            let known = turns.get(&job).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let lock = Arc::default();
                turns.insert(job, Arc::downgrade(&lock));
                lock
            })
        };
        lock.lock_owned().await
    }

    /// Goes on with an upload at `offset`.
    pub async fn open(&self, job: JobId, total: u64, offset: u64) -> Result<Upload, UploadError> {
        Upload::open(&self.file(job), total, offset).await
    }

    /// There is something to do.
    pub fn wake(&self) {
        self.woken.notify_waiters();
    }

    fn file(&self, job: JobId) -> PathBuf {
        self.folder.join(format!("{job}.part"))
    }
}
