//! Reads a whisper.cpp model file from end to end before the library sees it.
//!
//! The library takes much on trust: a wrong file type, tensor header, filter bank or token count makes it write past
//! its buffers or abort the process. After [`inspect`] nothing of that can happen: every header is in range, every
//! tensor that the shape calls for is there once with its right size, and nothing else is.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};

use super::tensors::{self, TensorType};
use super::vocabulary::Vocabulary;

pub const MAGIC: u32 = 0x6767_6d6c;
/// Filter taps per mel band: half of the library's 400-sample window, plus one.
pub const FILTER_TAPS: i32 = 201;
/// The file type's hundreds carry the version of the quantisation format.
const QUANTISATION_VERSION_FACTOR: i32 = 1000;
/// English only, multilingual, multilingual with Cantonese: token numbers are computed from these.
const VOCABULARY_SIZES: [i32; 3] = [51_864, 51_865, 51_866];
const LONGEST_TOKEN: usize = 512;

/// The numbers at the head of a model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub vocabulary: i32,
    pub audio_context: i32,
    pub audio_width: i32,
    pub audio_heads: i32,
    pub audio_layers: i32,
    pub text_context: i32,
    pub text_width: i32,
    pub text_heads: i32,
    pub text_layers: i32,
    pub mels: i32,
    pub file_type: i32,
}

/// A model file that was read to its end and found sound.
#[derive(Debug, Clone)]
pub struct ModelFile {
    pub shape: Shape,
    pub weight_type: TensorType,
    pub vocabulary: Vocabulary,
    /// Where each tensor's data begins.
    offsets: HashMap<String, u64>,
}

impl ModelFile {
    /// Where a tensor's data begins in the file.
    pub fn tensor_offset(&self, name: &str) -> Option<u64> {
        self.offsets.get(name).copied()
    }
}

