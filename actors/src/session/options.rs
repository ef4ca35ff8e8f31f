//! How a session is to be treated: resolved from the server's settings and the client's wishes.

use engine::asr::ModelFacts;
use engine::audio::{AudioFormat, IntakeOptions};
use engine::language::Language;
use engine::segmenter::{PausePolicy, SegmenterOptions};

/// When results are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// After each pause.
    OnPause,
    /// Once, after the recording.
    AfterRecording,
}

/// Which model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    Normal,
    High,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SessionOptions {
    pub mode: Mode,
    pub tier: Tier,
    pub format: AudioFormat,
    pub intake: IntakeOptions,
    pub pause: PausePolicy,
    pub pre_roll_ms: u32,
    pub longest_utterance_ms: u32,
    /// The languages the user may speak; one = fixed.
    pub languages: Vec<Language>,
    pub partials: bool,
    /// Words to listen for.
    pub dictionary: Vec<String>,
    pub style: Option<String>,
    pub app: Option<String>,
    pub client_recording_id: Option<String>,
}

/// A client's wishes; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wishes {
    pub mode: Option<Mode>,
    pub tier: Option<Tier>,
    pub format: Option<AudioFormat>,
    pub denoise: Option<bool>,
    pub automatic_gain: Option<bool>,
    pub pause_ms: Option<u32>,
    pub languages: Option<Vec<Language>>,
    pub partials: Option<bool>,
    pub dictionary: Option<Vec<String>>,
    pub style: Option<String>,
    pub app: Option<String>,
    pub client_recording_id: Option<String>,
}

impl SessionOptions {
    /// Takes over what the client wishes.
    pub fn take(&mut self, wishes: Wishes) {
        let Wishes {
            mode,
            tier,
            format,
            denoise,
            automatic_gain,
            pause_ms,
            languages,
            partials,
            dictionary,
            style,
            app,
            client_recording_id,
        } = wishes;
        self.mode = mode.unwrap_or(self.mode);
        self.tier = tier.unwrap_or(self.tier);
        self.format = format.unwrap_or(self.format);
        self.intake.denoise = denoise.unwrap_or(self.intake.denoise);
        self.intake.automatic_gain = automatic_gain.unwrap_or(self.intake.automatic_gain);
        if let Some(ms) = pause_ms {
            self.pause = PausePolicy::FixedMs(ms);
        }
        self.languages = languages.unwrap_or_else(|| std::mem::take(&mut self.languages));
        self.partials = partials.unwrap_or(self.partials);
        self.dictionary = dictionary.unwrap_or_else(|| std::mem::take(&mut self.dictionary));
        self.style = style.or_else(|| self.style.take());
        self.app = app.or_else(|| self.app.take());
        self.client_recording_id = client_recording_id.or_else(|| self.client_recording_id.take());
    }

    /// What the segmenter needs, for a model with these facts.
    pub fn segmenter(&self, facts: &ModelFacts) -> SegmenterOptions {
        SegmenterOptions {
            pause: self.pause,
            longest_utterance_ms: self.longest_utterance_ms.min(facts.longest_utterance_ms),
            pre_roll_ms: self.pre_roll_ms,
        }
    }
}
