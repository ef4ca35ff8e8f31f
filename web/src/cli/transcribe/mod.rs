//! `alfavoice transcribe`

mod local;
mod remote;

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use protocol::{FinalText, Mode, Quality, SessionSettings};

use super::options::SettingsOptions;
use super::output::Format;
use super::recording::Recording;

#[derive(Debug, Args)]
pub struct Transcribe {
    /// Audio or video file (WAV, MP3, M4A, FLAC, Opus, WebM, ...), or `-` for standard input
    file: PathBuf,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// File for the result instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Language such as `en`, or `auto`
    #[arg(long, default_value = "auto")]
    language: String,
    /// The accurate model instead of the fast one
    #[arg(long)]
    high: bool,
    /// Clean-up style: mail, chat, code, document, none
    #[arg(long)]
    style: Option<String>,
    /// Show what the clean-up changed
    #[arg(long)]
    show_edits: bool,
    /// Without a server: start the workers for this file alone
    #[arg(long)]
    local: bool,
    /// The running server
    #[arg(long, value_name = "URL", conflicts_with = "local")]
    server: Option<String>,
}

impl Transcribe {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let settings = options.load(&[])?;
        let recording = Recording::read(&self.file)?;
        let wishes = SessionSettings {
            mode: Some(Mode::OnPause),
            quality: Some(if self.high { Quality::High } else { Quality::Normal }),
            language: Some(self.language.clone()),
            style: self.style.clone(),
            partials: Some(false),
            audio: Some(protocol::AudioSettings {
                encoding: protocol::Encoding::PcmS16le,
                sample_rate: recording.sample_rate,
                channels: recording.channels,
            }),
            ..SessionSettings::default()
        };
        let progress = Progress::new(&recording);
        let runner = actix_web::rt::System::new();
        let finals = if self.local {
            runner.block_on(local::transcribe(settings, wishes, &recording, &progress))?
        } else {
            let server = self.server.clone().unwrap_or_else(|| format!("http://{}", settings.server.listen));
            runner.block_on(remote::transcribe(&server, wishes, &recording, &progress))?
        };
        progress.done();
        let text = self.format.render(&finals)?;
        match &self.output {
            Some(file) => std::fs::write(file, text)?,
            None => print!("{text}"),
        }
        if self.show_edits {
            finals.iter().for_each(show_edits);
        }
        Ok(())
    }
}

fn show_edits(told: &FinalText) {
    eprintln!("before: {}", told.raw_text);
    let by = match told.cleaned_by {
        protocol::CleanedBy::Llm => format!("by the language model, {} ms", told.timings.llm_ms),
        protocol::CleanedBy::Rules => "by the rules".to_owned(),
        protocol::CleanedBy::None => "unchanged".to_owned(),
    };
    eprintln!("after:  {} ({by})", told.text);
    for edit in &told.edits {
        eprintln!("  at {:4} {:?}: `{}` -> `{}`", edit.at, edit.kind, edit.from, edit.to);
    }
}

/// How far the transcription is, in seconds of sound.
pub(super) struct Progress {
    bar: ProgressBar,
    sample_rate: u32,
}

impl Progress {
    fn new(recording: &Recording) -> Self {
        let seconds = recording.frames() / u64::from(recording.sample_rate);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} s of sound, {elapsed} passed, about {eta} left")
            .expect("the template is well formed");
        Self { bar: ProgressBar::new(seconds).with_style(style), sample_rate: recording.sample_rate }
    }

    /// Text is there up to this frame.
    fn transcribed(&self, frame: u64) {
        self.bar.set_position(frame / u64::from(self.sample_rate));
    }

    fn transcribed_ms(&self, ms: u64) {
        self.bar.set_position(ms / 1000);
    }

    fn done(&self) {
        self.bar.finish_and_clear();
    }
}
