//! Sounds to decode.

/// Speech-like sound of some length: what is in it does not matter to a scripted decoder, and the encoder takes as
/// long for anything.
pub fn babble(seconds: u32) -> Vec<i16> {
    let mut seed = 7_u32;
    (0..seconds * 16_000)
        .map(|at| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let syllable = (at as f32 * 0.0012).sin().abs();
            let voice = (at as f32 * 0.06).sin() + 0.5 * (at as f32 * 0.31).sin();
            ((voice * 4_000.0 + (seed >> 20) as f32 * 0.2) * syllable) as i16
        })
        .collect()
}

pub fn floats(sound: &[i16]) -> Vec<f32> {
    sound.iter().map(|sample| f32::from(*sample) / 32_768.0).collect()
}

pub fn bytes(sound: &[i16]) -> Vec<u8> {
    sound.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}
