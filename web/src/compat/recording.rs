//! A whole recording through sessions on the batch lane, for the views that take files and for the jobs of
//! `crate::offline`.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actors::session::{Final, Problem, SessionOutput, Wishes};
use engine::audio::{AudioFormat, Encoding};
use engine::speakers::VoiceTrack;
use tokio::sync::mpsc;
use tracing::debug;

use super::core::{self, Lane, Outputs, SessionGone, Speaker};
use super::identity::Caller;
use crate::files::{self, FileProblem, Layout, Limits, SoundStream};
use crate::http::error::ApiError;
use crate::state::AppState;

/// Sound handed over at a time: enough to be few messages, little enough to stop at once.
const PUSH_MS: usize = 500;
/// A day: a small file can unfold to endless silence.
pub const LIMITS: Limits = Limits { longest_ms: 24 * 3_600_000 };

/// What is to be done with a recording.
#[derive(Clone)]
pub struct Task {
    /// Without a format: the file says it.
    pub wishes: Wishes,
    pub speakers: Speakers,
    /// Samples without a container.
    pub raw: Option<AudioFormat>,
    pub lane: Lane,
    /// Of each channel: what has its text already and is passed over.
    pub known: Vec<Known>,
    /// An utterance that could not be transcribed ends it; otherwise it is a warning.
    pub strict: bool,
    pub progress: Arc<Progress>,
}

/// How those who speak are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Speakers {
    #[default]
    Alike,
    /// Each channel is one.
    Channels,
    /// By voice, all channels mixed.
    Voices,
    /// By channel where the channels hold different things, else by voice.
    Found,
}

/// The beginning of a channel that was transcribed before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    pub until_ms: u64,
    /// Number of its last utterance.
    pub utterance: u64,
}

/// How far it is; written while it goes on.
#[derive(Debug, Default)]
pub struct Progress {
    announced_ms: AtomicU64,
    read_ms: AtomicU64,
}

impl Progress {
    /// Length of the recording as far as it is known: what the file says, or what was read of it.
    pub fn length_ms(&self) -> u64 {
        self.announced_ms.load(Ordering::Relaxed).max(self.read_ms.load(Ordering::Relaxed))
    }

    fn announce(&self, ms: Option<u64>) {
        self.announced_ms.store(ms.unwrap_or(0), Ordering::Relaxed);
    }

    fn read(&self, ms: u64) {
        self.read_ms.store(ms, Ordering::Relaxed);
    }
}

/// One utterance of a recording.
#[derive(Debug, Clone)]
pub struct Spoken {
    pub channel: u16,
    pub told: Final,
}

/// What a recording came to.
#[derive(Default)]
pub struct Outcome {
    pub sound_ms: u64,
    pub channels: u16,
    /// Where the end is missing, or a part could not be transcribed.
    pub warnings: Vec<String>,
    /// The voices on a single channel, where they are to be told apart.
    voices: Option<VoiceTrack>,
}

#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error(transparent)]
    File(#[from] FileProblem),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Gone(#[from] SessionGone),
    #[error("the recording could not be transcribed: {0}")]
    Failed(String),
    /// Nobody waits for it any more.
    #[error("cancelled")]
    Cancelled,
}

impl Task {
    /// For somebody who waits.
    pub fn attended(wishes: Wishes, speakers: Speakers, raw: Option<AudioFormat>) -> Self {
        Self { wishes, speakers, raw, lane: Lane::Batch, known: Vec::new(), strict: false, progress: Arc::default() }
    }

    fn known(&self, channel: u16) -> Known {
        self.known.get(usize::from(channel)).copied().unwrap_or_default()
    }
}

impl Outcome {
    /// Who spoke in each of these stretches of (channel, start, end): numbers from 0 in the order of appearance.
    pub fn speakers(&self, stretches: &[(u16, u64, u64)]) -> Vec<u16> {
        match &self.voices {
            Some(track) => {
                let times: Vec<(u64, u64)> = stretches.iter().map(|(_, start, end)| (*start, *end)).collect();
                track.speakers(&times)
            }
            None => stretches.iter().map(|(channel, ..)| *channel).collect(),
        }
    }

