//! Carries out recordings that wait: claim, transcribe, finish, for as long as the server runs.

use std::sync::Arc;
use std::time::Duration;

use store::{Failure, Job, JobKind, Lease, Moment, Store};
use tracing::{error, info, warn};

use super::work::{self, Work};
use crate::api::job_state;
use crate::state::AppState;

/// Renewed twice a second; after a crash the job is free again so soon.
pub(super) const LEASE: Duration = Duration::from_secs(20);
/// Another server may have left something.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// After a failure that may pass.
const RETRY_AFTER: Duration = Duration::from_secs(30);
pub(super) const MOST_ATTEMPTS: u32 = 3;

/// Why a recording was not transcribed.
pub(super) enum Stopped {
    /// It never will be: for whoever made it.
    Useless(&'static str, String),
    /// Another time, perhaps.
    Later(String),
    Cancelled,
    /// Somebody else has the job.
    Lost,
}

/// Starts the workers on the present thread: so many recordings are worked on at the same time. Each is cut into
/// utterances, which the batch lane puts behind live speech.
pub fn start(state: &Arc<AppState>) {
    for _ in 0..state.settings().limits.recordings_at_once {
        actix_web::rt::spawn(work(Arc::clone(state)));
    }
}

async fn work(state: Arc<AppState>) {
    let store = state.database().arrived().await.clone();
    loop {
        if state.doors().are_closed() {
            return;
        }
        let now = Moment::now();
        match store.jobs().claim(&[JobKind::Recording, JobKind::File], now, now.plus(LEASE)).await {
            Ok(Some((job, lease))) => carry_out(&state, &store, job, lease).await,
            Ok(None) => {
                let _ = tokio::time::timeout(LOOK_EVERY, state.offline().woken.notified()).await;
            }
            Err(error) => {
                warn!(%error, "no recording could be claimed");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

async fn carry_out(state: &Arc<AppState>, store: &Store, job: Job, lease: Lease) {
    let (id, attempts) = (job.id, job.attempts);
    let path = state.offline().file(id);
    let outcome = work::transcribe(Work { state, store, job: &job, lease, path: &path }).await;
    state.offline().forget_progress(id);
    let now = Moment::now();
    let ended = match outcome {
        Ok(()) => {
            info!(job = %id, "a recording is transcribed");
            Ok(true)
        }
        Err(Stopped::Lost) => Ok(false),
        Err(Stopped::Cancelled) => store.jobs().cancelled(lease, now).await,
        Err(Stopped::Useless(code, message)) => fail(store, lease, code, message, None, now).await,
        Err(Stopped::Later(_)) if state.doors().are_closed() => store.jobs().release(lease).await.map(|_| false),
        Err(Stopped::Later(message)) => {
            warn!(job = %id, attempts, message, "a recording could not be transcribed");
            let retry_at = (attempts < MOST_ATTEMPTS).then(|| now.plus(RETRY_AFTER));
            let given_up = retry_at.is_none();
            fail(store, lease, "transcription_failed", message, retry_at, now).await.map(|done| done && given_up)
        }
    };
    match ended {
        Ok(true) => {
            for file in [path, state.offline().heard_file(id)] {
                let _ = tokio::fs::remove_file(&file).await;
            }
            tell(state, store, &job).await;
            // The next of the same client may begin.
            state.offline().wake();
        }
        Ok(false) => {}
        Err(error) => error!(job = %id, %error, "the end of a recording could not be noted; it will be done again"),
    }
}

/// The owner's connections hear how it ended.
async fn tell(state: &AppState, store: &Store, job: &Job) {
    if let Ok(Some(ended)) = store.jobs().get(job.owner, job.id).await {
        let message = protocol::ServerMessage::Recording {
            id: ended.id.to_string(),
            client_recording_id: ended.client_recording_id,
            state: job_state(ended.state),
        };
        state.tell_owner(job.owner, message);
    }
}

async fn fail(
    store: &Store,
    lease: Lease,
    code: &str,
    message: String,
    retry_at: Option<Moment>,
    now: Moment,
) -> store::Result<bool> {
    store.jobs().fail(lease, &Failure { code: code.to_owned(), message, retry_at }, now).await
}
