//! Model files (GGUF): read and checked before the library sees them, and written for speed tests.

pub mod check;
pub mod read;
pub mod tensor_type;
pub mod write;

pub use check::{ModelFile, inspect};
pub use read::{BadModel, Value};
pub use tensor_type::TensorType;

/// "GGUF", little endian.
pub const MAGIC: u32 = 0x4655_4747;
/// What [`write`] writes; [`read`] takes the one before it too, which differs in nothing that is read here.
pub const VERSION: u32 = 3;
pub const OLDEST_VERSION: u32 = 2;
/// Where the file does not say otherwise.
pub const USUAL_ALIGNMENT: u64 = 32;

/// Numbers of the kinds of values, as in the file.
mod kind {
    pub const U8: u32 = 0;
    pub const I8: u32 = 1;
    pub const U16: u32 = 2;
    pub const I16: u32 = 3;
    pub const U32: u32 = 4;
    pub const I32: u32 = 5;
    pub const F32: u32 = 6;
    pub const BOOL: u32 = 7;
    pub const STRING: u32 = 8;
    pub const ARRAY: u32 = 9;
    pub const U64: u32 = 10;
    pub const I64: u32 = 11;
    pub const F64: u32 = 12;

    /// Bytes of one value of a kind that has a fixed size.
    pub fn bytes(kind: u32) -> Option<u64> {
        match kind {
            U8 | I8 | BOOL => Some(1),
            U16 | I16 => Some(2),
            U32 | I32 | F32 => Some(4),
            U64 | I64 | F64 => Some(8),
            _ => None,
        }
    }
}
