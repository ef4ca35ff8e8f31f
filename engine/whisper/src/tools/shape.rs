//! Model files of a real model's shape with random weights, and a decoder that says a known text to any sound.
//!
//! What a decode costs depends on shapes and formats, not on what the weights say, so such a file measures a model
//! that need not be there. The text is put into the decoder's positions: whatever goes through its layers is small
//! beside it, so the token that belongs to a position is by far the likeliest there.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::thread;

use super::quantise::from_floats;
use super::writer::{file_type, write_head, write_tensor};
use crate::model::Shape;
use crate::model::file::{self, BadModel, FILTER_TAPS};
use crate::model::tensors::{Kind, TensorType, wanted};

/// Tokens before the text when no timestamps are wanted: start, language, task, "no timestamps".
const OPENING: usize = 4;
/// Text tokens of a multilingual model.
const TEXT_TOKENS: usize = 50_257;
/// The end of the text in a multilingual model.
const END: usize = 50_257;
/// Where Whisper's vocabulary has the piece that is nothing but a space.
const LONE_SPACE: usize = 220;
/// The first word of the text; those after it follow.
const FIRST_WORD: usize = 1_000;
/// How much louder than everything else a position says its token.
const LOUDNESS: f32 = 40.0;

/// The shape of Whisper small: 12 + 12 layers, 768 wide.
pub const SMALL: Shape = Shape {
    vocabulary: 51_865,
    audio_context: 1_500,
    audio_width: 768,
    audio_heads: 12,
    audio_layers: 12,
    text_context: 448,
    text_width: 768,
    text_heads: 12,
    text_layers: 12,
    mels: 80,
    file_type: 1,
};

/// Whisper base: 6 + 6 layers, 512 wide.
pub const BASE: Shape = Shape {
    audio_width: 512,
    audio_heads: 8,
    audio_layers: 6,
    text_width: 512,
    text_heads: 8,
    text_layers: 6,
    ..SMALL
};

/// The text of a file with so many words.
pub fn text(words: usize) -> String {
    (0..words).map(|at| word(FIRST_WORD + at)).collect::<Vec<_>>().join(" ")
}

/// A word of five letters that no other token has.
fn word(token: usize) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz";
    let consonant = |at: u32| char::from(LETTERS[token / LETTERS.len().pow(at) % LETTERS.len()]);
    [consonant(3), 'a', consonant(2), 'o', consonant(1), consonant(0)].iter().collect()
}

/// Writes a file of a shape whose decoder says `words` words and ends.
pub fn write(out: &mut impl Write, shape: &Shape, weights: TensorType, words: usize) -> io::Result<()> {
    let shape = Shape { file_type: file_type(weights), ..*shape };
    let mut tokens: Vec<Vec<u8>> = (0..TEXT_TOKENS).map(|token| format!(" {}", word(token)).into_bytes()).collect();
    // The library looks it up and dies where there is none.
    tokens[LONE_SPACE] = b" ".to_vec();
    write_head(out, &shape, &filters(shape.mels as usize), &tokens)?;
    let width = shape.audio_width as usize;
    for (seed, (name, tensor)) in (1_u64..).zip(wanted(&shape)) {
        let values = tensor.extents.iter().product::<i64>() as usize;
        let floats = match name.as_str() {
            "encoder.positional_embedding" => waves(shape.audio_context as usize, width),
            "decoder.positional_embedding" => positions(&shape, words),
            "decoder.token_embedding.weight" => embedding(&shape),
            _ if tensor.kind == Kind::Exact => {
                vec![if name.contains("ln") && name.ends_with("weight") { 1.0 } else { 0.0 }; values]
            }
            _ => random(seed, values, scale(&name)),
        };
        let kind = tensor.kind.tensor_type(weights);
        let dimensions = match () {
            () if name.contains("conv") && tensor.kind == Kind::Kernel => 3,
            () if tensor.extents[1] > 1 => 2,
            () => 1,
        };
        let row = tensor.extents[0];
        let data =
            if tensor.kind == Kind::Weight { in_parallel(&floats, kind, row) } else { from_floats(&floats, kind, row) };
        write_tensor(out, &name, &tensor.extents[..dimensions], kind, &data)?;
    }
    Ok(())
}

/// Makes a file that [`write`] wrote say another number of words.
pub fn set_words(file: &mut (impl Read + Write + Seek), words: usize) -> Result<(), BadModel> {
    let model = file::inspect(&mut *file)?;
    let name = "decoder.positional_embedding";
    let data: Vec<u8> = positions(&model.shape, words).iter().flat_map(|float| float.to_le_bytes()).collect();
    let at = model.tensor_offset(name).ok_or_else(|| BadModel::Missing { count: 1, name: name.to_owned() })?;
    file.seek(SeekFrom::Start(at)).map_err(BadModel::Io)?;
    file.write_all(&data).map_err(BadModel::Io)
}

