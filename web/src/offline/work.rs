//! One recording from its upload to its text: through sessions as if somebody spoke it, with what is known of it kept on
//! the way.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actors::ids::Owner;
use protocol::api::{FilePart, FileTranscript, JobResult, Preferences, RecordingEncoding, SpeakerLabels};
use serde_json::Value;
use store::{AudioId, Consumption, Job, JobProgress, Lease, LeaseState, Moment, NewTranscript, Recorded, Store};
use tokio::sync::mpsc;
use tracing::warn;

use super::heard::{Heard, Part};
use super::results::ResultKey;
use super::runner::{LEASE, MOST_ATTEMPTS, Stopped};
use super::{Wanted, sound};
use crate::compat::core::Lane;
use crate::compat::identity::Caller;
use crate::compat::recording::{self, Outcome, RecordingError, Speakers, Spoken, Task};
use crate::compat::words::speaker_name;
use crate::kept_audio::Sink;
use crate::recorder::transcript_of;
use crate::state::AppState;
use crate::ws::convert;

/// How often the job's owner can see that it goes on, and its wish to stop is heard.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A job that is ours for the time of its lease, and the file that it is about.
#[derive(Clone, Copy)]
pub struct Work<'w> {
    pub state: &'w Arc<AppState>,
    pub store: &'w Store,
    pub job: &'w Job,
    pub lease: Lease,
    pub path: &'w Path,
}

/// The whole of it. Its result is noted before this returns.
pub async fn transcribe(work: Work<'_>) -> Result<(), Stopped> {
    let Work { state, job, .. } = work;
    let wanted: Wanted = serde_json::from_value(job.request.clone())
        .map_err(|error| Stopped::Useless("damaged_request", error.to_string()))?;
    let is_file = wanted.encoding == RecordingEncoding::File;
    let mut key = None;
    if is_file {
        let found = find_key(work, &wanted).await?;
        if let Some(text) = state.offline().results().find(job.owner, &found) {
            return finish_file(work, &text, &found).await;
        }
        key = Some(found);
    }
    let mut heard = Heard::open(&state.offline().heard_file(job.id)).map_err(of_disk)?;
    let outcome = listen(work, &wanted, &mut heard).await?;
    match key {
        Some(key) => {
            let text = text_of(&heard, &outcome, wanted.speakers);
            state.offline().results().keep(job.owner, &key, &text).map_err(of_disk)?;
            note_usage(work, outcome.sound_ms).await;
            finish_file(work, &text, &key).await
        }
        None => finish_recording(work, &wanted, &heard, &outcome).await,
    }
}

async fn find_key(work: Work<'_>, wanted: &Wanted) -> Result<ResultKey, Stopped> {
    let Work { state, job, path, .. } = work;
    let person = state.person(job.owner).await;
    let terms = person.map(|person| format!("{:?}", person.vocabulary.terms)).unwrap_or_default();
    let request = serde_json::to_string(wanted).unwrap_or_default();
    let depends_on = format!("{request} {terms} {:?}", state.models());
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || ResultKey::of(&path, &depends_on)).await;
    reading.map_err(|error| Stopped::Later(error.to_string()))?.map_err(of_disk)
}

/// Through sessions on the batch lane; the lease is kept meanwhile.
async fn listen(work: Work<'_>, wanted: &Wanted, heard: &mut Heard) -> Result<Outcome, Stopped> {
    let Work { state, store, job, lease, path } = work;
    let task = task(state, job, wanted, heard).await?;
    let file = std::fs::File::open(path).map_err(of_disk)?;
    // A name that is no user's: the transcripts are stored together with the end of the job, not one by one.
    let caller = Caller { owner: Owner::new(&format!("recording:{}", job.owner)) };
    let (tell, mut told) = mpsc::unbounded_channel();
    let progress = Arc::clone(&task.progress);
    let mut working = std::pin::pin!(recording::transcribe(state, &caller, file, task, tell));
    let mut look = tokio::time::interval(LOOK_EVERY);
    let outcome = loop {
        tokio::select! {
            biased;
            () = state.closed() => return Err(Stopped::Later("the server is shutting down".to_owned())),
            _ = look.tick() => {
                let (at, length) = (heard.until_ms(), progress.length_ms().max(1));
                state.offline().note_progress(job.id, at);
                let percent = (at * 100 / length).min(99) as u8;
                let progress = JobProgress { stage: "transcribing".to_owned(), percent };
                match store.jobs().renew(lease, &progress, Moment::now().plus(LEASE)).await {
                    Ok(LeaseState::Held) => {}
                    Ok(LeaseState::CancelAsked) => return Err(Stopped::Cancelled),
                    Ok(LeaseState::Lost) => return Err(Stopped::Lost),
                    Err(error) => warn!(%error, "the lease of a recording could not be renewed"),
                }
            }
            Some(spoken) = told.recv() => heard.add(part(job, spoken)).map_err(of_disk)?,
            outcome = &mut working => break outcome,
        }
    };
    while let Ok(spoken) = told.try_recv() {
        heard.add(part(job, spoken)).map_err(of_disk)?;
    }
    outcome.map_err(|error| match error {
        RecordingError::File(problem) if wanted.encoding == RecordingEncoding::File => {
            Stopped::Useless(problem.code(), problem.to_string())
        }
        RecordingError::File(problem) => Stopped::Useless("bad_recording", problem.to_string()),
        other => Stopped::Later(other.to_string()),
    })
}

