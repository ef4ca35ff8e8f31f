//! Why a file has no sound for us, for the person who sent it.

/// Each says what is wrong with the file and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    #[error("the file is empty; send a recording")]
    Empty,
    #[error("the file is `{what}`, which holds no sound that can be read here; send {SUPPORTED}")]
    WrongKind { what: &'static str },
    #[error("the file is of no known kind; send {SUPPORTED}")]
    UnknownKind,
    #[error("the file has no sound track; send {SUPPORTED}")]
    NoSound,
    #[error("the sound of the file is coded as `{codec}`, which cannot be read here; send {SUPPORTED}")]
    UnknownCodec { codec: String },
    #[error("the file is damaged ({why}); record or convert it again")]
    Damaged { why: String },
    #[error("the recording is longer than {hours} hours; cut it into parts")]
    TooLong { hours: u64 },
    #[error("the file is larger than {mib} MiB; cut it into parts or compress it")]
    TooLarge { mib: u64 },
    #[error("sound with {rate} samples per second and {channels} channels cannot be read; convert it to 48000 and 2")]
    Format { rate: u32, channels: usize },
}

pub const SUPPORTED: &str = "wav, mp3, m4a, mp4, flac, ogg, opus, webm, mkv, aac, aiff or caf";

impl FileProblem {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::WrongKind { .. } | Self::UnknownKind | Self::UnknownCodec { .. } => "unsupported_format",
            Self::NoSound => "no_audio",
            Self::Damaged { .. } => "damaged_file",
            Self::TooLong { .. } => "audio_too_long",
            Self::TooLarge { .. } => "file_too_large",
            Self::Format { .. } => "unsupported_sound_format",
        }
    }
}
