//! How weights are stored. The library itself says what a type's blocks are like.

use llama_cpp_sys_2 as sys;

/// A type of weights that the library inside knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TensorType(u32);

impl TensorType {
    pub const F32: Self = Self(sys::GGML_TYPE_F32);
    pub const F16: Self = Self(sys::GGML_TYPE_F16);
    pub const Q8_0: Self = Self(sys::GGML_TYPE_Q8_0);
    pub const Q4_K: Self = Self(sys::GGML_TYPE_Q4_K);
    pub const Q5_K: Self = Self(sys::GGML_TYPE_Q5_K);
    pub const Q6_K: Self = Self(sys::GGML_TYPE_Q6_K);

    /// The type with this number in a file; none where the library has none, or none any more.
    pub fn of_number(number: u32) -> Option<Self> {
        (number < sys::GGML_TYPE_COUNT).then_some(Self(number)).filter(|known| known.block() > 0)
    }

    pub fn number(self) -> u32 {
        self.0
    }

    /// Weights per block; rows are whole blocks.
    #[expect(unsafe_code, reason = "the table of types is the library's")]
    pub fn block(self) -> u64 {
        // SAFETY: looks the number up in a table that is as long as every `TensorType` allows.
        let block = unsafe { sys::ggml_blck_size(self.0 as sys::ggml_type) };
        u64::try_from(block).unwrap_or(0)
    }

    /// Bytes per block.
    #[expect(unsafe_code, reason = "the table of types is the library's")]
    pub fn block_bytes(self) -> u64 {
        // SAFETY: as in `block`.
        unsafe { sys::ggml_type_size(self.0 as sys::ggml_type) as u64 }
    }

    /// Bytes of a tensor; none where its rows are no whole blocks or nothing that long exists.
    pub fn bytes(self, extents: &[u64]) -> Option<u64> {
        let row = *extents.first()?;
        if row % self.block() != 0 {
            return None;
        }
        let row_bytes = (row / self.block()).checked_mul(self.block_bytes())?;
        extents[1..].iter().try_fold(row_bytes, |bytes, extent| bytes.checked_mul(*extent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_as_the_format_says() {
        assert_eq!((TensorType::F32.block(), TensorType::F32.block_bytes()), (1, 4));
        assert_eq!((TensorType::Q8_0.block(), TensorType::Q8_0.block_bytes()), (32, 34));
        assert_eq!((TensorType::Q5_K.block(), TensorType::Q5_K.block_bytes()), (256, 176));
        assert_eq!(TensorType::Q6_K.bytes(&[512, 3]), Some(6 * 210));
        assert_eq!(TensorType::Q6_K.bytes(&[100]), None);
        assert_eq!(TensorType::F32.bytes(&[u64::MAX, 2]), None);
    }

    #[test]
    fn numbers_without_a_type_are_refused() {
        assert_eq!(TensorType::of_number(4), None, "taken out of the format");
        assert_eq!(TensorType::of_number(9999), None);
        assert_eq!(TensorType::of_number(14), Some(TensorType::Q6_K));
    }
}