async fn task(state: &AppState, job: &Job, wanted: &Wanted, heard: &Heard) -> Result<Task, Stopped> {
    let bad = |message: String| Stopped::Useless("bad_settings", message);
    let raw = match wanted.encoding {
        RecordingEncoding::Raw => {
            let audio = wanted.settings.audio.clone().unwrap_or_default();
            Some(convert::format(&audio).map_err(|error| bad(error.message))?)
        }
        RecordingEncoding::Wav | RecordingEncoding::File => None,
    };
    let mut settings = wanted.settings.clone();
    settings.audio = None;
    settings.mode = Some(protocol::Mode::OnPause);
    settings.client_recording_id.clone_from(&job.client_recording_id);
    let mut wishes = convert::wishes(settings, state.languages())
        .map_err(|error| bad(format!("{}; {}", error.message, error.hint)))?;
    wishes.vocabulary = state.person(job.owner).await.map(|person| person.vocabulary);
    Ok(Task {
        wishes,
        speakers: match wanted.speakers {
            SpeakerLabels::None => Speakers::Alike,
            SpeakerLabels::Channels => Speakers::Channels,
            SpeakerLabels::Voices => Speakers::Voices,
            SpeakerLabels::Auto => Speakers::Found,
        },
        raw,
        lane: Lane::Unattended,
        known: heard.known(),
        // The last attempt makes of it what it can.
        strict: job.attempts < MOST_ATTEMPTS,
        progress: Arc::default(),
    })
}

fn part(job: &Job, Spoken { channel, told }: Spoken) -> Part {
    let transcript = NewTranscript {
        recorded_at: job.recorded_at.plus(Duration::from_millis(told.start_ms)),
        ..transcript_of(&told, job.owner, Moment::now())
    };
    let number = told.utterance.0;
    Part { channel, number, start_ms: told.start_ms, end_ms: told.end_ms, transcript }
}

fn text_of(heard: &Heard, outcome: &Outcome, speakers: SpeakerLabels) -> FileTranscript {
    let mut parts: Vec<&Part> = heard.parts().iter().filter(|part| !part.transcript.text.trim().is_empty()).collect();
    parts.sort_by_key(|part| part.start_ms);
    let stretches: Vec<_> = parts.iter().map(|part| (part.channel, part.start_ms, part.end_ms)).collect();
    let numbers = outcome.speakers(&stretches);
    let shown = parts.iter().zip(numbers).map(|(part, number)| FilePart {
        start_ms: part.start_ms,
        end_ms: part.end_ms,
        text: part.transcript.text.trim().to_owned(),
        language: part.transcript.language.clone(),
        confidence: part.transcript.confidence,
        speaker: (speakers != SpeakerLabels::None).then(|| speaker_name(number)),
        words: part.transcript.details.words.iter().map(|word| timing(part, word)).collect(),
    });
    let shown: Vec<FilePart> = shown.collect();
    let texts: Vec<&str> = shown.iter().map(|part| part.text.as_str()).collect();
    let text = texts.join(" ");
    let length =
        |code: &str| shown.iter().filter(|part| part.language == code).map(|part| part.text.len()).sum::<usize>();
    let language = shown.iter().map(|part| part.language.clone()).max_by_key(|code| length(code)).unwrap_or_default();
    let warnings = outcome.warnings.clone();
    FileTranscript { text, language, audio_ms: outcome.sound_ms, parts: shown, warnings }
}

/// In the history words count from the beginning of their utterance.
fn timing(part: &Part, word: &store::TimedWord) -> protocol::WordTiming {
    protocol::WordTiming {
        word: word.word.clone(),
        start_ms: part.start_ms + u64::from(word.start_ms),
        end_ms: part.start_ms + u64::from(word.end_ms),
        confidence: word.confidence,
    }
}

