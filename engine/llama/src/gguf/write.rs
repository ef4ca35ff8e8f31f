//! Writes GGUF files, for speed tests and for tests of [`super::read`].

use std::io::{self, Write};

use super::{MAGIC, TensorType, USUAL_ALIGNMENT, VERSION, kind};

/// A file's header in the making. The weights follow it, each tensor's with [`pad`] behind it, in the order of
/// [`Head::tensor`].
#[derive(Debug, Clone, Default)]
pub struct Head {
    values: Vec<u8>,
    value_count: u64,
    tensors: Vec<u8>,
    tensor_count: u64,
    weights: u64,
}

impl Head {
    pub fn text(&mut self, key: &str, value: &str) {
        self.key(key, kind::STRING);
        put_text(&mut self.values, value.as_bytes());
    }

    pub fn number(&mut self, key: &str, value: u32) {
        self.key(key, kind::U32);
        self.values.extend(value.to_le_bytes());
    }

    pub fn float(&mut self, key: &str, value: f32) {
        self.key(key, kind::F32);
        self.values.extend(value.to_le_bytes());
    }

    pub fn flag(&mut self, key: &str, value: bool) {
        self.key(key, kind::BOOL);
        self.values.push(u8::from(value));
    }

    pub fn texts(&mut self, key: &str, values: &[String]) {
        self.list(key, kind::STRING, values.len());
        for value in values {
            put_text(&mut self.values, value.as_bytes());
        }
    }

    pub fn floats(&mut self, key: &str, values: &[f32]) {
        self.list(key, kind::F32, values.len());
        for value in values {
            self.values.extend(value.to_le_bytes());
        }
    }

    pub fn integers(&mut self, key: &str, values: &[i32]) {
        self.list(key, kind::I32, values.len());
        for value in values {
            self.values.extend(value.to_le_bytes());
        }
    }

    /// Announces a tensor, the row's length first; answers the bytes it takes. Its rows must be whole blocks.
    pub fn tensor(&mut self, name: &str, extents: &[u64], kind: TensorType) -> u64 {
        let bytes = kind.bytes(extents).expect("whole blocks, as the caller promises");
        put_text(&mut self.tensors, name.as_bytes());
        self.tensors.extend((extents.len() as u32).to_le_bytes());
        for extent in extents {
            self.tensors.extend(extent.to_le_bytes());
        }
        self.tensors.extend(kind.number().to_le_bytes());
        self.tensors.extend(self.weights.to_le_bytes());
        self.tensor_count += 1;
        self.weights += bytes.next_multiple_of(USUAL_ALIGNMENT);
        bytes
    }

    /// Writes the header; the first tensor's weights follow right behind it.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&MAGIC.to_le_bytes())?;
        out.write_all(&VERSION.to_le_bytes())?;
        out.write_all(&self.tensor_count.to_le_bytes())?;
        out.write_all(&self.value_count.to_le_bytes())?;
        out.write_all(&self.values)?;
        out.write_all(&self.tensors)?;
        pad(out, 24 + self.values.len() as u64 + self.tensors.len() as u64)
    }

    fn key(&mut self, key: &str, kind: u32) {
        put_text(&mut self.values, key.as_bytes());
        self.values.extend(kind.to_le_bytes());
        self.value_count += 1;
    }

    fn list(&mut self, key: &str, kind: u32, length: usize) {
        self.key(key, kind::ARRAY);
        self.values.extend(kind.to_le_bytes());
        self.values.extend((length as u64).to_le_bytes());
    }
}

/// Fills up to the alignment behind so many bytes.
pub fn pad(out: &mut impl Write, written: u64) -> io::Result<()> {
    let missing = written.next_multiple_of(USUAL_ALIGNMENT) - written;
    out.write_all(&vec![0; missing as usize])
}

fn put_text(out: &mut Vec<u8>, text: &[u8]) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text);
}
