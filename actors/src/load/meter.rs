//! What a pool's load is, smoothed: how busy its slots are, what a final waits, how much of the time finals take.

use std::time::Duration;

use super::ladder::Strain;
use crate::moment::Moment;

/// A pool as it is now.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reading {
    pub slots: usize,
    pub busy: usize,
    /// What a live final that came now would wait.
    pub final_wait: Duration,
    /// Slot time that live finals took since the pool began, and how many there were.
    pub final_time: Duration,
    pub finals: u64,
}

/// Follows a value with a memory of about `tau`.
#[derive(Debug, Clone, Copy)]
struct Smooth {
    tau: Duration,
    value: f64,
}

impl Smooth {
    fn new(tau: Duration) -> Self {
        Self { tau, value: 0.0 }
    }

    fn follow(&mut self, now: f64, passed: Duration) {
        let share = 1.0 - (-passed.as_secs_f64() / self.tau.as_secs_f64()).exp();
        self.value += (now - self.value) * share;
    }
}

#[derive(Debug, Clone)]
pub struct Meter {
    last: Option<(Moment, Reading)>,
    utilisation: Smooth,
    wait: Smooth,
    /// Slots that live finals keep busy on the average.
    final_load: Smooth,
    /// Mean service time of a live final, in seconds; none = nothing was measured.
    final_service: Option<f64>,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            last: None,
            utilisation: Smooth::new(Duration::from_secs(3)),
            wait: Smooth::new(Duration::from_secs(2)),
            final_load: Smooth::new(Duration::from_secs(20)),
            final_service: None,
        }
    }
}

impl Meter {
    pub fn observe(&mut self, reading: Reading, now: Moment) {
        let Some((then, before)) = self.last.replace((now, reading)) else { return };
        let passed = now.since(then);
        if passed.is_zero() {
            return;
        }
        let slots = reading.slots.max(1) as f64;
        self.utilisation.follow(reading.busy as f64 / slots, passed);
        self.wait.follow(reading.final_wait.as_secs_f64(), passed);
        let time = reading.final_time.saturating_sub(before.final_time).as_secs_f64();
        self.final_load.follow(time / passed.as_secs_f64(), passed);
        let finals = reading.finals.saturating_sub(before.finals);
        if finals > 0 {
            let mean = time / finals as f64;
            let share = (finals as f64 * 0.05).min(0.5);
            self.final_service = Some(self.final_service.map_or(mean, |known| known + (mean - known) * share));
        }
    }

    pub fn slots(&self) -> usize {
        self.last.map_or(0, |(_, reading)| reading.slots)
    }

    /// Nothing where there is no slot: who waits for workers is no sign of too many people.
    pub fn strain(&self) -> Strain {
        if self.slots() == 0 {
            return Strain::default();
        }
        Strain { wait: Duration::from_secs_f64(self.wait.value.max(0.0)), utilisation: self.utilisation.value }
    }

    /// Slots that live finals keep busy on the average of the last 20 s or so.
    pub fn final_load(&self) -> f64 {
        self.final_load.value
    }

    pub fn final_service(&self) -> Option<Duration> {
        self.final_service.map(Duration::from_secs_f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_load_is_measured_as_it_is() {
        let mut meter = Meter::default();
        for tenth in 0..1200_u64 {
            // Three finals of 400 ms each second: 1.2 slots.
            let finals = tenth * 3 / 10;
            let reading = Reading {
                slots: 4,
                busy: 2,
                final_wait: Duration::from_millis(120),
                final_time: Duration::from_millis(400) * finals as u32,
                finals,
            };
            meter.observe(reading, Moment::from_millis(tenth * 100));
        }
        assert!((meter.final_load() - 1.2).abs() < 0.1, "{}", meter.final_load());
        assert!((meter.strain().utilisation - 0.5).abs() < 0.01);
        assert!(meter.strain().wait.abs_diff(Duration::from_millis(120)) < Duration::from_millis(2));
        assert_eq!(meter.final_service().map(|time| time.as_millis()), Some(400));
    }

    #[test]
    fn a_pool_without_workers_is_not_strained() {
        let mut meter = Meter::default();
        for ms in [0, 1000, 2000] {
            let reading = Reading { final_wait: Duration::from_secs(60), ..Reading::default() };
            meter.observe(reading, Moment::from_millis(ms));
        }
        assert_eq!(meter.strain(), Strain::default());
    }
}
