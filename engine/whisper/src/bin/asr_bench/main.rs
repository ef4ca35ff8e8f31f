//! `asr-bench`: what a decode costs, bare, through the worker border, and against the library as it comes.
//!
//! Everything is counted in processor time of one-thread decodes and run in turns, so that other work on the machine
//! touches both sides alike. `cargo xtask bench` builds it twice (ours, and with the library's own ggml) and runs it.

mod border;
mod child;
mod clips;
mod figures;
mod settings;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use engine_whisper::library_log;
use engine_whisper::model::tensors::TensorType;

/// Measures decodes on this machine; all figures are processor time
#[derive(Debug, Parser)]
struct Arguments {
    /// Decodes of each kind whose median counts
    #[arg(long, global = true, default_value_t = 7)]
    rounds: usize,
    /// Number formats of the random-weight models (q5_k, q6_k, q5_0, ...)
    #[arg(long, global = true, value_delimiter = ',', default_value = "q5_k")]
    formats: Vec<String>,
    /// Folder for the random-weight models, some 200 MB each
    #[arg(long, global = true, default_value_os_t = cache())]
    cache: PathBuf,
    /// Lengths of the clips in seconds
    #[arg(long, global = true, value_delimiter = ',', default_value = "2,5,30")]
    seconds: Vec<u32>,
    /// This program built with the library's own ggml and settings; without it that comparison is left out
    #[arg(long, global = true, env = "ALFAVOICE_STOCK_BENCH")]
    stock: Option<PathBuf>,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Only the cost of the worker border
    Border,
    /// Only our settings against the library's
    Settings,
    /// Rewrites a model (f32, f16 or q8_0) in another number format
    Quantise { from: PathBuf, to: PathBuf, format: String },
    /// Decodes what standard input asks for; started by this program itself
    #[command(hide = true)]
    Child { settings: child::Settings, model: PathBuf },
}

fn main() -> Result<()> {
    library_log::take_over();
    let arguments = Arguments::parse();
    match &arguments.part {
        None => {
            border::run(arguments.rounds)?;
            settings_against_stock(&arguments)
        }
        Some(Part::Border) => border::run(arguments.rounds),
        Some(Part::Settings) => settings_against_stock(&arguments),
        Some(Part::Quantise { from, to, format }) => quantise(from, to, format),
        Some(Part::Child { settings, model }) => child::run(*settings, model),
    }
}

fn settings_against_stock(arguments: &Arguments) -> Result<()> {
    let Some(stock) = &arguments.stock else {
        println!("\nsettings: left out, there is no stock build (`cargo xtask bench` makes one)");
        return Ok(());
    };
    for format in &arguments.formats {
        let format =
            TensorType::named(format).ok_or_else(|| anyhow::anyhow!("there is no number format `{format}`"))?;
        settings::run(stock, &arguments.cache, format, &arguments.seconds, arguments.rounds)?;
    }
    Ok(())
}

fn quantise(from: &PathBuf, to: &PathBuf, format: &str) -> Result<()> {
    let kind = TensorType::named(format).ok_or_else(|| anyhow::anyhow!("there is no number format `{format}`"))?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(to)?);
    engine_whisper::tools::quantise::rewrite(std::fs::File::open(from)?, &mut out, kind)?;
    Ok(std::io::Write::flush(&mut out)?)
}

fn cache() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(home)
        .unwrap_or_else(std::env::temp_dir)
        .join("alfavoice/bench")
}
