//! Reads a GGUF file's header: its values and where its tensors are. Nothing is believed to lie beyond the file's end,
//! and nothing is kept of long lists but their length, except of the vocabulary.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read, Seek, SeekFrom};

use super::{MAGIC, OLDEST_VERSION, TensorType, USUAL_ALIGNMENT, VERSION, kind};

/// No model has nearly as many; more are a damaged or a hostile file.
const MOST_VALUES: u64 = 65_536;
const MOST_TENSORS: u64 = 65_536;
const LONGEST_KEY: u64 = 1024;
const LONGEST_TEXT: u64 = 16 * 1024 * 1024;
/// The library's limit (`GGML_MAX_NAME`), its closing zero included.
const LONGEST_TENSOR_NAME: u64 = 63;
/// The only list that is kept.
pub const TOKENS: &str = "tokenizer.ggml.tokens";

/// Why a file is no model that the library can be trusted with.
#[derive(Debug, thiserror::Error)]
pub enum BadModel {
    #[error("the file does not begin as a GGUF model does; convert it, or pull it with `alfavoice models pull`")]
    WrongMagic,
    #[error("the file is GGUF version `{version}`; this build reads {OLDEST_VERSION} and {VERSION}")]
    Version { version: u32 },
    #[error("the file ends early, inside {part}; pull it again")]
    EndsEarly { part: &'static str },
    #[error("{what} is `{value}`, more than any model has")]
    TooMuch { what: &'static str, value: u64 },
    #[error("`{key}` {problem}")]
    Value { key: String, problem: String },
    #[error("tensor `{name}` {problem}")]
    Tensor { name: String, problem: String },
    #[error("the file cannot be read: {0}")]
    Io(io::Error),
}

/// A value of the header.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    /// A list whose entries were not kept.
    List {
        kind: u32,
        length: u64,
    },
    Texts(Vec<Vec<u8>>),
}

/// Where a tensor is, and its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    pub name: String,
    /// The row's length first.
    pub extents: Vec<u64>,
    pub kind: TensorType,
    pub bytes: u64,
}

#[derive(Debug, Clone)]
pub struct Header {
    pub values: HashMap<String, Value>,
    pub tensors: Vec<Tensor>,
}

