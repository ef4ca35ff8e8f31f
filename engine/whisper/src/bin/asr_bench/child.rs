//! One side of the comparison: loads a model and decodes clips of the lengths that standard input names, with our
//! settings or with the library's defaults. Answers each line with the processor time and the text.

use std::fs::File;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use engine::asr::{ContextSize, DecodeOptions, LanguageChoice, ModelFacts, Purpose};
use engine::language::Language;
use engine_whisper::decode::Unwatched;
use engine_whisper::decode::policy::{Model, transcribe};
use engine_whisper::model::Weights;
use engine_whisper::state::State;
use engine_worker::os;
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters};

use crate::clips;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Settings {
    /// The catalogue's facts of a stock model and everything that follows from them
    Ours,
    /// What the library does when it is told nothing but the language
    Library,
}

pub fn run(settings: Settings, model: &Path) -> Result<()> {
    match settings {
        Settings::Ours => {
            let facts = ModelFacts::default();
            let model = Model::new(Weights::load(File::open(model)?, facts.flash_attention)?, facts);
            let mut state = State::open(Arc::clone(&model.weights), 1)?;
            answer(|sound| ours(&model, &mut state, sound))
        }
        Settings::Library => {
            let context = WhisperContext::new_with_params(model, WhisperContextParameters::default())?;
            let mut state = context.create_state()?;
            answer(|sound| library(&mut state, sound))
        }
    }
}

fn answer(mut decode: impl FnMut(&[f32]) -> Result<String>) -> Result<()> {
    for line in stdin().lock().lines() {
        let sound = clips::floats(&clips::babble(line?.trim().parse()?));
        let start = os::process_time(std::process::id());
        let text = decode(&sound)?;
        let time = os::process_time(std::process::id()).saturating_sub(start);
        println!("{} {text}", time.as_micros());
        stdout().flush()?;
    }
    Ok(())
}

fn ours(model: &Model, state: &mut State, sound: &[f32]) -> Result<String> {
    let options = DecodeOptions {
        purpose: Purpose::Final,
        language: LanguageChoice::Fixed(Language::ENGLISH),
        context: ContextSize::Fitted,
        prompt: None,
        translate: false,
        voiced_ms: (sound.len() / 16) as u32,
    };
    let transcript = transcribe(model, state, sound, &options, &Unwatched)?;
    ensure!(transcript.passes == 1, "a scripted decode took `{}` passes: {:?}", transcript.passes, transcript.tripped);
    Ok(transcript.text())
}

/// One thread, because it is processor time that is compared; all else is left as it is.
fn library(state: &mut whisper_rs::WhisperState, sound: &[f32]) -> Result<String> {
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 5 });
    parameters.set_n_threads(1);
    parameters.set_language(Some("en"));
    parameters.set_print_progress(false);
    parameters.set_print_realtime(false);
    state.full(parameters, sound)?;
    let text: String = (0..state.full_n_segments()).filter_map(|at| Some(state.get_segment(at)?.to_string())).collect();
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The parent's end of an answer.
pub fn parse(answer: &str) -> Result<(Duration, String)> {
    let (micros, text) = answer.trim().split_once(' ').unwrap_or((answer.trim(), ""));
    Ok((Duration::from_micros(micros.parse()?), text.to_owned()))
}
