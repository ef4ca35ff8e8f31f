//! Makes kept sound of what was spooled, once its transcript is in the history; in its own time, behind everything.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::metrics as names;
use metrics::counter;
use protocol::api::Preferences;
use store::{Moment, NewAudioFile, SoundPlace, Store, UserId};
use tokio::task::spawn_blocking;
use tracing::warn;

use super::Journal;
use super::spool::{Claim, SpoolFolder};
use crate::auth::{LOCAL, Quotas};
use crate::database::Database;
use crate::kept_audio::{KeptAudioError, SoundKind};

/// Also without being woken: the database may be back.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// A transcript that is in no journal and not in the history after so long will not come.
const PATIENCE: Duration = Duration::from_secs(60);
/// A recording with one result at its end is over by then.
const LONGEST_RECORDING: Duration = Duration::from_secs(24 * 3600);
const TIDY_EVERY: Duration = Duration::from_secs(3600);

/// As sessions hear it.
const KIND: SoundKind = SoundKind { sample_rate: 16_000, channels: 1 };

pub struct Keeper {
    pub database: Database,
    pub journal: Arc<Journal>,
    pub folder: Arc<SpoolFolder>,
    pub quotas: Quotas,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
    Kept,
    /// The person keeps none, has no room for it or has removed its text.
    Unwanted,
    Lost,
    /// Its transcript is not there yet.
    Waits,
}

#[derive(Debug, thiserror::Error)]
enum KeeperError {
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Kept(#[from] KeptAudioError),
}

impl Keeper {
    pub async fn run(self) {
        let mut tidied = None::<Instant>;
        loop {
            let _ = tokio::time::timeout(LOOK_EVERY, self.folder.arrived()).await;
            self.round().await;
            if tidied.is_none_or(|at| at.elapsed() > TIDY_EVERY) {
                let folder = Arc::clone(&self.folder);
                let _ = spawn_blocking(move || folder.remove_unclaimed(LONGEST_RECORDING)).await;
                tidied = Some(Instant::now());
            }
        }
    }

    /// Goes through everything that is claimed; stops where the database or the disk fails.
    async fn round(&self) {
        let Some(store) = self.database.get() else { return };
        let folder = Arc::clone(&self.folder);
        for (claim, age) in spawn_blocking(move || folder.claims()).await.unwrap_or_default() {
            match self.settle(store, &claim, age).await {
                Ok(Became::Waits) => {}
                Ok(became) => {
                    let word = match became {
                        Became::Kept => "kept",
                        Became::Unwanted => "unwanted",
                        Became::Lost | Became::Waits => "lost",
                    };
                    counter!(names::KEPT_SOUND, "became" => word).increment(1);
                    let folder = Arc::clone(&self.folder);
                    let _ = spawn_blocking(move || folder.forget(&claim)).await;
                }
                Err(error) => return warn!(%error, "sound waits to be kept"),
            }
        }
    }

    async fn settle(&self, store: &Store, claim: &Claim, age: Duration) -> Result<Became, KeeperError> {
        let Some(owner) = owner(store, claim).await? else { return Ok(Became::Lost) };
        let wishes = store.settings().get(owner).await?.body;
        let wishes: Preferences = serde_json::from_value(wishes).unwrap_or_default();
        if !wishes.keep_history || !wishes.keep_audio {
            return Ok(Became::Unwanted);
        }
        match store.audio().place_for(owner, &claim.utterance).await? {
            SoundPlace::Free => {}
            SoundPlace::Taken => return Ok(Became::Kept),
            SoundPlace::NoTranscript if age > PATIENCE && self.journal.is_empty() => return Ok(Became::Unwanted),
            SoundPlace::NoTranscript => return Ok(Became::Waits),
        }
        let stored = store.audio().stored_bytes(owner).await?;
        if !self.quotas.has_room(stored, self.folder.bytes_of(claim)) {
            return Ok(Became::Unwanted);
        }
        let (folder, of) = (Arc::clone(&self.folder), claim.clone());
        let assembled = spawn_blocking(move || assemble(&folder, &of)).await;
        let assembled = assembled.unwrap_or_else(|error| {
            warn!(%error, "the sound of an utterance could not be put together");
            Ok(None)
        })?;
        let Some(file) = assembled else { return Ok(Became::Lost) };
        match store.audio().keep_for(owner, &claim.utterance, &file, Moment::now()).await {
            Ok(Some(_)) => Ok(Became::Kept),
            Ok(None) => {
                self.folder.kept().discard(&file).await;
                Ok(Became::Unwanted)
            }
            // It may have been entered all the same: the next round knows. If not, the clean-up removes the file.
            Err(error) => Err(error.into()),
        }
    }
}

async fn owner(store: &Store, claim: &Claim) -> store::Result<Option<UserId>> {
    if claim.owner == LOCAL {
        return store.users().ensure_local(LOCAL, Moment::now()).await.map(|user| Some(user.id));
    }
    Ok(claim.owner.parse().ok())
}

/// One WAV file of all parts, one part in memory at a time; none where one is missing.
fn assemble(folder: &SpoolFolder, claim: &Claim) -> Result<Option<NewAudioFile>, KeptAudioError> {
    let mut file = folder.kept().create(KIND)?;
    for part in &claim.parts {
        let Some(samples) = folder.part(&claim.session, *part) else {
            warn!(utterance = claim.utterance, part, "the sound of an utterance is incomplete and not kept");
            return Ok(None);
        };
        file.write(&samples)?;
    }
    file.finish(Moment::now()).map(Some)
}

#[cfg(test)]
#[path = "keeper_tests.rs"]
mod tests;
