//! What a session tells its client and the recorder. `web` turns it into the words of a protocol.

use engine::asr::Word;
use engine::language::Language;
use engine::receipt::Receipt;
use engine::text::edit::Edit;
use engine::text::instruction::{InstructionRefusal, Warning};

use crate::ids::{Owner, SessionId, UtteranceId};
use crate::load::{Level, ShedReason};

#[derive(Debug, Clone)]
pub enum SessionOutput {
    SpeechStarted {
        utterance: UtteranceId,
        at_ms: u64,
    },
    SpeechStopped {
        utterance: UtteranceId,
        at_ms: u64,
    },
    Partial(Partial),
    /// One for each `SpeechStarted` that was not cancelled, in order; its text is empty where nothing was understood.
    Final(Box<Final>),
    Status {
        state: Activity,
        queue_position: Option<u32>,
        eta_ms: Option<u64>,
    },
    /// Sound before this offset (in the client's samples per channel) is safe here.
    Received {
        offset: u64,
    },
    Marked {
        id: String,
    },
    Notice(Notice),
    Busy {
        retry_after_ms: u64,
        reason: ShedReason,
    },
    /// A selection as edited by an instruction.
    Edited(Edited),
    Done {
        receipt: Receipt,
        audio_ms: u64,
    },
    Problem(Problem),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Partial {
    pub utterance: UtteranceId,
    pub committed: String,
    pub tentative: String,
    pub audio_ms: u64,
    pub lag_ms: u64,
}

#[derive(Debug, Clone)]
pub struct Final {
    pub session: SessionId,
    pub owner: Owner,
    pub utterance: UtteranceId,
    pub text: String,
    pub raw_text: String,
    pub edits: Vec<Edit>,
    /// Times count from the start of the session.
    pub words: Vec<SessionWord>,
    pub language: Language,
    pub confidence: f32,
    pub start_ms: u64,
    pub end_ms: u64,
    pub cleaned_by: CleanedBy,
    pub timings: Timings,
    /// What the clean-up cost, in tokens of the language model.
    pub llm_tokens: u32,
    pub style: Option<String>,
    pub app: Option<String>,
    pub client_recording_id: Option<String>,
    /// Utterances whose sound the recorder was given for this final, in the order of speaking.
    pub sound_of: Vec<UtteranceId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SessionWord {
    pub text: String,
    pub start_ms: u64,
    pub end_ms: u64,
    pub confidence: f32,
}

impl SessionWord {
    /// Moves a word from the time of its utterance to the time of its session.
    pub fn shifted(word: &Word, by_ms: u64) -> Self {
        Self {
            text: word.text.clone(),
            start_ms: by_ms + u64::from(word.start_ms),
            end_ms: by_ms + u64::from(word.end_ms),
            confidence: word.confidence,
        }
    }
}

/// What became of an instruction.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// The client's own name of it.
    pub id: String,
    /// The edited text, or the selection as it was.
    pub text: String,
    pub refused: Option<InstructionRefusal>,
    pub warnings: Vec<Warning>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CleanedBy {
    Llm,
    Rules,
    #[default]
    Nobody,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timings {
    pub queue_ms: u64,
    pub asr_ms: u64,
    pub llm_ms: u64,
    pub since_speech_end_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activity {
    Listening,
    Queued,
    Processing,
    /// The text is being cleaned.
    Generating,
    Ready,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A worker died; the work is being done again.
    Retrying,
    /// A setting was understood but cannot be honoured.
    SettingIgnored { what: String },
    /// The server is busy: so much of the service is given at present.
    Degraded { level: Level },
    /// All of it is given again.
    Restored,
}

/// Something wrong with what the client sent, or with us.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("{what}")]
    OddByteCount { what: String },
    #[error("sound starts at sample {given}, but only {received} were received")]
    OffsetGap { given: u64, received: u64 },
    #[error("sound from sample {given} was received before, up to {received}")]
    OffsetOverlap { given: u64, received: u64 },
    #[error("the audio format cannot change once sound was received")]
    FormatAfterSound,
    #[error("utterance {utterance} could not be transcribed: {why}")]
    TranscriptionFailed { utterance: u64, why: String },
    #[error("there is no style `{given}`")]
    UnknownStyle { given: String, known: String },
    #[error("no model here can edit a text by instruction")]
    EditingUnavailable { id: String },
    #[error("the edit `{id}` failed: {why}")]
    EditingFailed { id: String, why: String },
}
