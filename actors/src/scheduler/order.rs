//! Which of several jobs of the same class goes first.

use std::time::Duration;

use crate::moment::Moment;

/// `cargo xtask simulate --compare` shows what each does to latencies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Whose result is due first.
    EarliestDeadline,
    /// Whose work is done soonest; the longest may wait long.
    ShortestFirst,
    /// Whose wait is longest in proportion to its service time: short ones first, but nobody waits for ever.
    #[default]
    ResponseRatio,
}

impl Order {
    pub const ALL: [Self; 3] = [Self::EarliestDeadline, Self::ShortestFirst, Self::ResponseRatio];

    pub fn name(self) -> &'static str {
        match self {
            Self::EarliestDeadline => "earliest deadline",
            Self::ShortestFirst => "shortest first",
            Self::ResponseRatio => "response ratio",
        }
    }

    /// The smaller, the sooner. `came` is when it came, `penalty` how much later it counts as having come.
    pub(super) fn rank(self, candidate: Candidate, now: Moment) -> i64 {
        let Candidate { came, deadline, service, penalty } = candidate;
        let rank = match self {
            Self::EarliestDeadline => (deadline + penalty).micros() as f64,
            Self::ShortestFirst => (service + penalty).as_secs_f64() * 1e6,
            Self::ResponseRatio => {
                let waited = now.micros() as f64 - (came + penalty).micros() as f64;
                -1e3 * waited / (service.as_micros() as f64).max(1000.0)
            }
        };
        rank as i64
    }
}

/// What the order of a job depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub came: Moment,
    pub deadline: Moment,
    pub service: Duration,
    pub penalty: Duration,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate(came_ms: u64, service_ms: u64, penalty_ms: u64) -> Candidate {
        Candidate {
            came: Moment::from_millis(came_ms),
            deadline: Moment::from_millis(came_ms + 3000),
            service: Duration::from_millis(service_ms),
            penalty: Duration::from_millis(penalty_ms),
        }
    }

    #[test]
    fn a_short_job_overtakes_a_long_one_only_until_that_has_waited_long() {
        let (long, short) = (candidate(0, 2000, 0), candidate(1000, 200, 0));
        let first = |order: Order, now_ms| {
            let now = Moment::from_millis(now_ms);
            if order.rank(short, now) < order.rank(long, now) { "short" } else { "long" }
        };
        assert_eq!(first(Order::EarliestDeadline, 2000), "long");
        assert_eq!(first(Order::ShortestFirst, 60_000), "short");
        assert_eq!(first(Order::ResponseRatio, 2000), "short");
        let fresh_short = candidate(9_900, 200, 0);
        let now = Moment::from_millis(10_000);
        assert!(Order::ResponseRatio.rank(long, now) < Order::ResponseRatio.rank(fresh_short, now));
    }

    proptest! {
        /// In every order, of two jobs that are alike the penalised one goes later.
        #[test]
        fn a_penalty_never_helps(came in 0..5000u64, service in 50..3000u64, penalty in 10..9000u64, now in 0..20_000u64) {
            let now = Moment::from_millis(5000 + now);
            for order in Order::ALL {
                let free = order.rank(candidate(came, service, 0), now);
                prop_assert!(free < order.rank(candidate(came, service, penalty), now), "{order:?}");
            }
        }
    }
}
