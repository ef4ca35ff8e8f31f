//! When a dead worker is started again, and when not any more.

use std::collections::VecDeque;
use std::time::Duration;

use crate::moment::Moment;
use crate::scheduler::book::Departure;

#[derive(Debug, Clone, Copy)]
pub struct RestartLimits {
    pub first_backoff: Duration,
    pub longest_backoff: Duration,
    /// More deaths than this inside `window` and the worker is given up.
    pub most_deaths: usize,
    pub window: Duration,
}

/// The history of one worker's place.
#[derive(Debug)]
pub struct RestartPolicy {
    limits: RestartLimits,
    deaths: VecDeque<Moment>,
    in_a_row: u32,
    /// Since when the present life has been ready.
    ready_since: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    RestartAfter(Duration),
    /// Restarting does not help; somebody must look.
    GiveUp {
        deaths: usize,
    },
}

impl RestartPolicy {
    pub fn new(limits: RestartLimits) -> Self {
        Self { limits, deaths: VecDeque::new(), in_a_row: 0, ready_since: None }
    }

    pub fn became_ready(&mut self, now: Moment) {
        self.ready_since = Some(now);
    }

    pub fn died(&mut self, now: Moment, departure: Departure) -> Decision {
        let worked = self.ready_since.is_some();
        // A life that worked for a while breaks the row, so a rare crash costs no growing wait.
        let lived_well = self.ready_since.take().is_some_and(|since| now.since(since) >= self.limits.longest_backoff);
        self.in_a_row = if lived_well { 1 } else { self.in_a_row + 1 };
        // Whoever kills workers that do their work gets new ones for ever; only what breaks by itself, or never comes up,
        // is not worth another try.
        if !(worked && departure == Departure::Killed) {
            self.deaths.push_back(now);
        }
        while self.deaths.front().is_some_and(|first| now.since(*first) > self.limits.window) {
            self.deaths.pop_front();
        }
        if self.deaths.len() > self.limits.most_deaths {
            return Decision::GiveUp { deaths: self.deaths.len() };
        }
        let doublings = (self.in_a_row - 1).min(20);
        Decision::RestartAfter((self.limits.first_backoff * 2_u32.pow(doublings)).min(self.limits.longest_backoff))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: RestartLimits = RestartLimits {
        first_backoff: Duration::from_millis(50),
        longest_backoff: Duration::from_secs(2),
        most_deaths: 5,
        window: Duration::from_secs(30),
    };

    fn at(ms: u64) -> Moment {
        Moment::from_millis(ms)
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut policy = RestartPolicy::new(RestartLimits { most_deaths: 100, ..LIMITS });
        let waits: Vec<_> = (0..8).map(|n| policy.died(at(n), Departure::Crashed)).collect();
        let expected =
            [50, 100, 200, 400, 800, 1600, 2000, 2000].map(|ms| Decision::RestartAfter(Duration::from_millis(ms)));
        assert_eq!(waits, expected);
    }

    #[test]
    fn too_many_deaths_in_the_window_are_the_end() {
        let mut policy = RestartPolicy::new(LIMITS);
        for n in 0..5 {
            assert!(matches!(policy.died(at(n * 1000), Departure::Killed), Decision::RestartAfter(_)));
        }
        assert_eq!(policy.died(at(6000), Departure::Killed), Decision::GiveUp { deaths: 6 });
    }

    #[test]
    fn a_worker_that_works_is_started_again_however_often_it_is_killed() {
        let mut policy = RestartPolicy::new(LIMITS);
        for n in 0..50 {
            policy.became_ready(at(n * 1000));
            let decision = policy.died(at(n * 1000 + 500), Departure::Killed);
            assert!(matches!(decision, Decision::RestartAfter(_)), "kill {n}");
        }
    }

    #[test]
    fn deaths_far_apart_are_forgiven() {
        let mut policy = RestartPolicy::new(LIMITS);
        for n in 0..50 {
            let born = n * 10_000;
            policy.became_ready(at(born));
            let decision = policy.died(at(born + 9_000), Departure::Crashed);
            assert_eq!(decision, Decision::RestartAfter(LIMITS.first_backoff), "death {n}");
        }
    }
}