    /// The same for utterances.
    pub fn speakers_of(&self, spoken: &[Spoken]) -> Vec<u16> {
        let stretch = |one: &Spoken| (one.channel, one.told.start_ms, one.told.end_ms);
        self.speakers(&spoken.iter().map(stretch).collect::<Vec<_>>())
    }
}

/// Transcribes a file; each utterance is told as soon as it is there, in the order of time per channel. Ends early when
/// the receiver is gone.
pub async fn transcribe(
    state: &AppState,
    caller: &Caller,
    file: File,
    task: Task,
    tell: mpsc::UnboundedSender<Spoken>,
) -> Result<Outcome, RecordingError> {
    if let Some(format) = task.raw {
        return raw(state, caller, file, format, task, tell).await;
    }
    let by_channel = match task.speakers {
        Speakers::Channels => true,
        Speakers::Alike | Speakers::Voices => false,
        Speakers::Found => files::channels_differ(&file).await?,
    };
    let layout = if by_channel { Layout::Channels(8) } else { Layout::Mono };
    let mut sound = files::open(file, layout, LIMITS).await?;
    let found = sound.format;
    task.progress.announce(found.announced_ms);
    let format = AudioFormat::new(Encoding::PcmS16Le, found.sample_rate, 1)
        .map_err(|_| FileProblem::Format { rate: found.sample_rate, channels: 1 })?;
    let mut ways = Vec::new();
    let mut ears = Vec::new();
    for channel in 0..found.channels {
        let known = task.known(channel);
        let wishes = Wishes { format: Some(format), partials: Some(false), ..task.wishes.clone() };
        let (speaker, outputs) = core::open(state, caller, task.lane, wishes).await?;
        ways.push(Way { speaker, passed_over: known.until_ms * u64::from(found.sample_rate) / 1000 });
        ears.push(listen(outputs, channel, known, task.strict, tell.clone()));
    }
    let by_voice = task.speakers != Speakers::Alike && !by_channel;
    let mut voices = by_voice.then(|| VoiceTrack::new(found.sample_rate));
    let hearing = futures_util::future::try_join_all(ears);
    let sending = async { send(&mut sound, &mut ways, &task.progress, voices.as_mut()).await.map_err(Into::into) };
    let heard = tokio::select! {
        both = async { tokio::try_join!(sending, hearing) } => both?.1,
        () = tell.closed() => return Err(RecordingError::Cancelled),
    };
    let summary = sound.end().await?;
    let warnings = summary.warning.into_iter().chain(heard.into_iter().flatten()).collect();
    Ok(Outcome { sound_ms: summary.sound_ms, channels: found.channels, warnings, voices })
}

/// The way of one channel into its session.
struct Way {
    speaker: Speaker,
    /// Samples at the beginning that are not sent.
    passed_over: u64,
}

async fn send(
    sound: &mut SoundStream,
    ways: &mut [Way],
    progress: &Progress,
    mut voices: Option<&mut VoiceTrack>,
) -> Result<(), SessionGone> {
    let (channels, rate) = (ways.len(), u64::from(sound.format.sample_rate));
    let whole = sound.format.sample_rate as usize * PUSH_MS / 1000 * channels;
    let mut waiting = Vec::with_capacity(whole * 2);
    let (mut more, mut frames) = (true, 0_u64);
    while more {
        match sound.next().await {
            Some(samples) => waiting.extend(samples),
            None => more = false,
        }
        if waiting.len() >= whole || !more {
            if let Some(track) = voices.as_deref_mut() {
                track.push(&waiting);
            }
            for (channel, way) in ways.iter_mut().enumerate() {
                let skipped = usize::try_from(way.passed_over.saturating_sub(frames)).unwrap_or(usize::MAX);
                let own: Vec<i16> = waiting.iter().skip(channel).step_by(channels).skip(skipped).copied().collect();
                way.speaker.push_samples(&own).await?;
            }
            frames += (waiting.len() / channels) as u64;
            progress.read(frames * 1000 / rate);
            waiting.clear();
        }
    }
    for way in ways {
        way.speaker.finish().await;
    }
    Ok(())
}

