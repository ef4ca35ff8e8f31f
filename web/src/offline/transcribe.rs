//! One recording through a session, as if somebody spoke it; its text into the history, its sound to be kept.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, Context, Handler};
use actors::ids::Owner;
use actors::session::{Attach, Control, Final, Session, SessionOutput, Sound, Told};
use protocol::api::{JobResult, Preferences};
use store::{AudioId, Consumption, Job, JobProgress, Lease, LeaseState, Moment, NewTranscript, Recorded, Store};
use tokio::sync::{mpsc, watch};
use tracing::warn;

use super::Wanted;
use super::runner::{LEASE, Stopped};
use super::sound::{self, Heard};
use crate::files::FileProblem;
use crate::kept_audio::Sink;
use crate::recorder::transcript_of;
use crate::state::AppState;
use crate::ws::convert;

const RENEW_EVERY: Duration = Duration::from_secs(10);

/// A job that is ours for the time of its lease.
#[derive(Clone, Copy)]
pub(super) struct Work<'w> {
    pub state: &'w Arc<AppState>,
    pub store: &'w Store,
    pub job: &'w Job,
    pub lease: Lease,
}

/// What was heard.
struct Outcome {
    finals: Vec<Final>,
    sound_ms: u64,
    /// Its file, still to be finished.
    sink: Option<Sink>,
}

pub(super) async fn transcribe(work: Work<'_>, path: &Path) -> Result<(), Stopped> {
    let Work { store, job, lease, .. } = work;
    let wanted: Wanted = serde_json::from_value(job.request.clone())
        .map_err(|error| Stopped::Useless("damaged_request", error.to_string()))?;
    let heard = sound::open(path, wanted.encoding, wanted.settings.audio.as_ref()).await.map_err(of_file)?;
    let mut settings = wanted.settings;
    settings.audio = Some(heard.audio.clone());
    settings.partials = Some(false);
    settings.mode = Some(protocol::Mode::OnPause);
    settings.client_recording_id.clone_from(&job.client_recording_id);
    let Outcome { finals, sound_ms, sink } = listen(work, settings, heard).await?;

    let owner = job.owner;
    let audio = match sink {
        Some(sink) => keep(work, sink).await,
        None => None,
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
    let is_new = |recorded: &Recorded| matches!(recorded, Recorded::Stored(_));
    if let Some(audio) = audio.filter(|_| !recorded.iter().any(is_new)) {
        // Nothing refers to it: whoever was here before kept the sound.
        if let Err(error) = store.audio().drop_file(owner, audio, now).await {
            warn!(%error, "sound that was kept twice stays until it runs out");
        }
    }
    let ids = recorded.iter().filter_map(|recorded| match recorded {
        Recorded::Stored(id) | Recorded::AlreadyThere(id) => Some(id.to_string()),
        Recorded::OwnerGone => None,
    });
    let result = JobResult { text: text.join(" "), transcripts: ids.collect(), audio_ms: sound_ms };
    let result = serde_json::to_value(result).expect("a result is plain data");
    if store.jobs().finish(lease, &result, &[], now).await.map_err(of_store)?.is_none() {
        return Err(Stopped::Lost);
    }
    let new = recorded.iter().zip(&transcripts).filter(|(recorded, _)| is_new(recorded));
    let audio_ms = new.map(|(_, transcript)| transcript.audio_ms).sum();
    if let Err(error) = store.usage().add(owner, now.day(), Consumption { audio_ms, ..Consumption::default() }).await {
        warn!(%error, "what was consumed could not be noted");
    }
    Ok(())
}

async fn listen(work: Work<'_>, settings: protocol::SessionSettings, heard: Heard) -> Result<Outcome, Stopped> {
    let Work { state, job, .. } = work;
    let mut wishes = convert::wishes(settings, state.languages())
        .map_err(|error| Stopped::Useless("bad_settings", format!("{}; {}", error.message, error.hint)))?;
    wishes.vocabulary = state.person(job.owner).await.map(|person| person.vocabulary);
    // A name that is no user's: the transcripts are stored together with the end of the job, not one by one.
    let session = state.open_batch_session(Owner::new(&format!("recording:{}", job.owner))).session;
    let (tell, told) = mpsc::unbounded_channel();
    let listener = Listener { tell }.start();
    let gone = |_| Stopped::Later("the session ended".to_owned());
    let reading = session.send(Attach { client: listener.recipient() }).await.map_err(gone)?.reading;
    session.send(Control::Wish(Box::new(wishes))).await.map_err(gone)?;
    let sink = sink_for(work, &heard).await;
    let expected_ms = heard.expected_ms();
    let both = async { tokio::try_join!(send(&session, reading, heard, sink.as_ref()), hear(work, told, expected_ms)) };
    let outcome = tokio::select! {
        both = both => both,
        () = state.closed() => Err(Stopped::Later("the server is shutting down".to_owned())),
    };
    if outcome.is_err() {
        session.do_send(Control::Cancel);
    }
    session.do_send(actors::session::Detach { attachment: 1, for_good: true });
    outcome.map(|(sound_ms, finals)| Outcome { finals, sound_ms, sink })
}

/// Gives the session the sound, no faster than it takes it, and the file that keeps it; how long it was.
async fn send(
    session: &Addr<Session>,
    mut reading: watch::Receiver<bool>,
    mut heard: Heard,
    sink: Option<&Sink>,
) -> Result<u64, Stopped> {
    let gone = || Stopped::Later("the session ended before its time".to_owned());
    while let Some(chunk) = heard.next().await.map_err(of_file)? {
        reading.wait_for(|reading| *reading).await.map_err(|_| gone())?;
        if let Some(sink) = sink {
            sink.write(chunk.clone()).await;
        }
        session.send(Sound { bytes: chunk, offset: None }).await.map_err(|_| gone())?;
    }
    let sound_ms = heard.ms();
    heard.end().await.map_err(of_file)?;
    session.do_send(Control::Finish);
    Ok(sound_ms)
}

/// Collects the finals until the recording is done; keeps the lease meanwhile.
async fn hear(
    work: Work<'_>,
    mut told: mpsc::UnboundedReceiver<SessionOutput>,
    expected_ms: Option<u64>,
) -> Result<Vec<Final>, Stopped> {
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
                let percent = expected_ms.map_or(0, |all| (heard_ms * 100 / all.max(1)).min(99)) as u8;
                let progress = JobProgress { stage: "transcribing".to_owned(), percent };
                match work.store.jobs().renew(work.lease, &progress, Moment::now().plus(LEASE)).await {
                    Ok(LeaseState::Held) => {}
                    Ok(LeaseState::CancelAsked) => return Err(Stopped::Cancelled),
                    Ok(LeaseState::Lost) => return Err(Stopped::Lost),
                    Err(error) => warn!(%error, "the lease of a recording could not be renewed"),
                }
            }
        }
    }
}

