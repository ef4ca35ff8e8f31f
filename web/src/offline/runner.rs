//! Carries out recordings that wait: claim, transcribe, finish, for as long as the server runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Context, Handler};
use actors::ids::Owner;
use actors::session::{Attach, Control, Final, SessionOutput, Sound, Told};
use protocol::api::{JobResult, Preferences};
use store::{
    Consumption, Failure, Job, JobKind, JobProgress, Lease, LeaseState, Moment, NewTranscript, Recorded, Store,
};
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::{Wanted, wav};
use crate::api::job_state;
use crate::recorder::transcript_of;
use crate::state::AppState;
use crate::ws::convert;

/// Recordings worked on at the same time. Each is cut into utterances, which the batch lane puts behind live speech.
const AT_ONCE: usize = 2;
const LEASE: Duration = Duration::from_secs(60);
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// Another server may have left something.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// After a failure that may pass.
const RETRY_AFTER: Duration = Duration::from_secs(30);
const MOST_ATTEMPTS: u32 = 3;

/// Why a recording was not transcribed.
enum Stopped {
    /// It never will be: for whoever made it.
    Useless(&'static str, String),
    /// Another time, perhaps.
    Later(String),
    Cancelled,
    /// Somebody else has the job.
    Lost,
}

/// Starts the workers on the present thread.
pub fn start(state: &Arc<AppState>) {
    for _ in 0..AT_ONCE {
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
        match store.jobs().claim(&[JobKind::Recording], now, now.plus(LEASE)).await {
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
    let outcome = transcribe(state, store, &job, lease, &path).await;
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
            let _ = tokio::fs::remove_file(&path).await;
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

async fn transcribe(
    state: &Arc<AppState>,
    store: &Store,
    job: &Job,
    lease: Lease,
    path: &Path,
) -> Result<(), Stopped> {
    let wanted: Wanted = serde_json::from_value(job.request.clone())
        .map_err(|error| Stopped::Useless("damaged_request", error.to_string()))?;
    let (file, said) = (path.to_owned(), wanted.settings.audio.clone());
    let heard = tokio::task::spawn_blocking(move || wav::read(&file, wanted.encoding, said.as_ref())).await;
    let heard = heard
        .map_err(|error| Stopped::Later(error.to_string()))?
        .map_err(|problem| Stopped::Useless("bad_recording", problem))?;
    let length_ms = heard.length_ms();
    let mut settings = wanted.settings;
    settings.audio = Some(heard.audio.clone());
    settings.partials = Some(false);
    settings.mode = Some(protocol::Mode::OnPause);
    settings.client_recording_id.clone_from(&job.client_recording_id);
    let frame = heard.frame_bytes();
    let chunk = heard.audio.sample_rate.max(1) as usize * frame;
    let kept_sound = state.kept_audio().keeps_anything().then(|| wav::as_wav(&heard)).flatten();
    let finals = listen(state, store, job, lease, settings, &heard.bytes, chunk, length_ms).await?;

    let owner = job.owner;
    let audio = match kept_sound {
        Some(wav) if keeps_audio(state, store, job, wav.len() as u64).await => {
            state.kept_audio().keep(store, owner, wav, Moment::now()).await.unwrap_or_else(|error| {
                warn!(%error, "the sound of a recording could not be kept");
                None
            })
        }
        _ => None,
    };
    let now = Moment::now();
    let transcripts: Vec<NewTranscript> = finals
        .iter()
        .filter(|told| !(told.text.trim().is_empty() && told.raw_text.trim().is_empty()))
        .map(|told| NewTranscript {
            recorded_at: job.recorded_at.plus(Duration::from_millis(told.start_ms)),
            audio,
            ..transcript_of(told, owner, now)
        })
        .collect();
    let text: Vec<&str> = transcripts.iter().map(|t| t.text.as_str()).collect();
    // Stored under the recording's own keys: whoever does the job again after a crash finds them there.
    let recorded = store.transcripts().record(&transcripts).await.map_err(of_store)?;
    let ids = recorded.iter().filter_map(|recorded| match recorded {
        Recorded::Stored(id) | Recorded::AlreadyThere(id) => Some(id.to_string()),
        Recorded::OwnerGone => None,
    });
    let result = JobResult { text: text.join(" "), transcripts: ids.collect(), audio_ms: length_ms };
    let result = serde_json::to_value(result).expect("a result is plain data");
    if store.jobs().finish(lease, &result, &[], now).await.map_err(of_store)?.is_none() {
        return Err(Stopped::Lost);
    }
    let new = recorded.iter().zip(&transcripts).filter(|(recorded, _)| matches!(recorded, Recorded::Stored(_)));
    let audio_ms = new.map(|(_, transcript)| transcript.audio_ms).sum();
    if let Err(error) = store.usage().add(owner, now.day(), Consumption { audio_ms, ..Consumption::default() }).await {
        warn!(%error, "what was consumed could not be noted");
    }
    Ok(())
}

/// Through a session, as if somebody spoke it; keeps the lease meanwhile.
#[expect(clippy::too_many_arguments, reason = "each is one thing of the one job")]
async fn listen(
    state: &Arc<AppState>,
    store: &Store,
    job: &Job,
    lease: Lease,
    settings: protocol::SessionSettings,
    bytes: &[u8],
    chunk: usize,
    length_ms: u64,
) -> Result<Vec<Final>, Stopped> {
    let mut wishes = convert::wishes(settings, state.languages())
        .map_err(|error| Stopped::Useless("bad_settings", format!("{}; {}", error.message, error.hint)))?;
    wishes.vocabulary = state.vocabulary_of(job.owner).await;
    // A name that is no user's: the transcripts are stored together with the end of the job, not one by one.
    let session = state.open_batch_session(Owner::new(&format!("recording:{}", job.owner))).session;
    let (tell, mut told) = mpsc::unbounded_channel();
    let listener = Listener { tell }.start();
    let gone = |_| Stopped::Later("the session ended".to_owned());
    let mut reading = session.send(Attach { client: listener.recipient() }).await.map_err(gone)?.reading;
    session.send(Control::Wish(Box::new(wishes))).await.map_err(gone)?;
    let sending = async {
        for chunk in bytes.chunks(chunk) {
            if reading.wait_for(|reading| *reading).await.is_err() {
                return;
            }
            if session.send(Sound { bytes: chunk.to_vec(), offset: None }).await.is_err() {
                return;
            }
        }
        session.do_send(Control::Finish);
    };
    let listening = async {
        let (mut finals, mut renewal) = (Vec::<Final>::new(), tokio::time::interval(RENEW_EVERY));
        renewal.tick().await;
        loop {
            tokio::select! {
                output = told.recv() => match output {
                    Some(SessionOutput::Final(told)) => finals.push(*told),
                    Some(SessionOutput::Done { .. }) => return Ok(finals),
                    Some(SessionOutput::Problem(problem)) => return Err(Stopped::Later(problem.to_string())),
                    Some(_) => {}
                    None => return Err(Stopped::Later("the session ended before its time".to_owned())),
                },
                _ = renewal.tick() => {
                    let heard_ms = finals.last().map_or(0, |told| told.end_ms);
                    let percent = (heard_ms * 100 / length_ms.max(1)).min(99) as u8;
                    let progress = JobProgress { stage: "transcribing".to_owned(), percent };
                    match store.jobs().renew(lease, &progress, Moment::now().plus(LEASE)).await {
                        Ok(LeaseState::Held) => {}
                        Ok(LeaseState::CancelAsked) => return Err(Stopped::Cancelled),
                        Ok(LeaseState::Lost) => return Err(Stopped::Lost),
                        Err(error) => warn!(%error, "the lease of a recording could not be renewed"),
                    }
                }
            }
        }
    };
    let outcome = tokio::select! {
        outcome = async { tokio::join!(sending, listening).1 } => outcome,
        () = state.closed() => Err(Stopped::Later("the server is shutting down".to_owned())),
    };
    if outcome.is_err() {
        session.do_send(Control::Cancel);
    }
    session.do_send(actors::session::Detach { attachment: 1, for_good: true });
    outcome
}

/// Whether the owner wants the sound kept and has room for it.
async fn keeps_audio(state: &AppState, store: &Store, job: &Job, bytes: u64) -> bool {
    let wish = match store.settings().get(job.owner).await {
        Ok(kept) => serde_json::from_value::<Preferences>(kept.body).unwrap_or_default().keep_audio,
        Err(_) => false,
    };
    let stored = store.audio().stored_bytes(job.owner).await.unwrap_or(u64::MAX);
    wish && state.auth().quotas.has_room(stored, bytes)
}

fn of_store(error: store::StoreError) -> Stopped {
    Stopped::Later(error.to_string())
}

struct Listener {
    tell: mpsc::UnboundedSender<SessionOutput>,
}

impl Actor for Listener {
    type Context = Context<Self>;
}

impl Handler<Told> for Listener {
    type Result = ();

    fn handle(&mut self, Told(output): Told, _: &mut Self::Context) {
        let _ = self.tell.send(output);
    }
}
