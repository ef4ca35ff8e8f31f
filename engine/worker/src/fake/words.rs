//! Words out of sound: the same sound always gives the same words, other sound gives other words, and more sound only
//! adds words at the end.

use engine::asr::Word;

/// One word for so much sound.
const WORD_MS: u32 = 200;
const SAMPLES_PER_MS: usize = 16;
/// A stretch that stays below this is silence and gives no word.
const SILENT_BELOW: u16 = 200;

/// What the scripted worker hears in 16 kHz 16-bit sound. A begun stretch at the end gives no word.
pub fn words(pcm16: &[u8]) -> Vec<Word> {
    let stretch_bytes = WORD_MS as usize * SAMPLES_PER_MS * size_of::<i16>();
    pcm16
        .chunks_exact(stretch_bytes)
        .enumerate()
        .filter(|(_, stretch)| is_loud(stretch))
        .map(|(index, stretch)| Word {
            text: spell(checksum(stretch)),
            start_ms: index as u32 * WORD_MS,
            end_ms: (index as u32 + 1) * WORD_MS,
            confidence: 0.9,
        })
        .collect()
}

fn is_loud(stretch: &[u8]) -> bool {
    stretch.chunks_exact(2).any(|pair| i16::from_le_bytes([pair[0], pair[1]]).unsigned_abs() >= SILENT_BELOW)
}

/// FNV-1a.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Five syllables that a person can read out in a failing test.
fn spell(sum: u32) -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghklmnprstvwz";
    const VOWELS: &[u8; 4] = b"aeio";
    (0..5)
        .flat_map(|syllable| {
            let bits = (sum >> (6 * syllable)) as usize;
            [CONSONANTS[bits & 15], VOWELS[(bits >> 4) & 3]]
        })
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(period: usize, ms: usize) -> Vec<u8> {
        (0..ms * SAMPLES_PER_MS).flat_map(|at| ((at % period * 100) as i16).to_le_bytes()).collect()
    }

    #[test]
    fn more_of_the_same_sound_only_adds_words() {
        let sound = tone(37, 2000);
        let all = words(&sound);
        assert_eq!(all.len(), 10);
        assert_eq!(words(&sound[..sound.len() / 2]), all[..5]);
    }

    #[test]
    fn other_sound_gives_other_words_and_silence_none() {
        assert_ne!(words(&tone(37, 400)), words(&tone(38, 400)));
        assert!(words(&vec![0; 64_000]).is_empty());
    }
}
