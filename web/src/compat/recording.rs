//! A whole recording through a session on the batch lane, for the views that take files.

use std::fs::File;

use actors::session::{Final, Problem, SessionOutput, Wishes};
use engine::audio::{AudioFormat, Encoding};
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
#[derive(Debug, Clone)]
pub struct Task {
    /// Without a format: the file says it.
    pub wishes: Wishes,
    /// Each channel is a speaker of their own.
    pub by_channel: bool,
    /// Samples without a container.
    pub raw: Option<AudioFormat>,
}

/// One utterance of a recording.
#[derive(Debug, Clone)]
pub struct Spoken {
    pub channel: u16,
    pub told: Final,
}

/// What a recording came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub sound_ms: u64,
    pub channels: u16,
    /// Where the end is missing, or a part could not be transcribed.
    pub warnings: Vec<String>,
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

/// Transcribes a file; each utterance is told as soon as it is there, in the order of time per channel. Ends early when
/// the receiver is gone.
pub async fn transcribe(
    state: &AppState,
    caller: &Caller,
    file: File,
    task: Task,
    tell: mpsc::UnboundedSender<Spoken>,
) -> Result<Outcome, RecordingError> {
    let mut sound = match task.raw {
        Some(format) => return raw(state, caller, file, format, task.wishes, tell).await,
        None => {
            let layout = if task.by_channel { Layout::Channels(8) } else { Layout::Mono };
            files::open(file, layout, LIMITS).await?
        }
    };
    let found = sound.format;
    let format = AudioFormat::new(Encoding::PcmS16Le, found.sample_rate, 1)
        .map_err(|_| FileProblem::Format { rate: found.sample_rate, channels: 1 })?;
    let mut speakers = Vec::new();
    let mut ears = Vec::new();
    for channel in 0..found.channels {
        let wishes = Wishes { format: Some(format), partials: Some(false), ..task.wishes.clone() };
        let (speaker, outputs) = core::open(state, caller, Lane::Batch, wishes).await?;
        speakers.push(speaker);
        ears.push(listen(outputs, channel, tell.clone()));
    }
    let hearing = futures_util::future::join_all(ears);
    let sending = send(&mut sound, &mut speakers);
    let (sent, heard) = tokio::select! {
        both = async { tokio::join!(sending, hearing) } => both,
        () = tell.closed() => {
            speakers.iter_mut().for_each(Speaker::cancel);
            return Err(RecordingError::Cancelled);
        }
    };
    sent?;
    let summary = sound.end().await?;
    let mut outcome = Outcome { sound_ms: summary.sound_ms, channels: found.channels, warnings: Vec::new() };
    outcome.warnings.extend(summary.warning);
    for warnings in heard {
        outcome.warnings.extend(warnings?);
    }
    Ok(outcome)
}

async fn send(sound: &mut SoundStream, speakers: &mut [Speaker]) -> Result<(), SessionGone> {
    let channels = speakers.len();
    let whole = sound.format.sample_rate as usize * PUSH_MS / 1000 * channels;
    let mut waiting = Vec::with_capacity(whole * 2);
    let mut more = true;
    while more {
        match sound.next().await {
            Some(samples) => waiting.extend(samples),
            None => more = false,
        }
        if waiting.len() >= whole || !more {
            for (channel, speaker) in speakers.iter_mut().enumerate() {
                let own: Vec<i16> = waiting.iter().skip(channel).step_by(channels).copied().collect();
                speaker.push_samples(&own).await?;
            }
            waiting.clear();
        }
    }
    for speaker in speakers {
        speaker.finish().await;
    }
    Ok(())
}

/// Samples without a container, all channels mixed.
async fn raw(
    state: &AppState,
    caller: &Caller,
    file: File,
    format: AudioFormat,
    wishes: Wishes,
    tell: mpsc::UnboundedSender<Spoken>,
) -> Result<Outcome, RecordingError> {
    use tokio::io::AsyncReadExt as _;
    let wishes = Wishes { format: Some(format), partials: Some(false), ..wishes };
    let (mut speaker, outputs) = core::open(state, caller, Lane::Batch, wishes).await?;
    let mut file = tokio::fs::File::from_std(file);
    let sending = async {
        let mut chunk = vec![0; format.sample_rate() as usize * format.frame_bytes() * PUSH_MS / 1000];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut chunk).await.map_err(|e| FileProblem::Damaged { why: e.to_string() })?;
            if read == 0 {
                speaker.finish().await;
                return Ok::<usize, RecordingError>(bytes);
            }
            bytes += read;
            speaker.push(&chunk[..read]).await?;
        }
    };
    let (sent, heard) = tokio::select! {
        both = async { tokio::join!(sending, listen(outputs, 0, tell.clone())) } => both,
        () = tell.closed() => return Err(RecordingError::Cancelled),
    };
    let frames = sent? / format.frame_bytes();
    let sound_ms = frames as u64 * 1000 / u64::from(format.sample_rate());
    Ok(Outcome { sound_ms, channels: 1, warnings: heard? })
}

async fn listen(
    mut outputs: Outputs,
    channel: u16,
    tell: mpsc::UnboundedSender<Spoken>,
) -> Result<Vec<String>, RecordingError> {
    let mut warnings = Vec::new();
    let mut understood = false;
    while let Some(output) = outputs.next().await {
        match output {
            SessionOutput::Final(told) if told.text.is_empty() && told.words.is_empty() => {}
            SessionOutput::Final(told) => {
                understood = true;
                if tell.send(Spoken { channel, told: *told }).is_err() {
                    return Err(RecordingError::Cancelled);
                }
            }
            SessionOutput::Problem(problem @ Problem::TranscriptionFailed { .. }) => warnings.push(problem.to_string()),
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
