//! Writes model files of real shapes without real weights, for speed work.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use engine_llama::shape::{self, SHAPES, Shape, Weights};

/// Writes GGUF files of real shapes with random weights.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder for the files; a 7B file takes about 5 GB
    folder: PathBuf,
    /// Shapes to write; none = all
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
