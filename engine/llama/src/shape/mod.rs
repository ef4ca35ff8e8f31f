//! Model files of real shapes without real weights, for speed work: as large, as deep and quantised as the models people
//! use, and either random or scripted (what they say is known, so that replies can be compared).
//!
//! Written to wherever the caller says, never shipped, never read by the product.

mod blocks;
mod script;
mod words;

use std::io::{self, Write};
use std::path::Path;

pub use script::{EDIT_RATES, WORDS, plain, prompt, said};

use crate::gguf::TensorType;
use crate::gguf::write::{Head, pad};
use blocks::Random;

/// Layers, widths and heads of a llama-like model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub name: &'static str,
    pub layers: usize,
    pub width: usize,
    pub heads: usize,
    pub shared_heads: usize,
    pub feed_forward: usize,
    pub vocabulary: usize,
}

/// The shapes of Qwen2.5 0.5B and 1.5B, of a model of one billion weights, and of Qwen2 7B; and one for tests.
pub const SHAPES: [Shape; 5] = [
    shape("tiny", [2, 256, 4, 2, 512, 4096]),
    shape("0.5b", [24, 896, 14, 2, 4864, 151_936]),
    shape("1b", [16, 2048, 32, 8, 8192, 32_000]),
    shape("1.5b", [28, 1536, 12, 2, 8960, 151_936]),
    shape("7b", [28, 3584, 28, 4, 18_944, 152_064]),
];

const fn shape(name: &'static str, numbers: [usize; 6]) -> Shape {
    let [layers, width, heads, shared_heads, feed_forward, vocabulary] = numbers;
    Shape { name, layers, width, heads, shared_heads, feed_forward, vocabulary }
}

/// What the weights say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// Nothing in particular.
    Random,
    /// Token after token of fixed scripts, see [`script`].
    Scripted,
}

impl Shape {
    pub fn named(name: &str) -> Option<Self> {
        SHAPES.into_iter().find(|shape| shape.name == name)
    }

    fn head_width(&self) -> usize {
        self.width / self.heads
    }