async fn finish_file(work: Work<'_>, text: &FileTranscript, key: &ResultKey) -> Result<(), Stopped> {
    let result = JobResult {
        text: text.text.clone(),
        transcripts: Vec::new(),
        audio_ms: text.audio_ms,
        warnings: text.warnings.clone(),
    };
    let mut result = serde_json::to_value(result).expect("a result is plain data");
    result["key"] = key.as_str().into();
    finish(work, &result).await
}

async fn finish_recording(work: Work<'_>, wanted: &Wanted, heard: &Heard, outcome: &Outcome) -> Result<(), Stopped> {
    let store = work.store;
    let audio = keep_sound(work, wanted).await;
    let said = heard.parts().iter().map(|part| &part.transcript);
    let transcripts: Vec<NewTranscript> = said
        .filter(|said| !(said.text.trim().is_empty() && said.raw_text.trim().is_empty()))
        .map(|said| NewTranscript { audio, ..said.clone() })
        .collect();
    let text: Vec<&str> = transcripts.iter().map(|transcript| transcript.text.as_str()).collect();
    // Stored under the recording's own keys: whoever does the job again after a crash finds them there.
    let recorded = store.transcripts().record(&transcripts).await.map_err(of_store)?;
    let ids = recorded.iter().filter_map(|recorded| match recorded {
        Recorded::Stored(id) | Recorded::AlreadyThere(id) => Some(id.to_string()),
        Recorded::OwnerGone => None,
    });
    let result = JobResult {
        text: text.join(" "),
        transcripts: ids.collect(),
        audio_ms: outcome.sound_ms,
        warnings: outcome.warnings.clone(),
    };
    finish(work, &serde_json::to_value(result).expect("a result is plain data")).await?;
    let new = recorded.iter().zip(&transcripts).filter(|(recorded, _)| matches!(recorded, Recorded::Stored(_)));
    note_usage(work, new.map(|(_, transcript)| transcript.audio_ms).sum()).await;
    Ok(())
}

async fn finish(work: Work<'_>, result: &Value) -> Result<(), Stopped> {
    match work.store.jobs().finish(work.lease, result, &[], Moment::now()).await.map_err(of_store)? {
        Some(_) => Ok(()),
        None => Err(Stopped::Lost),
    }
}

async fn note_usage(work: Work<'_>, audio_ms: u64) {
    let used = Consumption { audio_ms, ..Consumption::default() };
    if let Err(error) = work.store.usage().add(work.job.owner, Moment::now().day(), used).await {
        warn!(%error, "what was consumed could not be noted");
    }
}

/// The sound of a recording for its owner to listen to, where they want that and have room for it.
async fn keep_sound(work: Work<'_>, wanted: &Wanted) -> Option<AudioId> {
    let Work { state, store, job, path, .. } = work;
    let kept = async {
        if !state.kept_audio().keeps_anything() || !is_wished(work).await {
            return Ok(None);
        }
        let mut sound = sound::open(path, wanted.encoding, wanted.settings.audio.as_ref()).await.map_err(text)?;
        let Some(kind) = sound.kind() else { return Ok(None) };
        if !has_room(work, sound.expected_bytes()).await {
            return Ok(None);
        }
        let sink = Sink::new(state.kept_audio(), kind);
        while let Some(chunk) = sound.next().await.map_err(text)? {
            sink.write(chunk).await;
        }
        let file = sink.finish().await.map_err(text)?;
        // How long a container is, is known at its end only.
        if !has_room(work, file.bytes).await {
            state.kept_audio().discard(&file).await;
            return Ok(None);
        }
        store.audio().keep(job.owner, &file, Moment::now()).await.map(Some).map_err(text)
    };
    kept.await.unwrap_or_else(|error: String| {
        warn!(error, "the sound of a recording could not be kept");
        None
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Whether the owner wants the sound kept.
async fn is_wished(work: Work<'_>) -> bool {
    match work.store.settings().get(work.job.owner).await {
        Ok(kept) => serde_json::from_value::<Preferences>(kept.body).unwrap_or_default().keep_audio,
        Err(_) => false,
    }
}

/// Whether the owner's quota has room for so much.
async fn has_room(work: Work<'_>, bytes: u64) -> bool {
    let stored = work.store.audio().stored_bytes(work.job.owner).await.unwrap_or(u64::MAX);
    work.state.auth().quotas.has_room(stored, bytes)
}

fn of_store(error: store::StoreError) -> Stopped {
    Stopped::Later(error.to_string())
}

fn of_disk(error: std::io::Error) -> Stopped {
    Stopped::Later(format!("the disk: {error}"))
}
