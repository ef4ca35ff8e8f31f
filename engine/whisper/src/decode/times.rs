//! When each word was said.
//!
//! Whisper's own timestamps cost a second grammar in the decoder and are only asked for by whole sentences. Words are
//! placed in the voiced parts of the sound instead: by the position of their tokens where the model follows a clock
//! (its vocabulary then has blanks for the time in between), else in proportion to their length.

use super::words::Spelled;

/// Length of the stretches in which the voice is looked for.
const FRAME_MS: usize = 10;
const SAMPLES_PER_MS: usize = 16;
const FRAME: usize = FRAME_MS * SAMPLES_PER_MS;
/// Quieter than this (RMS of -1..=1) is no voice however quiet the rest is.
const SILENCE: f32 = 0.002;
/// So far between the quiet and the loud parts begins the voice.
const RISE: f32 = 0.12;
/// Consonants are quieter than vowels: this much around a voiced frame is voiced too.
const SPREAD: usize = 4;

/// Where in a sound somebody seems to speak.
#[derive(Debug, Clone, PartialEq)]
pub struct Voice {
    frames: Vec<bool>,
    sound_ms: u32,
}

impl Voice {
    pub fn of(samples: &[f32]) -> Self {
        let loudness: Vec<f32> = samples.chunks(FRAME).map(rms).collect();
        let mut sorted = loudness.clone();
        sorted.sort_by(f32::total_cmp);
        let at = |share: f32| sorted.get((sorted.len() as f32 * share) as usize).copied().unwrap_or(0.0);
        let (quiet, loud) = (at(0.1), at(0.95));
        let threshold = (quiet + RISE * (loud - quiet)).max(SILENCE);
        let heard: Vec<bool> = loudness.iter().map(|rms| *rms > threshold).collect();
        let near = |at: usize| heard[at.saturating_sub(SPREAD)..(at + SPREAD + 1).min(heard.len())].contains(&true);
        let frames = (0..heard.len()).map(near).collect();
        Self { frames, sound_ms: (samples.len() / SAMPLES_PER_MS) as u32 }
    }

    fn is_silent(&self) -> bool {
        !self.frames.contains(&true)
    }

    /// Where the last voiced frame ends; the end of the sound where there is none.
    pub fn end_ms(&self) -> u32 {
        let last = self.frames.iter().rposition(|voiced| *voiced);
        last.map_or(self.sound_ms, |at| (((at + 1) * FRAME_MS) as u32).min(self.sound_ms))
    }