/// What must stay small beside the positions is small.
fn scale(name: &str) -> f32 {
    let writes_to_residual = name.ends_with(".out.weight") || name.ends_with("mlp.2.weight");
    if name.starts_with("decoder") && writes_to_residual { 0.0005 } else { 0.02 }
}

fn embedding(shape: &Shape) -> Vec<f32> {
    random(EMBEDDING_SEED, (shape.vocabulary * shape.text_width) as usize, 0.02)
}

const EMBEDDING_SEED: u64 = 0xe3b;

/// The logits of a position choose the token of the next one.
fn positions(shape: &Shape, words: usize) -> Vec<f32> {
    let width = shape.text_width as usize;
    let embedding = embedding(shape);
    let mut positions = random(0x905, shape.text_context as usize * width, 0.0005);
    for (at, position) in positions.chunks_exact_mut(width).enumerate() {
        let token = match (at + 1).checked_sub(OPENING) {
            // A decoder that asks for timestamps has an opening shorter by one: it hears the first word twice.
            None if at + 2 == OPENING => FIRST_WORD,
            None => continue,
            Some(index) if index < words => FIRST_WORD + index,
            Some(_) => END,
        };
        for (value, spoken) in position.iter_mut().zip(&embedding[token * width..]) {
            *value = LOUDNESS * spoken;
        }
    }
    positions
}

/// Whisper's own encoder positions.
fn waves(positions: usize, width: usize) -> Vec<f32> {
    let half = width / 2;
    let step = 10_000_f32.ln() / (half as f32 - 1.0);
    (0..positions)
        .flat_map(|at| {
            (0..width).map(move |column| {
                let angle = at as f32 * (-step * (column % half) as f32).exp();
                if column < half { angle.sin() } else { angle.cos() }
            })
        })
        .collect()
}

/// Triangles side by side, as a mel bank is.
fn filters(bands: usize) -> Vec<f32> {
    let taps = FILTER_TAPS as usize;
    let spread = taps as f32 / bands as f32;
    (0..bands)
        .flat_map(|band| {
            let centre = (band as f32 + 0.5) * spread;
            (0..taps).map(move |tap| (0.02 * (1.0 - (tap as f32 - centre).abs() / spread)).max(0.0))
        })
        .collect()
}

/// Nearly normal numbers (the sum of four even ones), the same for a seed every time.
fn random(seed: u64, count: usize, scale: f32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // The sum of four even numbers in 0..1 has a deviation of sqrt(1/3).
    let factor = scale * 3_f32.sqrt() / 65_536.0;
    (0..count)
        .map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut bits = state;
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bits ^= bits >> 31;
            let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xffff).sum();
            (sum as f32 - 131_070.0) * factor
        })
        .collect()
}

/// Quantising takes longer than all the rest.
fn in_parallel(floats: &[f32], kind: TensorType, row: i64) -> Vec<u8> {
    let rows = floats.len() / row as usize;
    let share = rows.div_ceil(thread::available_parallelism().map_or(1, usize::from)).max(1) * row as usize;
    thread::scope(|scope| {
        let parts: Vec<_> =
            floats.chunks(share).map(|part| scope.spawn(move || from_floats(part, kind, row))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("quantising does not panic")).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;

    use super::*;
    use crate::decode::logits::Rules;
    use crate::decode::prompt::opening;
    use crate::decode::{Unwatched, greedy, words};
    use crate::model::Weights;
    use crate::state::State;

    const TINY: Shape = Shape {
        audio_width: 256,
        audio_heads: 4,
        audio_layers: 2,
        text_width: 256,
        text_heads: 4,
        // Two layers and this vocabulary would be taken for a distilled model.
        text_layers: 3,
        ..SMALL
    };

    fn says(file: &[u8]) -> String {
        let weights = Arc::new(Weights::load(Cursor::new(file), false).unwrap());
        let rules = Rules::new(&weights.file.vocabulary, weights.tokens);
        let mut state = State::open(Arc::clone(&weights), 1).unwrap();
        state.hear(&vec![0.01; 16_000], 128).unwrap();
        state.encode().unwrap();
        let mut opening = opening(&weights, &[], engine::language::Language::ENGLISH, false);
        opening.given = 0;
        let manner = greedy::Manner { temperature: 0.0, cap: 60, seed: 0 };
        let pass = greedy::run(&mut state, &rules, &opening, manner, &Unwatched).unwrap();
        assert!(!pass.truncated);
        let words = words::spell(&pass.tokens, &weights.file.vocabulary);
        words.into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_scripted_model_says_its_text_in_every_format() {
        for kind in [TensorType::F16, TensorType::Q5_0, TensorType::Q5K, TensorType::Q6K] {
            let mut out = Cursor::new(Vec::new());
            write(&mut out, &TINY, kind, 9).unwrap();
            assert_eq!(says(out.get_ref()), text(9), "{}", kind.name());
            set_words(&mut out, 4).unwrap();
            assert_eq!(says(out.get_ref()), text(4), "{}", kind.name());
        }
    }
}
