//! Time as the pure code sees it: microseconds since the process began.

use std::time::Duration;

/// A point in time. Only [`Clock`] makes them from the real clock; tests make them from numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    pub const ZERO: Self = Self(0);

    pub fn from_millis(ms: u64) -> Self {
        Self(ms * 1000)
    }

    pub fn millis(self) -> u64 {
        self.0 / 1000
    }

    pub fn micros(self) -> u64 {
        self.0
    }

    /// Time passed since `earlier`; nothing where `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Duration> for Moment {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// The process's clock. Follows tokio's, so a paused test jumps with it.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: tokio::time::Instant,
}

impl Clock {
    pub fn start() -> Self {
        Self { origin: tokio::time::Instant::now() }
    }

    pub fn now(&self) -> Moment {
        Moment::ZERO + self.origin.elapsed()
    }
}
