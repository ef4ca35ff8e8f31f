//! Bytes to mono float samples, whatever the encoding. Values that are no numbers become silence and are counted.

use super::{AudioFormat, Encoding};

/// Appends the mono mix (mean of the channels, within -1..=1) of whole frames to `out`; gives how many samples were
/// not numbers.
pub(super) fn decode(format: AudioFormat, bytes: &[u8], out: &mut Vec<f32>) -> u64 {
    let channels = usize::from(format.channels());
    out.reserve(bytes.len() / format.frame_bytes());
    match format.encoding() {
        Encoding::PcmS16Le => {
            mix(bytes.as_chunks().0, channels, out, |pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0);
            0
        }
        Encoding::MuLaw => {
            mix(bytes, channels, out, |code| f32::from(MU_LAW[usize::from(*code)]) / 32_768.0);
            0
        }
        Encoding::ALaw => {
            mix(bytes, channels, out, |code| f32::from(A_LAW[usize::from(*code)]) / 32_768.0);
            0
        }
        Encoding::PcmF32Le => {
            let mut sanitised = 0;
            mix(bytes.as_chunks().0, channels, out, |four| {
                let value = f32::from_le_bytes(*four);
                if value.is_finite() {
                    value.clamp(-1.0, 1.0)
                } else {
                    sanitised += 1;
                    0.0
                }
            });
            sanitised
        }
    }
}

fn mix<Coded>(coded: &[Coded], channels: usize, out: &mut Vec<f32>, mut value: impl FnMut(&Coded) -> f32) {
    if channels == 1 {
        out.extend(coded.iter().map(value));
        return;
    }
    let share = 1.0 / channels as f32;
    out.extend(coded.chunks_exact(channels).map(|frame| frame.iter().map(&mut value).sum::<f32>() * share));
}

/// G.711 mu-law codes as 16-bit samples.
const MU_LAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = !(code as u8);
        let magnitude = ((((bits & 0x0f) as i16) << 3) + 0x84) << ((bits >> 4) & 7);
        table[code] = if bits & 0x80 == 0 { magnitude - 0x84 } else { 0x84 - magnitude };
        code += 1;
    }
    table
};

/// G.711 A-law codes as 16-bit samples.
const A_LAW: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = (code as u8) ^ 0x55;
        let mantissa = ((bits & 0x0f) as i16) << 4;
        let exponent = (bits >> 4) & 7;
        let magnitude = if exponent == 0 { mantissa + 8 } else { (mantissa + 0x108) << (exponent - 1) };
        table[code] = if bits & 0x80 == 0 { -magnitude } else { magnitude };
        code += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn mono(encoding: Encoding, bytes: &[u8]) -> Vec<f32> {
        let mut out = Vec::new();
        decode(AudioFormat::new(encoding, 16_000, 1).unwrap(), bytes, &mut out);
        out
    }

    #[test]
    fn companded_codes_give_the_values_of_g711() {
        // Reference points of the standard's tables: quietest, loudest and one in between, both signs.
        for (code, value) in [(0xff, 0), (0x7f, 0), (0x80, 32_124), (0x00, -32_124), (0xef, 132), (0x6f, -132)] {
            assert_eq!(MU_LAW[code], value, "mu-law {code:#x}");
        }
        for (code, value) in [(0xd5, 8), (0x55, -8), (0xaa, 32_256), (0x2a, -32_256), (0xc5, 264), (0x45, -264)] {
            assert_eq!(A_LAW[code], value, "A-law {code:#x}");
        }
    }

    #[test]
    fn each_law_is_odd_and_grows_with_its_code() {
        for code in 0..128 {
            assert_eq!(MU_LAW[code], -MU_LAW[code + 128]);
            assert_eq!(A_LAW[code], -A_LAW[code + 128]);
        }
        assert!(MU_LAW[128..].windows(2).all(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn sixteen_bit_samples_are_exact() {
        assert_eq!(mono(Encoding::PcmS16Le, &[0, 0x80, 0xff, 0x7f, 0, 0x40]), [-1.0, 32_767.0 / 32_768.0, 0.5]);
    }

    #[test]
    fn what_is_no_number_becomes_silence_and_too_loud_becomes_full_scale() {
        let bytes: Vec<u8> = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 7.0, -7.0, 0.25]
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let mut out = Vec::new();
        let sanitised = decode(AudioFormat::new(Encoding::PcmF32Le, 16_000, 1).unwrap(), &bytes, &mut out);
        assert_eq!(out, [0.0, 0.0, 0.0, 1.0, -1.0, 0.25]);
        assert_eq!(sanitised, 3);
    }

    #[test]
    fn channels_are_averaged() {
        let bytes: Vec<u8> =
            [16_384i16, 0, -16_384, 0, 8_192, 8_192].iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let mut out = Vec::new();
        decode(AudioFormat::new(Encoding::PcmS16Le, 16_000, 2).unwrap(), &bytes, &mut out);
        assert_eq!(out, [0.25, -0.25, 0.25]);
    }
}
