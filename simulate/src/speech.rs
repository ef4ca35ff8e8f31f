//! Chance, seeded: how long people speak, pause and are silent.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::scenario::{Speech, Spread};

/// A stream of chance. Each person has their own, so that they say the same whatever the server does.
#[derive(Debug)]
pub struct Chance(StdRng);

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
        Self(StdRng::seed_from_u64(
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03),
        ))
    }

    /// Between 0 and 1.
    pub fn part(&mut self) -> f64 {
        self.0.random::<f64>()
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

    /// An utterance whose gaps are shorter than `pause`.
    pub fn utterance(&mut self, speech: &Speech, pause: Duration) -> Spoken {
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
    };

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
