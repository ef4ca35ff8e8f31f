//! Whisper as a backend of a worker process: loading, one slot per place, jobs.

use std::fs::File;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use engine::asr::{ContextSize, DecodeOptions, LanguageChoice, ModelFacts, Purpose};
use engine_worker::CpuSet;
use engine_worker::message::{FailureCode, Load, ModelSource, Outcome, SlotIndex, Transcribe, WorkerKind};
use engine_worker::serve::{Backend, Failure, Job, Loaded, SlotEngine, SlotThreads, Work};

use crate::decode::policy::{self, Model, Refused};
use crate::decode::{Stopped, Unwatched, Watcher};
use crate::model::{LoadError, Weights, builtin};
use crate::state::State;
use crate::{isa, library_log};

/// Length of the warm-up run: enough to touch everything that a first utterance needs.
const WARM_UP_SAMPLES: usize = 2 * 16_000;

/// The backend of `alfavoice-asr`.
#[derive(Debug, Default)]
pub struct WhisperBackend {
    slots: Option<SlotThreads>,
}

impl Backend for WhisperBackend {
    fn kind(&self) -> WorkerKind {
        WorkerKind::Asr
    }

    fn library(&self) -> String {
        library_log::versions()
    }

    fn built_for(&self) -> String {
        isa::BUILT_FOR.to_owned()
    }

    fn load(&mut self, load: Load) -> Result<Loaded, Failure> {
        let started = Instant::now();
        let model = Arc::new(Model::new(read_weights(&load.model, &load.facts)?, load.facts));
        tracing::info!(
            load_ms = started.elapsed().as_millis() as u64,
            weights = model.weights.file.weight_type.name(),
            width = model.weights.file.shape.audio_width,
            layers = model.weights.file.shape.audio_layers,
            "model read"
        );
        let facts = model.facts.clone();
        let open = move |_: SlotIndex, cpus: &CpuSet| WhisperSlot::open(&model, cpus.len());
        let slots = SlotThreads::start(&load.slots, open)?;
        let loaded = Loaded { facts, slots: slots.places.clone(), warm_up: slots.warm_up };
        self.slots = Some(slots);
        Ok(loaded)
    }

    fn submit(&mut self, job: Job, work: Work) {
        match &self.slots {
            Some(slots) => slots.submit(job, work),
            None => job.fail(Failure::bad_request("no model is loaded")),
        }
    }
}

fn read_weights(source: &ModelSource, facts: &ModelFacts) -> Result<Weights, Failure> {
    match source {
        ModelSource::Builtin => Weights::load(Cursor::new(builtin::BYTES), facts.flash_attention)
            .map_err(|error| refused("the model inside the executable", &error)),
        ModelSource::File(path) => {
            let file = File::open(path).map_err(|error| missing(path, &error))?;
            let name = format!("model `{}`", path.display());
            Weights::load(file, facts.flash_attention).map_err(|error| refused(&name, &error))
        }
    }
}

fn missing(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!(
        "model file `{}` cannot be opened: {error}; run `alfavoice models list` to see what is there",
        path.display()
    );
    Failure::new(FailureCode::ModelMissing, message)
}

fn refused(name: &str, error: &LoadError) -> Failure {
    Failure::new(FailureCode::ModelRefused, format!("{name} is refused: {error}"))
}

/// One slot: a state of the library and a buffer for the sound.
struct WhisperSlot {
    model: Arc<Model>,
    state: State,
    samples: Vec<f32>,
}

impl WhisperSlot {
    fn open(model: &Arc<Model>, threads: usize) -> Result<Self, Failure> {
        let state = State::open(Arc::clone(&model.weights), threads)
            .map_err(|error| Failure::new(FailureCode::Engine, error.to_string()))?;
        Ok(Self { model: Arc::clone(model), state, samples: Vec::new() })
    }

    fn transcribe(&mut self, work: &Transcribe, watcher: &impl Watcher) -> Result<Outcome, Failure> {
        if !work.pcm16.len().is_multiple_of(2) {
            return Err(Failure::bad_request("16-bit sound has an even number of bytes"));
        }
        self.samples.clear();
        let pairs = work.pcm16.chunks_exact(2);
        self.samples.extend(pairs.map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0));
        policy::transcribe(&self.model, &mut self.state, &self.samples, &work.options, watcher)
            .map(Outcome::Transcript)
            .map_err(|refused| failure(&refused))
    }
}

impl SlotEngine for WhisperSlot {
    /// Soft noise at the context of a short utterance and, on the way of a final, whatever that needs.
    fn warm_up(&mut self) -> Result<(), Failure> {
        let noise =
            (0..WARM_UP_SAMPLES as u32).flat_map(|at| ((at.wrapping_mul(2_654_435_761) >> 24) as i16).to_le_bytes());
        let options = DecodeOptions {
            purpose: Purpose::Partial,
            language: LanguageChoice::Among(self.model.facts.languages.clone()),
            context: ContextSize::Fitted,
            prompt: None,
            translate: false,
            voiced_ms: 1_000,
        };
        self.transcribe(&Transcribe { pcm16: noise.collect(), options }, &Unwatched).map(drop)
    }

    fn run(&mut self, job: &Job, work: Work) -> Result<Outcome, Failure> {
        match work {
            Work::Transcribe(work) => self.transcribe(&work, &WatchedJob(job)),
            Work::Generate(_) => Err(Failure::bad_request("this worker recognises speech; it generates no text")),
        }
    }
}

/// The server watches a decode through its job.
struct WatchedJob<'a>(&'a Job);

impl Watcher for WatchedJob<'_> {
    fn go_on(&self, percent: u8) -> bool {
        self.0.heartbeat(percent);
        !self.0.is_cancelled()
    }
}

fn failure(refused: &Refused) -> Failure {
    match refused {
        Refused::TooShort { .. } | Refused::TooLong { .. } | Refused::Language(_) => {
            Failure::bad_request(refused.to_string())
        }
        Refused::Stopped(Stopped::CalledOff) => Failure::cancelled(),
        Refused::Stopped(Stopped::Failed(error)) => Failure::new(FailureCode::Engine, error.to_string()),
    }
}
