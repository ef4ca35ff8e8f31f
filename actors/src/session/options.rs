//! How a session is to be treated: resolved from the server's settings and the client's wishes.

use std::sync::Arc;

use engine::asr::ModelFacts;
use engine::audio::{AudioFormat, IntakeOptions};
use engine::language::Language;
use engine::segmenter::{PausePolicy, SegmenterOptions};
use engine::text::dictionary::{Dictionary, Term};
use engine::text::snippets::Snippets;
use engine::text::style::Styles;

use super::cleaning::TextOptions;

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

#[derive(Debug, Clone)]
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
    /// Nobody waits for it: everything of it stands behind live speech.
    pub batch: bool,
    /// The recorder is given the sound of what was understood.
    pub keep_sound: bool,
    pub vocabulary: Arc<Vocabulary>,
    /// What follows from the vocabulary and the wishes above.
    pub text: Arc<TextOptions>,
}

/// How a person writes: their styles, their words, their snippets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vocabulary {
    pub styles: Styles,
    pub terms: Vec<Term>,
    pub snippets: Snippets,
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
    pub vocabulary: Option<Arc<Vocabulary>>,
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
            vocabulary,
        } = wishes;
        let rewrites = style.is_some() || app.is_some() || dictionary.is_some() || vocabulary.is_some();
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
        self.vocabulary = vocabulary.unwrap_or_else(|| Arc::clone(&self.vocabulary));
        if rewrites {
            let (style, app) = (self.style.as_deref(), self.app.as_deref());
            self.text = Arc::new(TextOptions::new(&self.vocabulary, &self.dictionary, style, app));
        }
    }

    /// Words that the recogniser should expect.
    pub fn words_to_hear(&self) -> Vec<String> {
        self.text.dictionary.terms().iter().map(|term| term.term.clone()).collect()
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

impl TextOptions {
    /// `dictionary` holds the words that the client adds to the person's own.
    pub fn new(vocabulary: &Vocabulary, dictionary: &[String], style: Option<&str>, app: Option<&str>) -> Self {
        let added = dictionary.iter().map(|word| Term::new(word));
        Self {
            style: vocabulary.styles.choose(style, app).clone(),
            dictionary: Dictionary::new(vocabulary.terms.iter().cloned().chain(added).collect()),
            snippets: vocabulary.snippets.clone(),
        }
    }
}

impl Default for TextOptions {
    fn default() -> Self {
        Self::new(&Vocabulary::default(), &[], None, None)
    }
}
