//! Sound on its way to be kept: written beside the journal by a thread of its own, so that no session waits for a disk.
//!
//! Each utterance is a file (`{session}.{number}.pcm`, or `.sealed` where there is a key); a final that was told leaves a
//! claim (`{session}.{number}.claim`) that names its utterances. `keeper` makes kept sound of them.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use actors::ids::{SessionId, UtteranceId};
use actors::metrics as names;
use actors::session::Final;
use engine::audio::le_bytes;
use metrics::counter;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, oneshot};
use tracing::{error, warn};

use super::Entry;
use crate::kept_audio::{Cipher, KeptAudio};

/// Messages and bytes of sound that may wait for the disk: half an hour of speech.
const MESSAGES: usize = 4096;
const MOST_WAITING: usize = 64 << 20;
/// Sound that may wait on the disk for the database: a day and a half of speech.
const MOST_SPOOLED: u64 = 4 << 30;

/// A final that was told, and whose sound it wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// As in the journal: a user's id, or `local`.
    pub owner: String,
    /// The transcript's key.
    pub utterance: String,
    pub session: String,
    pub parts: Vec<u64>,
}

/// The end of the spool that sessions write to.
pub struct Spool {
    queue: SyncSender<Message>,
    waiting: Arc<AtomicUsize>,
    folder: Arc<SpoolFolder>,
}

enum Message {
    Sound(SessionId, UtteranceId, Arc<[i16]>),
    Claim(Claim),
    Flush(oneshot::Sender<()>),
}

impl Spool {
    pub fn start(folder: &Path, kept: KeptAudio) -> io::Result<Self> {
        let folder = Arc::new(SpoolFolder::open(folder, kept)?);
        let (queue, messages) = sync_channel(MESSAGES);
        let waiting = Arc::new(AtomicUsize::new(0));
        let (own, to) = (Arc::clone(&waiting), Arc::clone(&folder));
        std::thread::Builder::new().name("sound-spool".to_owned()).spawn(move || write(&messages, &own, &to))?;
        Ok(Self { queue, waiting, folder })
    }

    pub fn folder(&self) -> &Arc<SpoolFolder> {
        &self.folder
    }

    /// Never waits: sound that finds no room is not kept, its text is.
    pub fn keep(&self, session: SessionId, utterance: UtteranceId, sound: Arc<[i16]>) {
        let bytes = size_of_val(&*sound);
        let waiting = self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let sent = waiting <= MOST_WAITING && self.queue.try_send(Message::Sound(session, utterance, sound)).is_ok();
        if !sent {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            lost("the disk is too slow for it");
        }
    }

    /// The final of these utterances was told.
    pub fn claim(&self, told: &Final, entry: &Entry) {
        let claim = Claim {
            owner: entry.owner.clone(),
            utterance: entry.transcript.utterance.clone(),
            session: told.session.to_string(),
            parts: told.sound_of.iter().map(|id| id.0).collect(),
        };
        if self.queue.try_send(Message::Claim(claim)).is_err() {
            lost("the disk is too slow for it");
        }
    }

    /// Waits until everything so far is on the disk.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.queue.try_send(Message::Flush(done)).is_ok() {
            let _ = wait.await;
        }
    }
}

fn write(messages: &Receiver<Message>, waiting: &AtomicUsize, folder: &SpoolFolder) {
    while let Ok(message) = messages.recv() {
        let written = match message {
            Message::Sound(session, utterance, sound) => {
                let written = folder.put_part(&session.to_string(), utterance.0, &sound);
                waiting.fetch_sub(size_of_val(&*sound), Ordering::Relaxed);
                written
            }
            Message::Claim(claim) => folder.put_claim(&claim),
            Message::Flush(done) => {
                let _ = done.send(());
                Ok(())
            }
        };
        if let Err(error) = written {
            error!(%error, folder = %folder.folder.display(), "sound could not be written");
            lost("it could not be written");
        }
    }
}

fn lost(why: &str) {
    warn!("the sound of an utterance is not kept: {why}");
    counter!(names::KEPT_SOUND, "became" => "lost").increment(1);
}

/// The files.
pub struct SpoolFolder {
    folder: PathBuf,
    kept: KeptAudio,
    bytes: AtomicU64,
    arrived: Notify,
}

