//! What the tests of the recogniser share: the samples of the built-in model and what its card says of it.
#![allow(dead_code)]

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use engine::asr::{ContextSize, DecodeOptions, LanguageChoice, ModelFacts, Purpose};
use engine::language::Language;
use engine_whisper::decode::policy::Model;
use engine_whisper::model::{Weights, builtin};
use engine_whisper::state::State;

/// The built-in model's entry in the catalogue.
pub fn facts() -> ModelFacts {
    ModelFacts {
        languages: vec![Language::ENGLISH, Language::RUSSIAN],
        audio_ctx_floor: 64,
        audio_ctx_margin_ms: 960,
        longest_utterance_ms: 10_000,
        takes_prompt: false,
        temperature_ladder: Vec::new(),
        beam: 5,
        tokens_per_second: 11.0,
        flash_attention: false,
        trustworthy_scores: false,
    }
}

pub fn model(facts: ModelFacts) -> Model {
    engine_whisper::library_log::take_over();
    Model::new(Weights::load(Cursor::new(builtin::BYTES), facts.flash_attention).unwrap(), facts)
}

pub fn state(model: &Model) -> State {
    State::open(Arc::clone(&model.weights), 1).unwrap()
}

/// A row of `transcripts.tsv` with its sound.
pub struct Sample {
    pub name: String,
    pub language: Language,
    pub reference: String,
    /// What the model alone made of it when its card was written.
    pub model_output: String,
    pub pcm: Vec<i16>,
}

impl Sample {
    pub fn floats(&self) -> Vec<f32> {
        self.pcm.iter().map(|sample| f32::from(*sample) / 32_768.0).collect()
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect()
    }

    pub fn ms(&self) -> u32 {
        (self.pcm.len() / 16) as u32
    }

    pub fn is_long(&self) -> bool {
        self.ms() > facts().longest_utterance_ms
    }

    pub fn options(&self, purpose: Purpose) -> DecodeOptions {
        options(purpose, self.ms() * 8 / 10)
    }
}

pub fn options(purpose: Purpose, voiced_ms: u32) -> DecodeOptions {
    DecodeOptions {
        purpose,
        language: LanguageChoice::Among(Vec::new()),
        context: ContextSize::Fitted,
        prompt: None,
        translate: false,
        voiced_ms,
    }
}

pub fn samples() -> Vec<Sample> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/asr/samples");
    let table = std::fs::read_to_string(folder.join("transcripts.tsv")).unwrap();
    let rows = table.lines().skip(1).map(|row| {
        let columns: Vec<_> = row.split('\t').collect();
        let sound = hound::WavReader::open(folder.join(columns[0])).unwrap();
        assert_eq!((sound.spec().sample_rate, sound.spec().channels), (16_000, 1));
        Sample {
            name: columns[0].to_owned(),
            language: columns[1].parse().unwrap(),
            reference: columns[4].to_owned(),
            model_output: columns[5].to_owned(),
            pcm: sound.into_samples().map(Result::unwrap).collect(),
        }
    });
    rows.collect()
}

pub fn short_samples() -> Vec<Sample> {
    samples().into_iter().filter(|sample| !sample.is_long()).collect()
}

pub fn sample(name: &str) -> Sample {
    samples().into_iter().find(|sample| sample.name == name).unwrap()
}