/// Why a file is no model that the library can be trusted with.
#[derive(Debug, thiserror::Error)]
pub enum BadModel {
    #[error("the file does not begin as a whisper.cpp model does; convert it, or pull it with `alfavoice models pull`")]
    WrongMagic,
    #[error("the file ends early, inside {part}; pull it again")]
    EndsEarly { part: &'static str },
    #[error("`{field}` is `{value}`, which no Whisper model has")]
    OutOfRange { field: &'static str, value: i64 },
    #[error("the file type `{file_type}` is unknown to this build")]
    UnknownFileType { file_type: i32 },
    #[error("tensor `{name}` {problem}")]
    Tensor { name: String, problem: String },
    #[error("`{count}` tensors are missing, among them `{name}`; pull the file again")]
    Missing { count: usize, name: String },
    #[error("the file cannot be read: {0}")]
    Io(io::Error),
}

/// Reads a whole model file, skipping the weights themselves. Leaves the reader anywhere.
pub fn inspect(reader: impl Read + Seek) -> Result<ModelFile, BadModel> {
    let mut input = Input::new(reader).map_err(BadModel::Io)?;
    if input.u32("the magic number")? != MAGIC {
        return Err(BadModel::WrongMagic);
    }
    let shape = read_shape(&mut input)?;
    let file_type = shape.file_type % QUANTISATION_VERSION_FACTOR;
    let weight_type = TensorType::of_file_type(file_type).ok_or(BadModel::UnknownFileType { file_type })?;
    skip_filters(&mut input, &shape)?;
    let vocabulary = read_vocabulary(&mut input, &shape)?;
    let offsets = check_tensors(&mut input, &shape, weight_type)?;
    Ok(ModelFile { shape, weight_type, vocabulary, offsets })
}

fn read_shape<R: Read + Seek>(input: &mut Input<R>) -> Result<Shape, BadModel> {
    let mut number = |field, range: std::ops::RangeInclusive<i32>| {
        let value = input.i32("the header")?;
        if range.contains(&value) { Ok(value) } else { Err(BadModel::OutOfRange { field, value: i64::from(value) }) }
    };
    let shape = Shape {
        vocabulary: number("n_vocab", VOCABULARY_SIZES[0]..=VOCABULARY_SIZES[2])?,
        audio_context: number("n_audio_ctx", 64..=1500)?,
        audio_width: number("n_audio_state", 32..=4096)?,
        audio_heads: number("n_audio_head", 1..=128)?,
        audio_layers: number("n_audio_layer", 1..=64)?,
        text_context: number("n_text_ctx", 32..=2048)?,
        text_width: number("n_text_state", 32..=4096)?,
        text_heads: number("n_text_head", 1..=128)?,
        text_layers: number("n_text_layer", 1..=64)?,
        mels: number("n_mels", 16..=256)?,
        file_type: number("ftype", 0..=9999)?,
    };
    let wrong = |field, value: i32| Err(BadModel::OutOfRange { field, value: i64::from(value) });
    if shape.text_width != shape.audio_width {
        return wrong("n_text_state", shape.text_width);
    }
    if shape.audio_width % shape.audio_heads != 0 {
        return wrong("n_audio_head", shape.audio_heads);
    }
    if shape.text_width % shape.text_heads != 0 {
        return wrong("n_text_head", shape.text_heads);
    }
    Ok(shape)
}

fn skip_filters<R: Read + Seek>(input: &mut Input<R>, shape: &Shape) -> Result<(), BadModel> {
    let part = "the mel filters";
    let (bands, taps) = (input.i32(part)?, input.i32(part)?);
    if bands != shape.mels {
        return Err(BadModel::OutOfRange { field: "filters.n_mel", value: i64::from(bands) });
    }
    if taps != FILTER_TAPS {
        return Err(BadModel::OutOfRange { field: "filters.n_fft", value: i64::from(taps) });
    }
    input.skip(bands as u64 * taps as u64 * 4, part)
}

fn read_vocabulary<R: Read + Seek>(input: &mut Input<R>, shape: &Shape) -> Result<Vocabulary, BadModel> {
    let part = "the vocabulary";
    let count = input.i32(part)?;
    if !(1..=shape.vocabulary).contains(&count) {
        return Err(BadModel::OutOfRange { field: "vocabulary size", value: i64::from(count) });
    }
    let mut vocabulary = Vocabulary::default();
    let mut text = Vec::new();
    for _ in 0..count {
        let length = input.u32(part)? as usize;
        if length > LONGEST_TOKEN {
            return Err(BadModel::OutOfRange { field: "token length", value: length as i64 });
        }
        text.resize(length, 0);
        input.bytes(&mut text, part)?;
        vocabulary.push(&text);
    }
    Ok(vocabulary)
}

fn check_tensors<R: Read + Seek>(
    input: &mut Input<R>,
    shape: &Shape,
    weights: TensorType,
) -> Result<HashMap<String, u64>, BadModel> {
    let mut offsets = HashMap::new();
    let mut wanted: HashMap<String, tensors::Wanted> = tensors::wanted(shape).into_iter().collect();
    while !input.at_end() {
        let part = "a tensor";
        let (dimensions, name_length, number) = (input.i32(part)?, input.i32(part)?, input.i32(part)?);
        if !(1..=3).contains(&dimensions) {
            return Err(BadModel::OutOfRange { field: "tensor dimensions", value: i64::from(dimensions) });
        }
        if !(1..=128).contains(&name_length) {
            return Err(BadModel::OutOfRange { field: "tensor name length", value: i64::from(name_length) });
        }
        let mut extents = [1_i64; 3];
        for extent in &mut extents[..dimensions as usize] {
            *extent = i64::from(input.i32(part)?);
        }
        let mut name = vec![0; name_length as usize];
        input.bytes(&mut name, part)?;
        let name = String::from_utf8_lossy(&name).into_owned();
        let refuse = |problem: String| BadModel::Tensor { name: name.clone(), problem };
        let Some(expected) = wanted.remove(&name) else {
            return Err(refuse("does not belong here, or stands twice".to_owned()));
        };
        if extents != expected.extents {
            return Err(refuse(format!("is `{extents:?}` and should be `{:?}`", expected.extents)));
        }
        let kind = expected.kind.tensor_type(weights);
        if kind.number() != number {
            return Err(refuse(format!("is of type `{number}` and should be `{}`", kind.number())));
        }
        if extents[0] % kind.block() != 0 {
            return Err(refuse(format!("cannot be cut into blocks of `{}`", kind.block())));
        }
        offsets.insert(name, input.length - input.left);
        input.skip((extents.iter().product::<i64>() / kind.block() * kind.block_bytes()) as u64, part)?;
    }
    match wanted.keys().min() {
        Some(name) => Err(BadModel::Missing { count: wanted.len(), name: name.clone() }),
        None => Ok(offsets),
    }
}

/// A file with its length known, so that nothing is believed to lie beyond its end.
struct Input<R> {
    reader: io::BufReader<R>,
    length: u64,
    left: u64,
}

impl<R: Read + Seek> Input<R> {
    fn new(mut reader: R) -> io::Result<Self> {
        let length = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(0))?;
        Ok(Self { reader: io::BufReader::new(reader), length, left: length })
    }

    fn at_end(&self) -> bool {
        self.left == 0
    }

    fn take(&mut self, bytes: u64, part: &'static str) -> Result<(), BadModel> {
        self.left = self.left.checked_sub(bytes).ok_or(BadModel::EndsEarly { part })?;
        Ok(())
    }

    fn bytes(&mut self, into: &mut [u8], part: &'static str) -> Result<(), BadModel> {
        self.take(into.len() as u64, part)?;
        self.reader.read_exact(into).map_err(BadModel::Io)
    }

    fn skip(&mut self, bytes: u64, part: &'static str) -> Result<(), BadModel> {
        self.take(bytes, part)?;
        self.reader.seek_relative(bytes as i64).map_err(BadModel::Io)
    }

    fn u32(&mut self, part: &'static str) -> Result<u32, BadModel> {
        let mut bytes = [0; 4];
        self.bytes(&mut bytes, part)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn i32(&mut self, part: &'static str) -> Result<i32, BadModel> {
        Ok(self.u32(part)? as i32)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::builtin;
    use super::*;

    fn inspect_bytes(bytes: &[u8]) -> Result<ModelFile, BadModel> {
        inspect(Cursor::new(bytes))
    }

    /// The built-in model with some of its bytes replaced.
    fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut file = builtin::BYTES.to_vec();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    }

    /// Where the first tensor's header begins: after header, filters and vocabulary.
    fn first_tensor() -> usize {
        let file = inspect_bytes(builtin::BYTES).unwrap();
        let filters = 8 + 4 * file.shape.mels as usize * FILTER_TAPS as usize;
        let tokens: usize = (0..file.vocabulary.len()).map(|id| 4 + file.vocabulary.text(id as i32).len()).sum();
        4 + 11 * 4 + filters + 4 + tokens
    }

    #[test]
    fn the_builtin_model_is_sound() {
        let file = inspect_bytes(builtin::BYTES).unwrap();
        assert_eq!(file.shape.audio_context, 1500);
        assert!(file.vocabulary.len() >= 50_000);
    }

    #[test]
    fn what_is_no_model_is_refused_at_once() {
        assert!(matches!(inspect_bytes(b"RIFF....WAVE"), Err(BadModel::WrongMagic)));
        assert!(matches!(inspect_bytes(b""), Err(BadModel::EndsEarly { .. })));
        assert!(matches!(inspect_bytes(&builtin::BYTES[..100]), Err(BadModel::EndsEarly { .. })));
    }

    #[test]
    fn a_file_that_was_cut_is_refused_wherever_it_was_cut() {
        let tensors = first_tensor();
        for length in [5, 47, 1000, tensors - 3, tensors, tensors + 7, tensors + 5000, builtin::BYTES.len() - 1] {
            let refused = inspect_bytes(&builtin::BYTES[..length]).unwrap_err();
            assert!(matches!(refused, BadModel::EndsEarly { .. } | BadModel::Missing { .. }), "{length}: {refused}");
        }
    }

    #[test]
    fn every_number_of_the_header_is_checked() {
        for field in 0..11 {
            for wrong in [i32::MIN, -1, 1_000_000, i32::MAX] {
                let refused = inspect_bytes(&with(4 + field * 4, &wrong.to_le_bytes()));
                assert!(refused.is_err(), "field {field} = {wrong}");
            }
        }
        let heads = with(4 + 3 * 4, &3_i32.to_le_bytes());
        assert!(matches!(inspect_bytes(&heads), Err(BadModel::OutOfRange { field: "n_audio_head", value: 3 })));
        let unknown = with(4 + 10 * 4, &2004_i32.to_le_bytes());
        assert!(matches!(inspect_bytes(&unknown), Err(BadModel::UnknownFileType { file_type: 4 })));
    }

    #[test]
    fn tensors_are_checked_against_the_shape() {
        let at = first_tensor();
        let four_dimensions = with(at, &4_i32.to_le_bytes());
        assert!(matches!(inspect_bytes(&four_dimensions), Err(BadModel::OutOfRange { .. })));
        let long_name = with(at + 4, &100_000_i32.to_le_bytes());
        assert!(matches!(inspect_bytes(&long_name), Err(BadModel::OutOfRange { .. })));
        let other_type = with(at + 8, &2_i32.to_le_bytes());
        assert!(matches!(inspect_bytes(&other_type), Err(BadModel::Tensor { .. })));
        let other_extent = with(at + 12, &i32::MAX.to_le_bytes());
        assert!(matches!(inspect_bytes(&other_extent), Err(BadModel::Tensor { .. })));
        let other_name = with(at + 20, b"X");
        assert!(matches!(inspect_bytes(&other_name), Err(BadModel::Tensor { .. })));
        let mut twice = builtin::BYTES.to_vec();
        let (dimensions, name) = (2, "encoder.positional_embedding".len());
        let whole = 12 + 4 * dimensions + name + 4 * 1500 * inspect_bytes(&twice).unwrap().shape.audio_width as usize;
        twice.extend_from_within(at..at + whole);
        assert!(matches!(inspect_bytes(&twice), Err(BadModel::Tensor { .. })));
    }
}
