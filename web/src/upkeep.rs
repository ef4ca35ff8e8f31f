//! What the server does for itself now and then: removes what is too old, copies the database, forgets who asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use config::Settings;
use store::{Moment, Policy, Removal, Store};
use tracing::{error, info};

use crate::kept_audio;
use crate::offline::Offline;
use crate::state::AppState;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// After the start, so that a server that is restarted all the time does not only clean up.
const FIRST: Duration = Duration::from_secs(60);
/// Who breaks off an upload for longer begins it anew; the recording itself stays announced.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(14 * 24 * 3600);
/// A file that no row knows may be about to be entered.
const ORPHAN_AGE: Duration = HOUR;

/// Starts all of it on the present thread.
pub fn start(state: &Arc<AppState>) {
    let retention = &state.settings().retention;
    if retention.cleanup_every_hours > 0 {
        let (state, every) = (Arc::clone(state), HOUR * retention.cleanup_every_hours);
        actix_web::rt::spawn(async move {
            let store = state.database().arrived().await.clone();
            repeat(FIRST, every, async || clean_up_once(&store, state.settings(), state.offline()).await).await;
        });
    }
    if retention.backup_every_hours > 0 {
        let (state, every) = (Arc::clone(state), HOUR * retention.backup_every_hours);
        actix_web::rt::spawn(async move {
            let store = state.database().arrived().await.clone();
            repeat(FIRST, every, async || back_up_once(&store, state.settings()).await).await;
        });
    }
    let state = Arc::clone(state);
    actix_web::rt::spawn(repeat(FIRST, FIRST, async move || state.auth().limits.tidy()));
}

/// Does it after `first` and then every so often, whatever came of it before.
async fn repeat(first: Duration, every: Duration, mut work: impl AsyncFnMut()) {
    tokio::time::sleep(first).await;
    loop {
        work().await;
        tokio::time::sleep(every).await;
    }
}

/// Everything that is too old by the settings: rows, files, uploads that nobody went on with.
async fn clean_up_once(store: &Store, settings: &Settings, offline: &Offline) {
    let now = Moment::now();
    match clean_up(store, &settings.audio_folder(), &policy(settings, now), now).await {
        Ok(CleanUp { removal, orphans }) => info!(
            transcripts = removal.transcripts.len(),
            files = removal.audio.len() + orphans.len(),
            jobs = removal.jobs,
            logins = removal.logins,
            "cleaned up"
        ),
        Err(error) => error!(%error, "the clean-up failed; it is tried again another time"),
    }
    offline.remove_needless(store, UPLOAD_PATIENCE).await;
    offline.results().remove_needless(store, DAY * settings.retention.keep_jobs_days).await;
}

async fn back_up_once(store: &Store, settings: &Settings) {
    match back_up(store, &settings.backup_folder(), usize::from(settings.retention.keep_backups)).await {
        Ok(file) => info!(file = %file.display(), "the database is copied"),
        Err(error) => error!(error = format!("{error:#}"), "the database could not be copied"),
    }
}

/// What the settings say is too old.
pub fn policy(settings: &Settings, now: Moment) -> Policy {
    let retention = &settings.retention;
    let before = |days: u32| (days > 0).then(|| now.minus(DAY * days));
    Policy {
        said_before: before(retention.keep_transcripts_days),
        deleted_before: Some(now.minus(DAY * retention.keep_deleted_days)),
        audio_expired_at: Some(now),
        jobs_ended_before: before(retention.keep_jobs_days),
        logins_expired_before: Some(now),
        audit_before: before(retention.keep_audit_days),
    }
}

/// What a clean-up removes, or would remove.
pub struct CleanUp {
    pub removal: Removal,
    /// Files in the audio folder that no row knows.
    pub orphans: Vec<PathBuf>,
}

/// What `clean_up` would remove now. Changes nothing.
pub async fn preview(store: &Store, audio: &Path, policy: &Policy) -> store::Result<CleanUp> {
    let orphans = kept_audio::orphans(store, audio, ORPHAN_AGE).await?;
    Ok(CleanUp { removal: store.retention().preview(policy).await?, orphans })
}

/// Removes rows and files; what that was.
pub async fn clean_up(store: &Store, audio: &Path, policy: &Policy, now: Moment) -> store::Result<CleanUp> {
    let orphans = kept_audio::orphans(store, audio, ORPHAN_AGE).await?;
    let removal = store.retention().apply(policy, now).await?;
    kept_audio::sweep(store, audio).await?;
    for orphan in &orphans {
        if let Err(error) = std::fs::remove_file(orphan) {
            error!(%error, path = %orphan.display(), "left over sound cannot be removed");
        }
    }
    Ok(CleanUp { removal, orphans })
}

/// Copies the database into the folder and removes the oldest copies beyond `keep`.
pub async fn back_up(store: &Store, folder: &Path, keep: usize) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    // Names sort as times; colons are not for file names everywhere.
    let stamp = Moment::now().to_string().replace([':', '.'], "-");
    let file = folder.join(format!("alfavoice-{stamp}.db"));
    store.backup(&file).await?;
    let mut copies: Vec<PathBuf> = std::fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("alfavoice-") && path.extension().is_some_and(|ending| ending == "db")
        })
        .collect();
    copies.sort();
    for old in copies.iter().take(copies.len().saturating_sub(keep)) {
        std::fs::remove_file(old)?;
    }
    Ok(file)
}

#[cfg(test)]
#[path = "upkeep_tests.rs"]
mod tests;