/// Samples without a container, all channels mixed.
async fn raw(
    state: &AppState,
    caller: &Caller,
    mut file: File,
    format: AudioFormat,
    task: Task,
    tell: mpsc::UnboundedSender<Spoken>,
) -> Result<Outcome, RecordingError> {
    use std::io::Seek as _;
    use tokio::io::AsyncReadExt as _;
    let broken = |error: std::io::Error| FileProblem::Damaged { why: error.to_string() };
    let (rate, frame_bytes) = (u64::from(format.sample_rate()), format.frame_bytes() as u64);
    let ms_of = |bytes: u64| bytes / frame_bytes * 1000 / rate;
    let known = task.known(0);
    let length = file.metadata().map_err(broken)?.len();
    task.progress.announce(Some(ms_of(length)));
    let mut at = (known.until_ms * rate / 1000 * frame_bytes).min(length);
    file.seek(std::io::SeekFrom::Start(at)).map_err(broken)?;
    let wishes = Wishes { format: Some(format), partials: Some(false), ..task.wishes.clone() };
    let (mut speaker, outputs) = core::open(state, caller, task.lane, wishes).await?;
    let mut file = tokio::fs::File::from_std(file);
    let sending = async {
        let mut chunk = vec![0; format.sample_rate() as usize * format.frame_bytes() * PUSH_MS / 1000];
        loop {
            let read = file.read(&mut chunk).await.map_err(broken)?;
            if read == 0 {
                speaker.finish().await;
                return Ok::<u64, RecordingError>(at);
            }
            at += read as u64;
            speaker.push(&chunk[..read]).await?;
            task.progress.read(ms_of(at));
        }
    };
    let (read, warnings) = tokio::select! {
        both = async { tokio::try_join!(sending, listen(outputs, 0, known, task.strict, tell.clone())) } => both?,
        () = tell.closed() => return Err(RecordingError::Cancelled),
    };
    Ok(Outcome { sound_ms: ms_of(read), channels: 1, warnings, voices: None })
}

async fn listen(
    mut outputs: Outputs,
    channel: u16,
    known: Known,
    strict: bool,
    tell: mpsc::UnboundedSender<Spoken>,
) -> Result<Vec<String>, RecordingError> {
    let mut warnings = Vec::new();
    let mut understood = known != Known::default();
    while let Some(output) = outputs.next().await {
        match output {
            SessionOutput::Final(told) if told.text.is_empty() && told.words.is_empty() => {}
            SessionOutput::Final(told) => {
                understood = true;
                if tell.send(Spoken { channel, told: after(*told, known) }).is_err() {
                    return Err(RecordingError::Cancelled);
                }
            }
            SessionOutput::Problem(problem @ Problem::TranscriptionFailed { .. }) if !strict => {
                warnings.push(problem.to_string());
            }
            SessionOutput::Problem(problem) => return Err(RecordingError::Failed(problem.to_string())),
            SessionOutput::Done { .. } if !understood && !warnings.is_empty() => {
                return Err(RecordingError::Failed(warnings.remove(0)));
            }
            SessionOutput::Done { .. } => return Ok(warnings),
            other => debug!(?other, "of no interest to a file"),
        }
    }
    Err(SessionGone.into())
}

/// The session began where the known part ends; the utterance counts from the beginning of the recording.
fn after(mut told: Final, known: Known) -> Final {
    told.utterance.0 += known.utterance;
    told.start_ms += known.until_ms;
    told.end_ms += known.until_ms;
    for word in &mut told.words {
        word.start_ms += known.until_ms;
        word.end_ms += known.until_ms;
    }
    told
}
