//! How fast the language model's worker is, told in ratios: each measure is taken side by side in one run, by
//! processor time, and the middle of several rounds counts. The models are of real shapes and say what a script says
//! (see [`crate::shape`]), so that what is compared is known to be the same text.

mod ask;
mod batch;
mod builtin;
mod drafts;
mod prefix;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use table::{Measure, Report};

use crate::decode::{Drafts, Engine, Options};
use crate::model::Weights;
use crate::shape::{self, Shape};
use crate::{isa, library_log};
use engine::llm::ModelFacts;
use engine_worker::message::ModelSource;

/// What to measure with.
#[derive(Debug, Clone)]
pub struct Settings {
    pub shape: Shape,
    /// Threads of the library; ratios of processor time mean most with one.
    pub threads: usize,
    pub rounds: usize,
    /// Where the model file is written, and left for the next time; none = a temporary folder.
    pub folder: Option<PathBuf>,
    /// What to measure; empty = everything.
    pub parts: Vec<Part>,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// The built-in model on short dictations.
    Builtin,
    /// Drafts against none, by how often the reply differs from them.
    Drafts,
    /// A system prompt in memory against a cold one.
    Prefix,
    /// Many replies at once against one by one.
    Batch,
}

impl Settings {
    fn wants(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }
}

type Measured = fn(&Engine, usize, &mut Report) -> Result<()>;
/// The parts that need a model of some shape.
const OF_A_SHAPE: [(Part, Measured); 3] =
    [(Part::Drafts, drafts::measure), (Part::Prefix, prefix::measure), (Part::Batch, batch::measure)];

/// Requests at once where several are measured.
const AT_ONCE: usize = 16;
const CONTEXT: u32 = 1024;

/// Takes all measures and prints them as they come.
pub fn run(settings: &Settings) -> Result<Vec<Measure>> {
    println!("{}, built for `{}`, on {}", library_log::version(), isa::BUILT_FOR, processor());
    let mut report = Report::default();
    if settings.wants(Part::Builtin) {
        builtin::measure(settings.rounds, &mut report)?;
    }
    let parts: Vec<Measured> =
        OF_A_SHAPE.into_iter().filter(|(part, _)| settings.wants(*part)).map(|(_, measure)| measure).collect();
    if parts.is_empty() {
        return Ok(report.measures);
    }
    let temporary;
    let folder = match &settings.folder {
        Some(folder) => folder.as_path(),
        None => {
            temporary = tempfile::tempdir().context("no temporary folder")?;
            temporary.path()
        }
    };
    let path = model_file(&settings.shape, folder)?;
    let engine = open(&path, settings)?;
    println!(
        "\n`{}`, {} thread(s); a run of 1, 16, 32, 64 tokens takes {:.1}, {:.1}, {:.1}, {:.1} ms",
        settings.shape.name,
        engine.opened.threads,
        engine.opened.costs.of(1) / 1e3,
        engine.opened.costs.of(16) / 1e3,
        engine.opened.costs.of(32) / 1e3,
        engine.opened.costs.of(64) / 1e3,
    );
    for measure in parts {
        measure(&engine, settings.rounds, &mut report)?;
    }
    Ok(report.measures)
}

fn model_file(shape: &Shape, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(format!("{}-scripted.gguf", shape.name));
    if !path.is_file() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        shape::write(shape, shape::Weights::Scripted, &path)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(path)
}

fn open(path: &Path, settings: &Settings) -> Result<Engine> {
    let options = Options {
        source: ModelSource::File(path.to_owned()),
        facts: ModelFacts { context_tokens: CONTEXT, ..ModelFacts::default() },
        weights: Weights::Mapped,
        slots: AT_ONCE,
        cpus: engine_worker::CpuSet::new(),
        threads: Some(settings.threads),
        drafts: Drafts::Measured,
    };
    Ok(Engine::start(options)?)
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    name.unwrap_or("an unknown processor").to_owned()
}
