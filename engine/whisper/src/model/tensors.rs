//! The tensors of a Whisper model: which there are, how large, and in which number formats they are stored.

use super::file::Shape;

/// A number format of the file, with ggml's own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TensorType {
    F32,
    F16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
}

/// ggml's type number, the file type that stands for it, values per block, bytes per block. Source: `ggml.h` (types
/// and file types) and `ggml-common.h` (the block structures); a test compares it with the library.
const TYPES: [(TensorType, i32, i32, i64, i64); 12] = [
    (TensorType::F32, 0, 0, 1, 4),
    (TensorType::F16, 1, 1, 1, 2),
    (TensorType::Q4_0, 2, 2, 32, 18),
    (TensorType::Q4_1, 3, 3, 32, 20),
    (TensorType::Q5_0, 6, 8, 32, 22),
    (TensorType::Q5_1, 7, 9, 32, 24),
    (TensorType::Q8_0, 8, 7, 32, 34),
    (TensorType::Q2K, 10, 10, 256, 84),
    (TensorType::Q3K, 11, 11, 256, 110),
    (TensorType::Q4K, 12, 12, 256, 144),
    (TensorType::Q5K, 13, 13, 256, 176),
    (TensorType::Q6K, 14, 14, 256, 210),
];

impl TensorType {
    pub fn of_file_type(file_type: i32) -> Option<Self> {
        TYPES.iter().find(|row| row.2 == file_type).map(|row| row.0)
    }

    /// By a name as in `q5_k`.
    pub fn named(name: &str) -> Option<Self> {
        TYPES.iter().map(|row| row.0).find(|kind| kind.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Q4_0 => "q4_0",
            Self::Q4_1 => "q4_1",
            Self::Q5_0 => "q5_0",
            Self::Q5_1 => "q5_1",
            Self::Q8_0 => "q8_0",
            Self::Q2K => "q2_k",
            Self::Q3K => "q3_k",
            Self::Q4K => "q4_k",
            Self::Q5K => "q5_k",
            Self::Q6K => "q6_k",
        }
    }

    pub fn all() -> impl Iterator<Item = Self> {
        TYPES.iter().map(|row| row.0)
    }

    pub fn number(self) -> i32 {
        self.row().1
    }

    pub fn file_type(self) -> i32 {
        self.row().2
    }

    /// Values that are stored together.
    pub fn block(self) -> i64 {
        self.row().3
    }

    pub fn block_bytes(self) -> i64 {
        self.row().4
    }

    fn row(self) -> &'static (Self, i32, i32, i64, i64) {
        TYPES.iter().find(|row| row.0 == self).expect("the table has every type")
    }
}

/// How a tensor is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Biases, norms, positions: always 32 bit.
    Exact,
    /// Convolution kernels: 16 bit unless the whole file is 32 bit.
    Kernel,
    /// Matrices: as the file type says.
    Weight,
}

impl Kind {
    pub fn tensor_type(self, weights: TensorType) -> TensorType {
        match (self, weights) {
            (Self::Exact, _) | (Self::Kernel, TensorType::F32) => TensorType::F32,
            (Self::Kernel, _) => TensorType::F16,
            (Self::Weight, weights) => weights,
        }
    }
}

/// A tensor that a model of some shape must have. Extents as the file has them, the innermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub extents: [i64; 3],
    pub kind: Kind,
}

/// All tensors of a shape, in the order in which files usually have them.
pub fn wanted(shape: &Shape) -> Vec<(String, Wanted)> {
    let mut list = List(Vec::new());
    let width = i64::from(shape.audio_width);
    let mels = i64::from(shape.mels);
    list.exact("encoder.positional_embedding", [width, i64::from(shape.audio_context), 1]);
    list.push("encoder.conv1.weight", [3, mels, width], Kind::Kernel);
    list.exact("encoder.conv1.bias", [1, width, 1]);
    list.push("encoder.conv2.weight", [3, width, width], Kind::Kernel);
    list.exact("encoder.conv2.bias", [1, width, 1]);
    for layer in 0..shape.audio_layers {
        list.block(&format!("encoder.blocks.{layer}"), width, &["attn"]);
    }
    list.norm("encoder.ln_post", width);
    list.exact("decoder.positional_embedding", [width, i64::from(shape.text_context), 1]);
    list.push("decoder.token_embedding.weight", [width, i64::from(shape.vocabulary), 1], Kind::Weight);
    for layer in 0..shape.text_layers {
        list.block(&format!("decoder.blocks.{layer}"), width, &["attn", "cross_attn"]);
    }
    list.norm("decoder.ln", width);
    list.0
}

struct List(Vec<(String, Wanted)>);

impl List {
    fn push(&mut self, name: &str, extents: [i64; 3], kind: Kind) {
        self.0.push((name.to_owned(), Wanted { extents, kind }));
    }

    fn exact(&mut self, name: &str, extents: [i64; 3]) {
        self.push(name, extents, Kind::Exact);
    }

    fn norm(&mut self, name: &str, width: i64) {
        self.exact(&format!("{name}.weight"), [width, 1, 1]);
        self.exact(&format!("{name}.bias"), [width, 1, 1]);
    }

    fn matrix(&mut self, name: &str, from: i64, to: i64) {
        self.push(&format!("{name}.weight"), [from, to, 1], Kind::Weight);
    }

    fn matrix_and_bias(&mut self, name: &str, from: i64, to: i64) {
        self.matrix(name, from, to);
        self.exact(&format!("{name}.bias"), [to, 1, 1]);
    }

    fn block(&mut self, prefix: &str, width: i64, attentions: &[&str]) {
        for attention in attentions {
            self.norm(&format!("{prefix}.{attention}_ln"), width);
            // Whisper's keys are the only projections without a bias.
            self.matrix(&format!("{prefix}.{attention}.key"), width, width);
            for projection in ["query", "value", "out"] {
                self.matrix_and_bias(&format!("{prefix}.{attention}.{projection}"), width, width);
            }
        }
        self.norm(&format!("{prefix}.mlp_ln"), width);
        self.matrix_and_bias(&format!("{prefix}.mlp.0"), width, 4 * width);
        self.matrix_and_bias(&format!("{prefix}.mlp.2"), 4 * width, width);
    }
}