impl SpoolFolder {
    pub fn open(folder: &Path, kept: KeptAudio) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let bytes = fs::read_dir(folder)?.flatten().filter_map(|entry| entry.metadata().ok()).map(|m| m.len()).sum();
        Ok(Self { folder: folder.to_owned(), kept, bytes: AtomicU64::new(bytes), arrived: Notify::new() })
    }

    pub fn kept(&self) -> &KeptAudio {
        &self.kept
    }

    /// Returns when there is a new claim.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    pub fn put_part(&self, session: &str, number: u64, sound: &[i16]) -> io::Result<()> {
        if self.bytes.load(Ordering::Relaxed) > MOST_SPOOLED {
            return Err(io::Error::other("too much sound waits for the database already"));
        }
        let plain = le_bytes(sound);
        match self.kept.cipher() {
            Some(cipher) => self.put(&format!("{session}.{number}.sealed"), &cipher.seal(&plain)),
            None => self.put(&format!("{session}.{number}.pcm"), &plain),
        }
    }

    pub fn put_claim(&self, claim: &Claim) -> io::Result<()> {
        // A final has its own last utterance.
        let name = format!("{}.{}", claim.session, claim.parts.last().copied().unwrap_or_default());
        let half = format!("{name}.half");
        self.put(&half, &serde_json::to_vec(claim)?)?;
        fs::rename(self.folder.join(half), self.folder.join(format!("{name}.claim")))?;
        self.arrived.notify_one();
        Ok(())
    }

    /// Everything that is claimed, with how long it has been, the oldest first.
    pub fn claims(&self) -> Vec<(Claim, Duration)> {
        let mut claims: Vec<(Claim, Duration)> = Vec::new();
        for path in self.files().filter(|path| path.extension().is_some_and(|ending| ending == "claim")) {
            let read = fs::read(&path).and_then(|bytes| Ok(serde_json::from_slice::<Claim>(&bytes)?));
            match read {
                Ok(claim) => claims.push((claim, age(&path))),
                Err(error) => warn!(%error, path = %path.display(), "a claim of sound cannot be read"),
            }
        }
        claims.sort_by_key(|(_, age)| std::cmp::Reverse(*age));
        claims
    }

    /// The samples of a part, little endian; none where it is not here or cannot be opened any more.
    pub fn part(&self, session: &str, number: u64) -> Option<Vec<u8>> {
        if let Ok(plain) = fs::read(self.folder.join(format!("{session}.{number}.pcm"))) {
            return Some(plain);
        }
        let sealed = fs::read(self.folder.join(format!("{session}.{number}.sealed"))).ok()?;
        self.kept.ciphers().find_map(|cipher: &Cipher| cipher.open(&sealed).ok())
    }

    /// Bytes of sound that are claimed.
    pub fn bytes_of(&self, claim: &Claim) -> u64 {
        let length = |path: PathBuf| fs::metadata(path).map_or(0, |facts| facts.len());
        claim.parts.iter().flat_map(|part| self.parts(&claim.session, *part)).map(length).sum()
    }

    /// What was claimed is kept or not wanted.
    pub fn forget(&self, claim: &Claim) {
        for path in claim.parts.iter().flat_map(|part| self.parts(&claim.session, *part)) {
            self.remove(&path);
        }
        let last = claim.parts.last().copied().unwrap_or_default();
        self.remove(&self.folder.join(format!("{}.{last}.claim", claim.session)));
    }

    /// Removes what no final came for in so long.
    pub fn remove_unclaimed(&self, patience: Duration) {
        let claimed: HashSet<PathBuf> = self
            .claims()
            .iter()
            .flat_map(|(claim, _)| claim.parts.iter().flat_map(|part| self.parts(&claim.session, *part)))
            .collect();
        for path in self.files().filter(|path| path.extension().is_none_or(|ending| ending != "claim")) {
            if !claimed.contains(&path) && age(&path) > patience {
                self.remove(&path);
            }
        }
    }

    /// Where a part may be.
    fn parts(&self, session: &str, number: u64) -> [PathBuf; 2] {
        ["pcm", "sealed"].map(|ending| self.folder.join(format!("{session}.{number}.{ending}")))
    }

    fn files(&self) -> impl Iterator<Item = PathBuf> {
        fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(self.folder.join(name))?.write_all(bytes)?;
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn remove(&self, path: &Path) {
        let Ok(facts) = fs::metadata(path) else { return };
        match fs::remove_file(path) {
            Ok(()) => {
                let less = |bytes: u64| Some(bytes.saturating_sub(facts.len()));
                let _ = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
            }
            Err(error) => warn!(%error, path = %path.display(), "spooled sound cannot be removed"),
        }
    }
}

/// Since it was written.
fn age(path: &Path) -> Duration {
    let changed = fs::metadata(path).and_then(|facts| facts.modified()).ok();
    changed.and_then(|at| at.elapsed().ok()).unwrap_or_default()
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
