//! Measures the language model's worker: `cargo run --release -p engine-llama --bin llm-bench`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use engine_llama::bench::{self, Measure, Part, Settings};
use engine_llama::shape::Shape;

/// Compares drafts, shared prompts and many replies at once with doing without, on one machine in one run.
#[derive(Debug, Parser)]
struct Arguments {
    /// Shape of the model: 0.5b, 1b, 1.5b or 7b (about 0.7, 0.8, 1.4 and 5.4 GB on disk while it runs)
    #[arg(long, default_value = "1b")]
    shape: String,
    /// Threads of the library; ratios of processor time mean most with one
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Rounds, the middle one of which counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Folder in which the model file is kept for the next time; otherwise it is temporary
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Parts to measure; none = all
    #[arg(long = "part", value_enum)]
    parts: Vec<Part>,
    /// Fail where a promised ratio is not reached
    #[arg(long)]
    check: bool,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let shape = Shape::named(&arguments.shape).with_context(|| format!("there is no shape `{}`", arguments.shape))?;
    let settings = Settings {
        shape,
        threads: arguments.threads,
        rounds: arguments.rounds.max(1),
        folder: arguments.folder,
        parts: arguments.parts,
    };
    let measures = bench::run(&settings)?;
    let kept = measures.iter().all(Measure::is_kept);
    Ok(if kept || !arguments.check { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
