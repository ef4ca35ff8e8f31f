//! Writes model files of real shapes without real weights, for speed work.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use engine_llama::shape::{self, SHAPES, Shape, Weights};

/// Writes GGUF files of real shapes with random weights (Q5_K_M mix): as large and as slow as real models, and saying
/// nothing.
///
/// Example: `llm-shapes ./shapes 0.5b 1.5b 7b` writes `0.5b-random.gguf`, `1.5b-random.gguf` and `7b-random.gguf`, which a
/// worker loads like any other model file. With `--scripted` the files say a known text, as `llm-bench` needs them.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder for the files; a 7B file takes about 5 GB
    folder: PathBuf,
    /// Shapes to write (tiny, 0.5b, 1b, 1.5b, 7b); none = all
    #[arg(value_parser = named)]
    shapes: Vec<Shape>,
    /// Say a script instead of nonsense: each token leads to a known next one
    #[arg(long)]
    scripted: bool,
}

fn named(name: &str) -> Result<Shape, String> {
    let known: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
    Shape::named(name).ok_or_else(|| format!("known shapes are {}", known.join(", ")))
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.folder)
        .with_context(|| format!("cannot make `{}`", arguments.folder.display()))?;
    let (weights, suffix) =
        if arguments.scripted { (Weights::Scripted, "scripted") } else { (Weights::Random, "random") };
    let shapes = if arguments.shapes.is_empty() { SHAPES.to_vec() } else { arguments.shapes };
    for shape in shapes {
        let path = arguments.folder.join(format!("{}-{suffix}.gguf", shape.name));
        shape::write(&shape, weights, &path).with_context(|| format!("cannot write `{}`", path.display()))?;
        println!("{} {} bytes", path.display(), path.metadata()?.len());
    }
    Ok(())
}