    /// The time at which so much of the voice (0..=1) has been heard. At a pause it is the pause's end if `late`.
    fn time_of(&self, share: f32, late: bool) -> u32 {
        let counts = |voiced: &bool| *voiced || self.is_silent();
        let total = self.frames.iter().filter(|voiced| counts(voiced)).count() as f32;
        let wanted = share.clamp(0.0, 1.0) * total;
        let mut heard = 0.0;
        for (at, voiced) in self.frames.iter().enumerate() {
            if !counts(voiced) {
                continue;
            }
            let reached = if late { heard + 1.0 > wanted + 1e-3 } else { heard + 1.0 >= wanted - 1e-3 };
            if reached {
                let within = (wanted - heard).clamp(0.0, 1.0);
                return (((at as f32 + within) * FRAME_MS as f32) as u32).min(self.sound_ms);
            }
            heard += 1.0;
        }
        self.end_ms()
    }
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// Start and end of each word in milliseconds: in order, not overlapping, inside the sound.
pub fn place(words: &[Spelled], voice: &Voice, follows_a_clock: bool) -> Vec<(u32, u32)> {
    let mut places = if follows_a_clock { by_clock(words, voice) } else { by_length(words, voice) };
    let mut earliest = 0;
    for (start, end) in &mut places {
        *start = (*start).clamp(earliest, voice.sound_ms);
        *end = (*end).clamp(*start, voice.sound_ms);
        earliest = *end;
    }
    places
}

/// Each token stands for the same stretch of time and the last one with text ends with the voice.
fn by_clock(words: &[Spelled], voice: &Voice) -> Vec<(u32, u32)> {
    let Some(last) = words.last() else { return Vec::new() };
    let period = voice.end_ms() as f32 / (last.last + 1) as f32;
    let time = |index: usize| (index as f32 * period) as u32;
    let mut said = 0;
    words
        .iter()
        .map(|word| {
            // A piece stands where it ends: it began a little before, though not before its predecessor's end.
            let start = time(word.first.saturating_sub(1).max(said));
            said = word.last + 1;
            (start, time(word.last + 1))
        })
        .collect()
}

/// Longer words take longer, and nobody speaks in the pauses.
fn by_length(words: &[Spelled], voice: &Voice) -> Vec<(u32, u32)> {
    let total: f32 = words.iter().map(|word| effort(&word.text)).sum();
    let mut before = 0.0;
    words
        .iter()
        .map(|word| {
            let start = before / total;
            before += effort(&word.text);
            (voice.time_of(start, true), voice.time_of(before / total, false))
        })
        .collect()
}

/// How long a word takes to say, in letters: a digit is a word of its own.
fn effort(word: &str) -> f32 {
    let letters = word.chars().map(|letter| match letter {
        '0'..='9' => 3.0,
        letter if letter.is_alphabetic() => 1.0,
        _ => 0.2,
    });
    letters.sum::<f32>() + 1.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(text: &str, first: usize, last: usize) -> Spelled {
        Spelled { text: text.to_owned(), first, last, confidence: 1.0 }
    }

    /// Silence and tone in turn, in milliseconds.
    fn sound(stretches: &[(bool, usize)]) -> Vec<f32> {
        let samples = stretches.iter().flat_map(|(loud, ms)| {
            let loudness = if *loud { 0.3 } else { 0.0 };
            (0..ms * SAMPLES_PER_MS).map(move |at| (at as f32 * 0.2).sin() * loudness)
        });
        samples.collect()
    }

    #[test]
    fn words_lie_in_the_voiced_parts() {
        let voice = Voice::of(&sound(&[(false, 500), (true, 500), (false, 1000), (true, 500), (false, 500)]));
        let places = place(&[word("one", 0, 0), word("two", 1, 1)], &voice, false);
        let close = |is: u32, should: u32| assert!(is.abs_diff(should) <= 60, "{is} should be about {should}");
        close(places[0].0, 500);
        close(places[0].1, 1000);
        close(places[1].0, 2000);
        close(places[1].1, 2500);
    }

    #[test]
    fn a_clock_puts_each_word_where_its_tokens_are() {
        let voice = Voice::of(&sound(&[(true, 2000), (false, 300)]));
        let places = place(&[word("a", 3, 4), word("b", 9, 9), word("c", 19, 19)], &voice, true);
        let wanted = [(200, 500), (800, 1000), (1800, 2000)];
        for (place, wanted) in places.iter().zip(wanted) {
            assert!(place.0.abs_diff(wanted.0) <= 60 && place.1.abs_diff(wanted.1) <= 60, "{places:?}");
        }
    }

    #[test]
    fn silence_has_no_voice_and_words_in_it_are_spread_over_it() {
        let voice = Voice::of(&vec![0.0; 16_000]);
        assert!(voice.is_silent());
        let places = place(&[word("ab", 0, 0), word("cd", 1, 1)], &voice, false);
        assert_eq!(places, [(0, 500), (500, 1000)]);
    }

    proptest! {
        #[test]
        fn words_are_in_order_and_inside_the_sound(
            stretches in prop::collection::vec((any::<bool>(), 1..400_usize), 1..6),
            lengths in prop::collection::vec(1..12_usize, 0..20),
            clock in any::<bool>(),
        ) {
            let samples = sound(&stretches);
            let words: Vec<_> = lengths.iter().enumerate().map(|(at, length)| word(&"x".repeat(*length), 2 * at, 2 * at + 1)).collect();
            let places = place(&words, &Voice::of(&samples), clock);
            prop_assert_eq!(places.len(), words.len());
            let end = (samples.len() / SAMPLES_PER_MS) as u32;
            let mut earliest = 0;
            for (start, stop) in places {
                prop_assert!(earliest <= start && start <= stop && stop <= end);
                earliest = stop;
            }
        }
    }
}
