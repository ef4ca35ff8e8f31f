//! Blocks of random quantised weights with a wanted spread, written as bytes: nothing is ever quantised.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::gguf::TensorType;

/// A stream of random blocks.
pub(super) struct Random {
    generator: SmallRng,
    block: Vec<u8>,
}

/// Bytes of one block of Q5_K and Q6_K, and of Q8_0.
const Q5_K: usize = 176;
const Q6_K: usize = 210;
const Q8_0: usize = 34;
/// The scale that every group of a Q6_K block gets, of 127.
const GROUP_SCALE: u8 = 48;
/// Spread of a uniform whole number of 0..64 and of -128..128, in ones.
const SPREAD_6_BITS: f32 = 18.5;
const SPREAD_8_BITS: f32 = 73.9;
/// Mean of a five-bit weight, which is taken off so that weights lie around zero: a mean of its own would grow from
/// layer to layer. And the spread of what is left, with random six-bit scales of both.
const MEAN_5_BITS: f32 = 15.5;
const SPREAD_Q5_K: f32 = 521.0;

impl Random {
    pub fn new(seed: u64) -> Self {
        Self { generator: SmallRng::seed_from_u64(seed), block: Vec::new() }
    }

    /// The next block, its weights around zero with this standard deviation.
    pub fn block(&mut self, kind: TensorType, deviation: f32) -> &[u8] {
        let length = match kind {
            TensorType::Q5_K => Q5_K,
            TensorType::Q6_K => Q6_K,
            TensorType::Q8_0 => Q8_0,
            other => unreachable!("no shape has weights of type {}", other.number()),
        };
        self.block.resize(length, 0);
        self.generator.fill_bytes(&mut self.block);
        match kind {
            TensorType::Q5_K => {
                // The block's scale and what it takes off; the scales of its groups are random bits like the weights.
                let scale = deviation / SPREAD_Q5_K;
                put_half(&mut self.block, 0, scale);
                put_half(&mut self.block, 2, scale * MEAN_5_BITS);
            }
            TensorType::Q6_K => {
                self.block[192..208].fill(GROUP_SCALE);
                put_half(&mut self.block, 208, deviation / (f32::from(GROUP_SCALE) * SPREAD_6_BITS));
            }
            _ => put_half(&mut self.block, 0, deviation / SPREAD_8_BITS),
        }
        &self.block
    }
}

fn put_half(block: &mut [u8], at: usize, value: f32) {
    block[at..at + 2].copy_from_slice(&half(value).to_le_bytes());
}

/// The bits of a number of 16 bits, for positive numbers below 65504; tiny ones lose precision.
pub(super) fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let exponent = ((bits >> 23) & 0xff) as i32 - 127 + 15;
    if exponent >= 1 {
        // Rounded up to the next number where the part that is cut off is half of its last bit or more.
        let cut = (bits & 0x007f_ffff) + 0x1000;
        return (((exponent as u32) << 10) + (cut >> 13)) as u16;
    }
    // Below the smallest normal number: so many of the smallest there is.
    (value * 16_777_216.0).round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_those_of_the_standard() {
        for (value, bits) in [(1.0, 0x3c00), (0.5, 0x3800), (0.1, 0x2e66), (65_504.0, 0x7bff), (6e-8, 1), (0.0, 0)] {
            assert_eq!(half(value), bits, "{value}");
        }
        assert_eq!(half(6.104e-5), 0x0400, "the smallest normal number");
    }

    #[test]
    fn blocks_have_the_length_of_their_type() {
        let mut random = Random::new(1);
        for kind in [TensorType::Q5_K, TensorType::Q6_K, TensorType::Q8_0] {
            assert_eq!(random.block(kind, 0.02).len() as u64, kind.block_bytes());
        }
    }
}
