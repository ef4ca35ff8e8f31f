//! When a worker that works is replaced by a fresh one, between two jobs.

use std::time::Duration;

use crate::moment::Moment;

#[derive(Debug, Clone, Copy)]
pub struct RenewalLimits {
    /// Oldest that a worker gets; none = as old as it likes.
    pub age: Option<Duration>,
    /// How much its memory may grow over what it had when it was first measured, in percent; none = as it likes.
    pub growth_percent: Option<u32>,
}

/// Growth below this is no leak, whatever part it is of a small worker.
const LEAST_GROWTH: u64 = 256 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It has grown old.
    Age,
    /// It has taken more and more memory.
    Memory,
    /// Its model was asked to be read again.
    Reload,
}

impl Reason {
    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Memory => "memory",
            Self::Reload => "reload",
        }
    }
}

/// What a worker has on its shoulders since it began.
#[derive(Debug, Clone, Copy)]
pub struct Wear {
    ready: Moment,
    first_resident: Option<u64>,
    resident: u64,
    reload: bool,
}

impl Wear {
    pub fn began(ready: Moment) -> Self {
        Self { ready, first_resident: None, resident: 0, reload: false }
    }

    /// Its memory was measured.
    pub fn measured(&mut self, resident: u64) {
        self.first_resident.get_or_insert(resident);
        self.resident = resident;
    }

    /// Its model is to be read again.
    pub fn outdated(&mut self) {
        self.reload = true;
    }

    /// Why it should be replaced, if it should.
    pub fn is_over(&self, limits: RenewalLimits, now: Moment) -> Option<Reason> {
        let first = self.first_resident.unwrap_or(self.resident);
        let grown = self.resident.saturating_sub(first);
        let leaks = |percent| grown >= LEAST_GROWTH && grown > first / 100 * u64::from(percent);
        if self.reload {
            Some(Reason::Reload)
        } else if limits.growth_percent.is_some_and(leaks) {
            Some(Reason::Memory)
        } else if limits.age.is_some_and(|age| now.since(self.ready) >= age) {
            Some(Reason::Age)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: RenewalLimits = RenewalLimits { age: Some(Duration::from_secs(3600)), growth_percent: Some(50) };
    const MIB: u64 = 1 << 20;

    fn at(seconds: u64) -> Moment {
        Moment::from_millis(seconds * 1000)
    }

    #[test]
    fn an_old_worker_is_replaced_and_a_young_one_is_not() {
        let wear = Wear::began(at(100));
        assert_eq!(wear.is_over(LIMITS, at(3_699)), None);
        assert_eq!(wear.is_over(LIMITS, at(3_700)), Some(Reason::Age));
        assert_eq!(wear.is_over(RenewalLimits { age: None, ..LIMITS }, at(1_000_000)), None);
    }

    #[test]
    fn growth_counts_from_the_first_measure_and_little_is_none() {
        let over = |first: u64, later: u64| {
            let mut wear = Wear::began(at(0));
            wear.measured(first * MIB);
            wear.measured(later * MIB);
            wear.is_over(LIMITS, at(60))
        };
        assert_eq!(over(1_000, 1_400), None);
        assert_eq!(over(1_000, 1_600), Some(Reason::Memory));
        assert_eq!(over(50, 250), None, "five times as much, and yet little");
        assert_eq!(over(50, 400), Some(Reason::Memory));
        assert_eq!(over(1_000, 200), None);
    }

    #[test]
    fn a_reload_replaces_whatever_the_limits_are() {
        let mut wear = Wear::began(at(0));
        wear.outdated();
        assert_eq!(wear.is_over(RenewalLimits { age: None, growth_percent: None }, at(0)), Some(Reason::Reload));
    }
}
