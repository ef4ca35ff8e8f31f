//! Rewrites a model file in another number format.
//!
//! The published files are in old formats (`q5_0`, `q5_1`), for which ggml has no tiled kernels. From a 16- or 8-bit
//! file `q5_k` and `q6_k` can be made, which encode up to three times faster at the same or better precision.

use std::io::{self, Read, Seek, SeekFrom, Write};

use whisper_rs::whisper_rs_sys as sys;

use super::writer::{file_type, write_tensor};
use crate::model::file::{self, BadModel};
use crate::model::tensors::{Kind, TensorType, wanted};

/// Why a file could not be rewritten.
#[derive(Debug, thiserror::Error)]
pub enum QuantiseError {
    #[error(transparent)]
    Bad(#[from] BadModel),
    #[error("`{from}` weights have lost too much to be rewritten; start from an f32, f16 or q8_0 file", from = .0.name())]
    Lossy(TensorType),
    #[error("`{kind}` needs rows of a multiple of `{block}` values, tensor `{name}` has `{row}`", kind = .kind.name(), block = .kind.block())]
    Rows { name: String, kind: TensorType, row: i64 },
    #[error("a model file cannot be read or written: {0}")]
    Io(#[from] io::Error),
}

/// Copies a model with its weight matrices in another format.
pub fn rewrite(mut from: impl Read + Seek, to: &mut impl Write, kind: TensorType) -> Result<(), QuantiseError> {
    let model = file::inspect(&mut from)?;
    let source = model.weight_type;
    if !matches!(source, TensorType::F32 | TensorType::F16 | TensorType::Q8_0) {
        return Err(QuantiseError::Lossy(source));
    }
    from.seek(SeekFrom::Start(0))?;
    let mut from = io::BufReader::with_capacity(1 << 20, from);
    // Magic and ten numbers as they are, then the file type, then filters and vocabulary as they are.
    copy(&mut from, to, 4 + 10 * 4)?;
    read_i32(&mut from)?;
    to.write_all(&file_type(kind).to_le_bytes())?;
    copy_filters_and_vocabulary(&mut from, to)?;
    let wanted: std::collections::HashMap<_, _> = wanted(&model.shape).into_iter().collect();
    for _ in 0..wanted.len() {
        let (dimensions, name_length, number) = (read_i32(&mut from)?, read_i32(&mut from)?, read_i32(&mut from)?);
        let extents = (0..dimensions).map(|_| read_i32(&mut from).map(i64::from)).collect::<io::Result<Vec<_>>>()?;
        let mut name = vec![0; name_length as usize];
        from.read_exact(&mut name)?;
        let name = String::from_utf8_lossy(&name).into_owned();
        let stored = TensorType::all().find(|kind| kind.number() == number).unwrap_or(source);
        let values: i64 = extents.iter().product();
        let mut data = vec![0; (values / stored.block() * stored.block_bytes()) as usize];
        from.read_exact(&mut data)?;
        if wanted.get(&name).is_some_and(|tensor| tensor.kind == Kind::Weight) {
            if extents[0] % kind.block() != 0 {
                return Err(QuantiseError::Rows { name, kind, row: extents[0] });
            }
            let floats = to_floats(&data, stored);
            write_tensor(to, &name, &extents, kind, &from_floats(&floats, kind, extents[0]))?;
        } else {
            write_tensor(to, &name, &extents, stored, &data)?;
        }
    }
    Ok(())
}

fn copy_filters_and_vocabulary(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let (bands, taps) = (copy_i32(from, to)?, copy_i32(from, to)?);
    copy(from, to, bands as u64 * taps as u64 * 4)?;
    for _ in 0..copy_i32(from, to)? {
        let length = copy_i32(from, to)?;
        copy(from, to, length as u64)?;
    }
    Ok(())
}

fn copy(from: &mut impl Read, to: &mut impl Write, bytes: u64) -> io::Result<()> {
    io::copy(&mut from.take(bytes), to).map(drop)
}

fn read_i32(from: &mut impl Read) -> io::Result<i32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(i32::from_le_bytes(bytes))
}

fn copy_i32(from: &mut impl Read, to: &mut impl Write) -> io::Result<i32> {
    let number = read_i32(from)?;
    to.write_all(&number.to_le_bytes())?;
    Ok(number)
}

fn to_floats(data: &[u8], kind: TensorType) -> Vec<f32> {
    match kind {
        TensorType::F32 => {
            data.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
        }
        TensorType::F16 => {
            data.chunks_exact(2).map(|two| half_to_float(u16::from_le_bytes([two[0], two[1]]))).collect()
        }
        // A scale and 32 signed bytes.
        _ => data
            .chunks_exact(34)
            .flat_map(|block| {
                let scale = half_to_float(u16::from_le_bytes([block[0], block[1]]));
                block[2..].iter().map(move |byte| f32::from(byte.cast_signed()) * scale)
            })
            .collect(),
    }
}

/// Rows of floats in another format.
pub fn from_floats(floats: &[f32], kind: TensorType, row: i64) -> Vec<u8> {
    match kind {
        TensorType::F32 => floats.iter().flat_map(|float| float.to_le_bytes()).collect(),
        TensorType::F16 => floats.iter().flat_map(|float| float_to_half(*float).to_le_bytes()).collect(),
        kind => quantise(floats, kind, row),
    }
}

#[expect(unsafe_code, reason = "whisper-rs does not wrap ggml's quantisers")]
fn quantise(floats: &[f32], kind: TensorType, row: i64) -> Vec<u8> {
    let rows = floats.len() as i64 / row;
    let mut data = vec![0_u8; (floats.len() as i64 / kind.block() * kind.block_bytes()) as usize];
    // SAFETY: as many floats are read as there are in the rows, and as many bytes are written as the blocks of the
    // rows take; the rows consist of whole blocks.
    let written = unsafe {
        assert!(row % kind.block() == 0, "rows of whole blocks");
        sys::ggml_quantize_chunk(
            kind.number() as sys::ggml_type,
            floats.as_ptr(),
            data.as_mut_ptr().cast(),
            0,
            rows,
            row,
            std::ptr::null(),
        )
    };
    assert_eq!(written, data.len(), "ggml's blocks are as large as our table says");
    data
}

pub fn half_to_float(half: u16) -> f32 {
    let sign = u32::from(half >> 15) << 31;
    let exponent = u32::from(half >> 10 & 0x1f);
    let fraction = u32::from(half & 0x3ff);
    match exponent {
        0 => f32::from_bits(sign | 0x3f80_0000) * fraction as f32 * 2_f32.powi(-24),
        0x1f => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// Rounds to the nearest, ties to even; what is too large becomes infinite.
pub fn float_to_half(float: f32) -> u16 {
    let bits = float.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let magnitude = f32::from_bits(bits & 0x7fff_ffff);
    if magnitude.is_nan() {
        return sign | 0x7e00;
    }
    if magnitude >= 65_520.0 {
        return sign | 0x7c00;
    }
    if magnitude < 2_f32.powi(-14) {
        return sign | (magnitude * 2_f32.powi(24)).round_ties_even() as u16;
    }
    let bits = magnitude.to_bits();
    let rounded = bits + 0xfff + (bits >> 13 & 1);
    sign | ((rounded >> 13) - (112 << 10)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_and_floats_agree() {
        for half in (0..0x7c00_u16).chain(0x8000..0xfc00) {
            assert_eq!(float_to_half(half_to_float(half)), half, "{half:#x}");
        }
        for (float, half) in
            [(1.0, 0x3c00), (-2.0, 0xc000), (65_504.0, 0x7bff), (1e9, 0x7c00), (5.96e-8, 1), (0.1, 0x2e66)]
        {
            assert_eq!(float_to_half(float), half, "{float}");
        }
    }

    #[test]
    #[expect(unsafe_code, reason = "asks the library")]
    fn the_table_of_formats_is_the_librarys() {
        for kind in TensorType::all() {
            // SAFETY: plain values.
            let (bytes, row) = unsafe {
                let number = kind.number() as sys::ggml_type;
                (sys::ggml_type_size(number), sys::ggml_row_size(number, kind.block()))
            };
            assert_eq!((bytes as i64, row as i64), (kind.block_bytes(), kind.block_bytes()), "{}", kind.name());
        }
    }

    #[test]
    fn six_bits_lose_little() {
        let floats: Vec<f32> = (0..512).map(|at| (at as f32 * 0.37).sin()).collect();
        let error = |kind: TensorType| {
            let stored = from_floats(&floats, kind, 256);
            assert_eq!(stored.len() as i64, 512 / kind.block() * kind.block_bytes());
            let back = to_floats(&stored, kind);
            floats.iter().zip(back).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max)
        };
        assert!(error(TensorType::F16) < 1e-3);
        assert!(error(TensorType::Q8_0) < 5e-3);
        assert_eq!(from_floats(&floats, TensorType::Q6K, 256).len(), 2 * 210);
    }
}