/// A file for the sound, where the server keeps any, the owner wants it and has room for it.
async fn sink_for(work: Work<'_>, heard: &Heard) -> Option<Sink> {
    let Work { state, store, job, .. } = work;
    let kind = heard.kind().filter(|_| state.kept_audio().keeps_anything())?;
    let wish = match store.settings().get(job.owner).await {
        Ok(kept) => serde_json::from_value::<Preferences>(kept.body).unwrap_or_default().keep_audio,
        Err(_) => false,
    };
    let stored = store.audio().stored_bytes(job.owner).await.unwrap_or(u64::MAX);
    let room = state.auth().quotas.has_room(stored, heard.expected_bytes());
    (wish && room).then(|| Sink::new(state.kept_audio(), kind))
}

/// Finishes the file and enters it, where there is room for what it has become.
async fn keep(work: Work<'_>, sink: Sink) -> Option<AudioId> {
    let Work { state, store, job, .. } = work;
    let kept = async {
        let file = sink.finish().await.map_err(|error| error.to_string())?;
        let stored = store.audio().stored_bytes(job.owner).await.map_err(|error| error.to_string())?;
        if !state.auth().quotas.has_room(stored, file.bytes) {
            state.kept_audio().discard(&file).await;
            return Ok(None);
        }
        let id = store.audio().keep(job.owner, &file, Moment::now()).await;
        id.map(Some).map_err(|error| error.to_string())
    };
    kept.await.unwrap_or_else(|error: String| {
        warn!(error, "the sound of a recording could not be kept");
        None
    })
}

fn of_store(error: store::StoreError) -> Stopped {
    Stopped::Later(error.to_string())
}

fn of_file(problem: FileProblem) -> Stopped {
    Stopped::Useless("bad_recording", problem.to_string())
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
