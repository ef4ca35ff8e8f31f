//! Chance, seeded: how long people speak, pause and are silent.

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::scenario::{Recorded, Speech, Spread};

/// A stream of chance. Each person has their own, so that they say the same whatever the server does.
#[derive(Debug)]
pub struct Chance {
    random: StdRng,
    /// What is left of the recording that is spoken.
    rest: VecDeque<(Spoken, Duration)>,
}

/// An utterance, in time since its first voiced sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// Where gaps begin and end that are shorter than a pause.
    pub gaps: Vec<(Duration, Duration)>,
    /// Its last voiced sample.
    pub end: Duration,
}

impl Chance {
    pub fn of(seed: u64, stream: u64) -> Self {
        // Streams of neighbouring numbers must not resemble each other; the generator sees to it from here on.
        let random = StdRng::seed_from_u64(
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03),
        );
        Self { random, rest: VecDeque::new() }
    }

    /// Between 0 and 1.
    pub fn part(&mut self) -> f64 {
        self.random.random::<f64>()
    }

    pub fn is(&mut self, probability: f64) -> bool {
        self.part() < probability
    }

    pub fn seconds(&mut self, spread: Spread) -> f64 {
        spread.median * self.factor(spread.sigma)
    }

    /// Lognormal around 1 (Box and Muller's method).
    pub fn factor(&mut self, sigma: f64) -> f64 {
        let (a, b) = (1.0 - self.part(), self.part());
        (sigma * (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()).exp()
    }

    /// The next utterance, and how long nothing is said after it. Gaps inside it are shorter than `pause`.
    pub fn says(&mut self, speech: &Speech, pause: Duration) -> (Spoken, Duration) {
        if speech.recordings.is_empty() {
            return (self.utterance(speech, pause), Duration::from_secs_f64(self.seconds(speech.silence)));
        }
        if self.rest.is_empty() {
            let drawn = self.random.random_range(0..speech.recordings.len());
            self.rest = utterances(&speech.recordings[drawn]);
        }
        self.rest.pop_front().unwrap_or_else(|| (self.utterance(speech, pause), pause))
    }

    fn utterance(&mut self, speech: &Speech, pause: Duration) -> Spoken {
        let end = self.seconds(speech.utterance).clamp(0.4, speech.longest);
        let most_gap = pause.as_secs_f64() - 0.02;
        let (mut at, mut gaps) = (0.0, Vec::new());
        loop {
            let begins = at + self.seconds(speech.between_gaps).max(0.2);
            let ends = begins + self.seconds(speech.gap).clamp(0.03, most_gap);
            // The last piece must be speech.
            if ends + 0.1 >= end {
                return Spoken { gaps, end: Duration::from_secs_f64(end) };
            }
            gaps.push((Duration::from_secs_f64(begins), Duration::from_secs_f64(ends)));
            at = ends;
        }
    }
}

fn utterances(recording: &Recorded) -> VecDeque<(Spoken, Duration)> {
    let seconds = |seconds: f64| Duration::from_secs_f64(seconds.max(0.0));
    let begins = |voiced: &Vec<(f64, f64)>| voiced.first().map_or(0.0, |first| first.0);
    let spoken = |(at, voiced): (usize, &Vec<(f64, f64)>)| {
        let (from, to) = (begins(voiced), voiced.last().map_or(0.0, |last| last.1));
        let gaps = voiced.windows(2).map(|pair| (seconds(pair[0].1 - from), seconds(pair[1].0 - from))).collect();
        let next = recording.utterances.get(at + 1).map_or(recording.next, begins);
        (Spoken { gaps, end: seconds(to - from) }, seconds(next - to))
    };
    recording.utterances.iter().enumerate().map(spoken).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPEECH: Speech = Speech {
        utterance: Spread { median: 5.0, sigma: 0.6 },
        longest: 28.0,
        between_gaps: Spread { median: 2.0, sigma: 0.5 },
        gap: Spread { median: 0.25, sigma: 0.5 },
        silence: Spread { median: 5.0, sigma: 0.8 },
        recordings: Vec::new(),
    };

    #[test]
    fn a_recording_is_said_as_it_was_recorded() {
        let recording = Recorded { utterances: vec![vec![(0.5, 1.0), (1.25, 2.0)], vec![(3.0, 4.0)]], next: 6.0 };
        let speech = Speech { recordings: vec![recording], ..SPEECH };
        let mut chance = Chance::of(3, 3);
        let ms = Duration::from_millis;
        for _ in 0..2 {
            let said: Vec<_> = (0..2).map(|_| chance.says(&speech, ms(500))).collect();
            let first = Spoken { gaps: vec![(ms(500), ms(750))], end: ms(1500) };
            let second = Spoken { gaps: Vec::new(), end: ms(1000) };
            assert_eq!(said, [(first, ms(1000)), (second, ms(2000))]);
        }
    }

    #[test]
    fn the_median_is_the_median() {
        let mut chance = Chance::of(7, 1);
        let mut drawn: Vec<f64> = (0..4001).map(|_| chance.seconds(SPEECH.utterance)).collect();
        drawn.sort_by(f64::total_cmp);
        assert!((drawn[2000] - 5.0).abs() < 0.3, "{}", drawn[2000]);
    }

    proptest! {
        #[test]
        fn gaps_lie_inside_the_utterance_in_order(seed in any::<u64>()) {
            let pause = Duration::from_millis(500);
            let spoken = Chance::of(seed, 0).utterance(&SPEECH, pause);
            let mut at = Duration::ZERO;
            for (begins, ends) in &spoken.gaps {
                prop_assert!(at < *begins && begins < ends && *ends - *begins < pause);
                at = *ends;
            }
            prop_assert!(at < spoken.end && spoken.end <= Duration::from_secs(28));
        }
    }
}