impl Value {
    /// A whole number of any kind that is not negative.
    pub fn as_count(&self) -> Option<u64> {
        match self {
            Self::Unsigned(value) => Some(*value),
            Self::Signed(value) => u64::try_from(*value).ok(),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// Reads a whole header and checks that every tensor lies inside the file, one behind the other as the library wants.
pub fn header(reader: impl Read + Seek) -> Result<Header, BadModel> {
    let mut input = Input::new(reader).map_err(BadModel::Io)?;
    if input.u32("the magic number")? != MAGIC {
        return Err(BadModel::WrongMagic);
    }
    let version = input.u32("the version")?;
    if !(OLDEST_VERSION..=VERSION).contains(&version) {
        return Err(BadModel::Version { version });
    }
    let tensors = input.count("the number of tensors", MOST_TENSORS)?;
    let values = input.count("the number of values", MOST_VALUES)?;
    let values = read_values(&mut input, values)?;
    let alignment = alignment(&values)?;
    let tensors = read_tensors(&mut input, tensors, alignment)?;
    let weights: u64 = tensors.iter().map(|tensor| tensor.bytes.next_multiple_of(alignment)).sum();
    let padding = input.position.next_multiple_of(alignment) - input.position;
    // The padding behind the last tensor may be missing.
    let slack = tensors.last().map_or(0, |last| last.bytes.next_multiple_of(alignment) - last.bytes);
    if padding + weights - slack > input.left {
        return Err(BadModel::EndsEarly { part: "the weights" });
    }
    Ok(Header { values, tensors })
}

fn alignment(values: &HashMap<String, Value>) -> Result<u64, BadModel> {
    const KEY: &str = "general.alignment";
    match values.get(KEY) {
        None => Ok(USUAL_ALIGNMENT),
        Some(Value::Unsigned(value)) if value.is_power_of_two() && *value <= 1 << 20 => Ok(*value),
        Some(other) => {
            Err(BadModel::Value { key: KEY.to_owned(), problem: format!("is `{other:?}`, which is no alignment") })
        }
    }
}

fn read_values<R: Read + Seek>(input: &mut Input<R>, count: u64) -> Result<HashMap<String, Value>, BadModel> {
    let mut values = HashMap::new();
    for _ in 0..count {
        let key = input.text("a key", LONGEST_KEY)?;
        let number = input.u32("a value's kind")?;
        let value = read_value(input, &key, number)?;
        if key.is_empty() || values.contains_key(&key) {
            return Err(BadModel::Value { key, problem: "is empty, or stands twice".to_owned() });
        }
        values.insert(key, value);
    }
    Ok(values)
}

fn read_value<R: Read + Seek>(input: &mut Input<R>, key: &str, number: u32) -> Result<Value, BadModel> {
    let part = "a value";
    Ok(match number {
        kind::U8 => Value::Unsigned(u64::from(input.array::<1>(part)?[0])),
        kind::I8 => Value::Signed(i64::from(i8::from_le_bytes(input.array(part)?))),
        kind::U16 => Value::Unsigned(u64::from(u16::from_le_bytes(input.array(part)?))),
        kind::I16 => Value::Signed(i64::from(i16::from_le_bytes(input.array(part)?))),
        kind::U32 => Value::Unsigned(u64::from(input.u32(part)?)),
        kind::I32 => Value::Signed(i64::from(i32::from_le_bytes(input.array(part)?))),
        kind::F32 => Value::Float(f64::from(f32::from_le_bytes(input.array(part)?))),
        kind::BOOL => Value::Bool(input.array::<1>(part)?[0] != 0),
        kind::STRING => Value::Text(input.text(part, LONGEST_TEXT)?),
        kind::U64 => Value::Unsigned(input.u64(part)?),
        kind::I64 => Value::Signed(i64::from_le_bytes(input.array(part)?)),
        kind::F64 => Value::Float(f64::from_le_bytes(input.array(part)?)),
        kind::ARRAY => read_list(input, key)?,
        other => {
            return Err(BadModel::Value {
                key: key.to_owned(),
                problem: format!("is of kind `{other}`, which is none"),
            });
        }
    })
}

fn read_list<R: Read + Seek>(input: &mut Input<R>, key: &str) -> Result<Value, BadModel> {
    let part = "a list";
    let (kind, length) = (input.u32(part)?, input.u64(part)?);
    if let Some(bytes) = kind::bytes(kind) {
        let whole = length.checked_mul(bytes).ok_or(BadModel::TooMuch { what: "a list's length", value: length })?;
        input.skip(whole, part)?;
        return Ok(Value::List { kind, length });
    }
    if kind != kind::STRING {
        let problem = format!("is a list of kind `{kind}`, which is none");
        return Err(BadModel::Value { key: key.to_owned(), problem });
    }
    // Every text has at least its length in the file.
    if length > input.left / 8 {
        return Err(BadModel::EndsEarly { part });
    }
    let mut texts = Vec::new();
    for _ in 0..length {
        let bytes = input.length(part, LONGEST_TEXT)?;
        if key == TOKENS {
            texts.push(input.bytes(bytes, part)?);
        } else {
            input.skip(bytes, part)?;
        }
    }
    Ok(if key == TOKENS { Value::Texts(texts) } else { Value::List { kind, length } })
}

fn read_tensors<R: Read + Seek>(input: &mut Input<R>, count: u64, alignment: u64) -> Result<Vec<Tensor>, BadModel> {
    let part = "the list of tensors";
    let mut tensors: Vec<Tensor> = Vec::new();
    let mut names = HashSet::new();
    let mut expected_at = 0_u64;
    for _ in 0..count {
        let name = input.text(part, LONGEST_TENSOR_NAME)?;
        let refuse = |problem: String| BadModel::Tensor { name: name.clone(), problem };
        let dimensions = input.u32(part)?;
        if !(1..=4).contains(&dimensions) {
            return Err(refuse(format!("has `{dimensions}` dimensions")));
        }
        let extents = (0..dimensions).map(|_| input.u64(part)).collect::<Result<Vec<_>, _>>()?;
        let (number, at) = (input.u32(part)?, input.u64(part)?);
        let Some(kind) = TensorType::of_number(number) else {
            return Err(refuse(format!("is of type `{number}`, which this build does not know")));
        };
        let Some(bytes) = kind.bytes(&extents).filter(|bytes| *bytes > 0) else {
            return Err(refuse(format!("is of `{extents:?}`, which no tensor of its type can be")));
        };
        if bytes > input.size {
            return Err(BadModel::EndsEarly { part: "the weights" });
        }
        if at != expected_at {
            return Err(refuse(format!("is at `{at}` and should be at `{expected_at}`")));
        }
        if !names.insert(name.clone()) {
            return Err(refuse("stands twice".to_owned()));
        }
        expected_at += bytes.next_multiple_of(alignment);
        tensors.push(Tensor { name, extents, kind, bytes });
    }
    Ok(tensors)
}

/// A file with its length known.
struct Input<R> {
    reader: io::BufReader<R>,
    size: u64,
    position: u64,
    left: u64,
}

impl<R: Read + Seek> Input<R> {
    fn new(mut reader: R) -> io::Result<Self> {
        let size = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(0))?;
        Ok(Self { reader: io::BufReader::new(reader), size, position: 0, left: size })
    }

    fn take(&mut self, bytes: u64, part: &'static str) -> Result<(), BadModel> {
        self.left = self.left.checked_sub(bytes).ok_or(BadModel::EndsEarly { part })?;
        self.position += bytes;
        Ok(())
    }

    fn array<const N: usize>(&mut self, part: &'static str) -> Result<[u8; N], BadModel> {
        let mut bytes = [0; N];
        self.take(N as u64, part)?;
        self.reader.read_exact(&mut bytes).map_err(BadModel::Io)?;
        Ok(bytes)
    }

    fn bytes(&mut self, count: u64, part: &'static str) -> Result<Vec<u8>, BadModel> {
        self.take(count, part)?;
        let mut bytes = vec![0; count as usize];
        self.reader.read_exact(&mut bytes).map_err(BadModel::Io)?;
        Ok(bytes)
    }

    fn skip(&mut self, count: u64, part: &'static str) -> Result<(), BadModel> {
        self.take(count, part)?;
        let count = i64::try_from(count).map_err(|_| BadModel::EndsEarly { part })?;
        self.reader.seek_relative(count).map_err(BadModel::Io)
    }

    fn u32(&mut self, part: &'static str) -> Result<u32, BadModel> {
        Ok(u32::from_le_bytes(self.array(part)?))
    }

    fn u64(&mut self, part: &'static str) -> Result<u64, BadModel> {
        Ok(u64::from_le_bytes(self.array(part)?))
    }

    fn count(&mut self, what: &'static str, most: u64) -> Result<u64, BadModel> {
        let value = self.u64(what)?;
        if value > most { Err(BadModel::TooMuch { what, value }) } else { Ok(value) }
    }

    fn length(&mut self, part: &'static str, most: u64) -> Result<u64, BadModel> {
        let value = self.u64(part)?;
        // A text that the file cannot hold is a file that ends early, whatever its length would be.
        if value > self.left {
            Err(BadModel::EndsEarly { part })
        } else if value > most {
            Err(BadModel::TooMuch { what: "the length of a text", value })
        } else {
            Ok(value)
        }
    }

    fn text(&mut self, part: &'static str, most: u64) -> Result<String, BadModel> {
        let length = self.length(part, most)?;
        Ok(String::from_utf8_lossy(&self.bytes(length, part)?).into_owned())
    }
}
