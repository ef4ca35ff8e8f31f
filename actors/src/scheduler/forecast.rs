//! When work will start, if it takes as long as predicted.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Hands predicted work to slots in order, each to the one that is free first.
#[derive(Debug, Clone)]
pub(super) struct Forecast {
    free_after: BinaryHeap<Reverse<Duration>>,
}

impl Forecast {
    /// From what each busy slot still needs and how many are idle; without any slot, one is expected to come.
    pub fn new(busy: impl Iterator<Item = Duration>, idle: usize) -> Self {
        let mut free_after: BinaryHeap<_> =
            busy.chain(std::iter::repeat_n(Duration::ZERO, idle)).map(Reverse).collect();
        if free_after.is_empty() {
            free_after.push(Reverse(Duration::ZERO));
        }
        Self { free_after }
    }

    /// When the next piece of work would start.
    pub fn next_start(&self) -> Duration {
        self.free_after.peek().map_or(Duration::ZERO, |first| first.0)
    }

    /// Gives the next piece of work to a slot; returns when it starts.
    pub fn add(&mut self, service: Duration) -> Duration {
        let start = self.free_after.pop().map_or(Duration::ZERO, |first| first.0);
        self.free_after.push(Reverse(start + service));
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_goes_to_the_slot_that_is_free_first() {
        let ms = Duration::from_millis;
        let mut forecast = Forecast::new([ms(300), ms(100)].into_iter(), 1);
        let starts: Vec<Duration> = (0..4).map(|_| forecast.add(ms(150))).collect();
        assert_eq!(starts, [ms(0), ms(100), ms(150), ms(250)]);
        assert_eq!(forecast.next_start(), ms(300));
    }
}
