//! Words per second of voice: people say 1 to 5; 0.2 and 10 are a decoder that stopped early or ran away.

use crate::asr::{Trip, Word};
use crate::words::plain_word;

/// Fast speech: auctioneers reach 6 words, 30 letters a second over a short stretch.
const MOST_WORDS_PER_SECOND: f32 = 7.0;
const MOST_LETTERS_PER_SECOND: f32 = 38.0;
/// The detector may have missed the edges of words: so much voice is granted on top.
const GRANTED_SECONDS: f32 = 0.35;
/// Fewer words per second than this, over some seconds of voice, are too few (real speech 2.3, phantom text 0.22).
const LEAST_WORDS_PER_SECOND: f32 = 0.35;
const SPARSE_FROM_SECONDS: f32 = 3.0;
/// So much voice without any word is odd.
const SILENCE_ODD_FROM_MS: u32 = 1_200;

/// What is wrong with the number of words, if anything.
pub(super) fn judge(words: &[Word], voiced_ms: u32) -> Option<Trip> {
    let (count, letters) = count(words);
    let seconds = voiced_ms as f32 / 1_000.0;
    let granted = seconds + GRANTED_SECONDS;
    if count > MOST_WORDS_PER_SECOND * granted + 1.0 || letters > MOST_LETTERS_PER_SECOND * granted + 8.0 {
        return Some(Trip::TooDense);
    }
    (seconds >= SPARSE_FROM_SECONDS && count < LEAST_WORDS_PER_SECOND * seconds).then_some(Trip::TooSparse)
}

/// Twice as many as could be said: not speech read too generously, but text out of nothing.
pub(super) fn impossible(words: &[Word], voiced_ms: u32) -> bool {
    let (count, letters) = count(words);
    let granted = voiced_ms as f32 / 1_000.0 + GRANTED_SECONDS;
    count > 2.0 * MOST_WORDS_PER_SECOND * granted + 1.0 || letters > 2.0 * MOST_LETTERS_PER_SECOND * granted + 8.0
}

pub(super) fn silence_is_odd(voiced_ms: u32) -> bool {
    voiced_ms >= SILENCE_ODD_FROM_MS
}

fn count(words: &[Word]) -> (f32, f32) {
    let plain = words.iter().map(|word| plain_word(&word.text)).filter(|word| !word.is_empty());
    let (mut count, mut letters) = (0.0, 0.0);
    for word in plain {
        count += 1.0;
        letters += word.chars().count() as f32;
    }
    (count, letters)
}

#[cfg(test)]
mod tests {
    use super::super::tests::words;
    use super::*;

    #[test]
    fn the_band_is_wide_enough_for_quick_and_for_slow_speech() {
        let quick = words("this is about as fast as anybody can speak in one breath");
        assert_eq!(judge(&quick, 1_700), None);
        assert_eq!(judge(&words("slowly... very... slowly"), 6_000), None);
        assert_eq!(judge(&words("Достопримечательности превысокомногорассмотрительствующий"), 1_800), None);
    }

    #[test]
    fn one_short_word_fits_into_the_least_voice() {
        assert_eq!(judge(&words("I"), super::super::LEAST_VOICED_MS), None);
        assert_eq!(judge(&words("Нет, спасибо."), 300), None);
    }
}
