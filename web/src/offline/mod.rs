//! Recordings that clients made without us, and files: received in pieces (`uploads`), claimed one after the other per
//! client (`runner`), transcribed by the same sessions as live speech on the batch lane (`work`), from where it broke off
//! (`heard`). Texts of files are kept by what is in the file (`results`).

mod heard;
mod results;
mod runner;
mod sound;
mod uploads;
mod work;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use protocol::SessionSettings;
use protocol::api::{RecordingEncoding, SpeakerLabels};
use serde::{Deserialize, Serialize};
use store::{JobId, JobState, Store};
use tokio::sync::{Notify, OwnedMutexGuard};
use tracing::warn;

use self::results::Results;

pub use results::ResultKey;
pub use runner::start;
pub use uploads::{Upload, UploadError};

/// What is to be done with a recording; kept with its job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    pub encoding: RecordingEncoding,
    #[serde(default)]
    pub speakers: SpeakerLabels,
    pub settings: SessionSettings,
}

/// The folder of uploads, and who is writing to it.
pub struct Offline {
    folder: PathBuf,
    turns: Mutex<HashMap<JobId, Weak<tokio::sync::Mutex<()>>>>,
    /// Milliseconds of those that are worked on here that have their text.
    progress: Mutex<HashMap<JobId, u64>>,
    results: Results,
    woken: Notify,
}

impl Offline {
    /// Uploads go to one folder, texts of files to the other.
    pub fn new(folder: &Path, results: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            turns: Mutex::default(),
            progress: Mutex::default(),
            results: Results::new(results.to_owned()),
            woken: Notify::new(),
        })
    }

    pub fn results(&self) -> &Results {
        &self.results
    }

    /// Sound of a job that has its text, where it is worked on here.
    pub fn heard_ms(&self, job: JobId) -> Option<u64> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).get(&job).copied()
    }

    fn note_progress(&self, job: JobId, heard_ms: u64) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).insert(job, heard_ms);
    }

    fn forget_progress(&self, job: JobId) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
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

    /// Removes uploads whose jobs have ended or are gone, and those that nobody went on with for so long.
    pub async fn remove_needless(&self, store: &Store, patience: Duration) {
        for file in std::fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let job = file.file_stem().and_then(|name| name.to_str()).and_then(|name| name.parse::<JobId>().ok());
            let Some(job) = job else { continue };
            let _turn = self.turn(job).await;
            let needless = match store.jobs().state_of(job).await {
                Ok(None) => true,
                Ok(Some(JobState::Receiving)) => age(&file) > patience,
                Ok(Some(state)) => state.is_final(),
                Err(error) => return warn!(%error, "nobody knows which uploads are needed"),
            };
            if needless && let Err(error) = std::fs::remove_file(&file) {
                warn!(%error, file = %file.display(), "an upload could not be removed");
            }
        }
    }

    /// A recording that was cancelled before it began: nobody else has its files.
    pub async fn discard(&self, job: JobId) {
        let _turn = self.turn(job).await;
        for file in [self.file(job), self.heard_file(job)] {
            let _ = tokio::fs::remove_file(file).await;
        }
    }

    /// There is something to do.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    fn file(&self, job: JobId) -> PathBuf {
        self.folder.join(format!("{job}.part"))
    }

    fn heard_file(&self, job: JobId) -> PathBuf {
        self.folder.join(format!("{job}.heard"))
    }
}

/// Since the last byte came.
fn age(file: &Path) -> Duration {
    let changed = std::fs::metadata(file).and_then(|facts| facts.modified()).ok();
    changed.and_then(|at| at.elapsed().ok()).unwrap_or_default()
}
