//! When the next live text of an utterance is made.

use std::time::Duration;

use crate::load::Level;

/// Bounds of the cadence, in milliseconds of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CadenceLimits {
    /// Sound of an utterance before its first partial.
    pub first_ms: u32,
    pub shortest_ms: u32,
    pub longest_ms: u32,
}

/// What has become of an utterance until now. The first text is waited for, and short sound is cheap: until there is
/// some, passes are not made rarer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoFar {
    NoPass,
    /// Passes, in which nothing was understood or which are under way.
    NoText,
    Text,
}

/// Follows how long partials take: a partial that takes long is made more rarely, so that live text never costs more
/// than a third of the time, and everybody's get rarer together when the server is busy.
#[derive(Debug, Clone)]
pub struct Cadence {
    limits: CadenceLimits,
    /// From submission to result, of the last one.
    last_round_trip: Duration,
}

/// Part of the time that live text may take.
const SHARE: u32 = 3;

impl Cadence {
    pub fn new(limits: CadenceLimits) -> Self {
        Self { limits, last_round_trip: Duration::ZERO }
    }

    pub fn took(&mut self, round_trip: Duration) {
        self.last_round_trip = round_trip;
    }

    /// Milliseconds of sound that must be new since the last pass, or since the beginning.
    pub fn interval_ms(&self, so_far: SoFar, level: Level) -> u32 {
        let round_trip = u32::try_from(self.last_round_trip.as_millis()).unwrap_or(u32::MAX);
        let CadenceLimits { first_ms, shortest_ms, longest_ms } = self.limits;
        match so_far {
            SoFar::NoPass => first_ms,
            SoFar::NoText => round_trip.clamp(shortest_ms, longest_ms),
            SoFar::Text => round_trip.saturating_mul(SHARE).clamp(shortest_ms, longest_ms) * level.partials_every(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: CadenceLimits = CadenceLimits { first_ms: 350, shortest_ms: 400, longest_ms: 3000 };

    #[test]
    fn an_idle_server_gives_text_as_fast_as_allowed() {
        let mut cadence = Cadence::new(LIMITS);
        cadence.took(Duration::from_millis(60));
        let interval = |so_far| cadence.interval_ms(so_far, Level::Full);
        assert_eq!([SoFar::NoPass, SoFar::NoText, SoFar::Text].map(interval), [350, 400, 400]);
    }

    #[test]
    fn a_busy_server_gives_it_more_rarely_but_gives_it() {
        let mut cadence = Cadence::new(LIMITS);
        cadence.took(Duration::from_millis(500));
        assert_eq!(cadence.interval_ms(SoFar::Text, Level::Full), 1500);
        assert_eq!(cadence.interval_ms(SoFar::NoText, Level::Full), 500);
        cadence.took(Duration::from_secs(60));
        assert_eq!(cadence.interval_ms(SoFar::Text, Level::Full), 3000);
        assert_eq!(cadence.interval_ms(SoFar::NoPass, Level::Full), 350);
    }

    #[test]
    fn a_step_down_the_ladder_makes_it_half_as_often_but_the_first_comes_at_once() {
        let cadence = Cadence::new(LIMITS);
        for so_far in [SoFar::NoPass, SoFar::NoText, SoFar::Text] {
            let rarer = if so_far == SoFar::Text { 2 } else { 1 };
            let full = cadence.interval_ms(so_far, Level::Full);
            assert_eq!(cadence.interval_ms(so_far, Level::SlowerPartials), rarer * full);
        }
    }
}