    /// Type of a weight in the usual "Q5_K_M" mix: six bits where errors hurt most.
    fn mixed(&self, part: Part, layer: usize) -> TensorType {
        let (layers, eighth) = (self.layers, self.layers / 8);
        let more_bits = layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
        match part {
            Part::Value | Part::Down if more_bits => TensorType::Q6_K,
            Part::Output => TensorType::Q6_K,
            _ => TensorType::Q5_K,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Value,
    Down,
    Output,
    Other,
}

/// Standard deviations of weights: those that feed the next layer, and those that add to the sum that runs through all
/// layers. The latter are so small that the sum stays what the token's own embedding is, which a script relies on.
const INNER: f32 = 0.02;
const ADDING: f32 = 0.0002;

/// Writes a model file. Takes a second or so per gigabyte.
pub fn write(shape: &Shape, weights: Weights, path: &Path) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let script = script::Script::new(shape.vocabulary);
    let mut head = Head::default();
    describe(shape, weights, &script, &mut head);
    let tensors = tensors(shape, weights);
    for tensor in &tensors {
        head.tensor(&tensor.name, &tensor.extents, tensor.kind);
    }
    head.write(&mut out)?;
    let mut random = Random::new(7);
    for tensor in tensors {
        let bytes = tensor.kind.bytes(&tensor.extents).unwrap_or_default();
        match tensor.fill {
            Fill::Ones => {
                for _ in 0..bytes / 4 {
                    out.write_all(&1_f32.to_le_bytes())?;
                }
            }
            Fill::Random(deviation) => {
                let blocks = bytes / tensor.kind.block_bytes();
                for _ in 0..blocks {
                    out.write_all(random.block(tensor.kind, deviation))?;
                }
            }
            Fill::Embedding(scale) => script.write_rows(&mut out, shape.width, scale, script::Rows::Embedding)?,
            Fill::Successor(scale) => script.write_rows(&mut out, shape.width, scale, script::Rows::Output)?,
        }
        pad(&mut out, bytes)?;
    }
    out.flush()
}

fn describe(shape: &Shape, weights: Weights, script: &script::Script, head: &mut Head) {
    head.text("general.architecture", "llama");
    head.text("general.name", &format!("{} {weights:?}", shape.name));
    for (key, value) in [
        ("context_length", 8192),
        ("embedding_length", shape.width),
        ("block_count", shape.layers),
        ("feed_forward_length", shape.feed_forward),
        ("attention.head_count", shape.heads),
        ("attention.head_count_kv", shape.shared_heads),
        ("rope.dimension_count", shape.head_width()),
        ("vocab_size", shape.vocabulary),
    ] {
        head.number(&format!("llama.{key}"), value as u32);
    }
    head.float("llama.attention.layer_norm_rms_epsilon", 1e-5);
    head.float("llama.rope.freq_base", 500_000.0);
    head.text("tokenizer.ggml.model", "llama");
    head.texts("tokenizer.ggml.tokens", &script.vocabulary.tokens);
    head.floats("tokenizer.ggml.scores", &script.vocabulary.scores);
    head.integers("tokenizer.ggml.token_type", &script.vocabulary.types);
    head.number("tokenizer.ggml.bos_token_id", words::BEGIN as u32);
    head.number("tokenizer.ggml.eos_token_id", words::END as u32);
    head.number("tokenizer.ggml.unknown_token_id", words::UNKNOWN as u32);
    head.flag("tokenizer.ggml.add_bos_token", false);
    head.flag("tokenizer.ggml.add_space_prefix", true);
    // The last word of the prompt decides what is said next, so nothing stands behind it.
    head.text(
        "tokenizer.chat_template",
        "{% for m in messages %}{{ m.content }}{% if not loop.last %} {% endif %}{% endfor %}",
    );
}

/// A tensor and what is in it.
struct Tensor {
    name: String,
    extents: Vec<u64>,
    kind: TensorType,
    fill: Fill,
}

#[derive(Clone, Copy)]
enum Fill {
    Ones,
    Random(f32),
    Embedding(f32),
    Successor(f32),
}

fn tensors(shape: &Shape, weights: Weights) -> Vec<Tensor> {
    let mut tensors = Vec::new();
    let mut add = |name: String, columns: usize, rows: usize, kind: TensorType, fill: Fill| {
        // Widths that are no whole blocks of 256 are stored in a type of smaller blocks, as the usual tools do.
        let kind = if (columns as u64).is_multiple_of(kind.block()) { kind } else { TensorType::Q8_0 };
        let extents = if rows == 1 { vec![columns as u64] } else { vec![columns as u64, rows as u64] };
        tensors.push(Tensor { name, extents, kind, fill });
    };
    let (width, words) = (shape.width, shape.vocabulary);
    let (embedding, output) = match weights {
        Weights::Random => (Fill::Random(1.0), Fill::Random(0.05)),
        Weights::Scripted => (Fill::Embedding(1.0), Fill::Successor(0.06)),
    };
    let output_kind = shape.mixed(Part::Output, 0);
    add("token_embd.weight".into(), width, words, output_kind, embedding);
    add("output_norm.weight".into(), width, 1, TensorType::F32, Fill::Ones);
    add("output.weight".into(), width, words, output_kind, output);
    let shared = shape.head_width() * shape.shared_heads;
    for layer in 0..shape.layers {
        let name = |part: &str| format!("blk.{layer}.{part}.weight");
        let mixed = |part: Part| shape.mixed(part, layer);
        add(name("attn_norm"), width, 1, TensorType::F32, Fill::Ones);
        add(name("attn_q"), width, width, mixed(Part::Other), Fill::Random(INNER));
        add(name("attn_k"), width, shared, mixed(Part::Other), Fill::Random(INNER));
        add(name("attn_v"), width, shared, mixed(Part::Value), Fill::Random(INNER));
        add(name("attn_output"), width, width, mixed(Part::Other), Fill::Random(ADDING));
        add(name("ffn_norm"), width, 1, TensorType::F32, Fill::Ones);
        add(name("ffn_gate"), width, shape.feed_forward, mixed(Part::Other), Fill::Random(INNER));
        add(name("ffn_up"), width, shape.feed_forward, mixed(Part::Other), Fill::Random(INNER));
        add(name("ffn_down"), shape.feed_forward, width, mixed(Part::Down), Fill::Random(ADDING));
    }
    tensors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf;

    #[test]
    fn a_written_file_is_a_sound_model_of_its_shape() {
        let folder = tempfile::tempdir().unwrap();
        for weights in [Weights::Random, Weights::Scripted] {
            let path = folder.path().join("tiny.gguf");
            let shape = Shape::named("tiny").unwrap();
            write(&shape, weights, &path).unwrap();
            let file = gguf::inspect(std::fs::File::open(&path).unwrap()).unwrap();
            assert_eq!((file.layers, file.vocabulary), (2, 4096));
        }
    }

    #[test]
    fn the_mix_is_that_of_real_files() {
        let shape = Shape::named("7b").unwrap();
        let six_bits = (0..shape.layers).filter(|layer| shape.mixed(Part::Down, *layer) == TensorType::Q6_K).count();
        // 28 layers: 3 first, 4 last, every third of the 21 between.
        assert_eq!(six_bits, 14);
        assert_eq!(shape.mixed(Part::Other, 0), TensorType::Q5_K);
    }
}
