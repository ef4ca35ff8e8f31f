//! Writes whisper.cpp model files.

use std::io::{self, Write};

use crate::model::Shape;
use crate::model::file::{FILTER_TAPS, MAGIC};
use crate::model::tensors::TensorType;

/// The version of ggml's quantised formats that whisper.cpp writes into its file types.
const QUANTISATION_VERSION: i32 = 2;

/// The number that stands for a weight format in the header.
pub fn file_type(weights: TensorType) -> i32 {
    match weights {
        TensorType::F32 | TensorType::F16 => weights.file_type(),
        quantised => QUANTISATION_VERSION * 1000 + quantised.file_type(),
    }
}

/// Header, filter bank (`mels` x 201, row by row) and vocabulary.
pub fn write_head(out: &mut impl Write, shape: &Shape, filters: &[f32], tokens: &[Vec<u8>]) -> io::Result<()> {
    out.write_all(&MAGIC.to_le_bytes())?;
    let numbers = [
        shape.vocabulary,
        shape.audio_context,
        shape.audio_width,
        shape.audio_heads,
        shape.audio_layers,
        shape.text_context,
        shape.text_width,
        shape.text_heads,
        shape.text_layers,
        shape.mels,
        shape.file_type,
        shape.mels,
        FILTER_TAPS,
    ];
    write_numbers(out, &numbers)?;
    write_floats(out, filters)?;
    write_numbers(out, &[tokens.len() as i32])?;
    for token in tokens {
        write_numbers(out, &[token.len() as i32])?;
        out.write_all(token)?;
    }
    Ok(())
}

/// One tensor: its header and its bytes, which must be in `kind` already. Extents of 1 at the end are left out where
/// they do not count.
pub fn write_tensor(
    out: &mut impl Write,
    name: &str,
    extents: &[i64],
    kind: TensorType,
    data: &[u8],
) -> io::Result<()> {
    write_numbers(out, &[extents.len() as i32, name.len() as i32, kind.number()])?;
    for extent in extents {
        write_numbers(out, &[*extent as i32])?;
    }
    out.write_all(name.as_bytes())?;
    out.write_all(data)
}

fn write_numbers(out: &mut impl Write, numbers: &[i32]) -> io::Result<()> {
    numbers.iter().try_for_each(|number| out.write_all(&number.to_le_bytes()))
}

fn write_floats(out: &mut impl Write, floats: &[f32]) -> io::Result<()> {
    floats.iter().try_for_each(|float| out.write_all(&float.to_le_bytes()))
}
