//! How long work takes, learnt from work done.

use std::time::Duration;

use crate::job::Class;

/// Weight of the newest measurement.
const NEWEST: f64 = 0.15;

/// Service times per class: a share that every job costs, and a share per unit of its size.
#[derive(Debug, Clone)]
pub struct Estimates {
    classes: [Line; 4],
}

/// `service = fixed + per_unit * size`, followed by exponentially weighted least squares.
#[derive(Debug, Clone)]
struct Line {
    weight: f64,
    size: f64,
    time: f64,
    size_size: f64,
    size_time: f64,
}

impl Default for Estimates {
    fn default() -> Self {
        Self {
            classes: std::array::from_fn(|_| Line {
                weight: 0.0,
                size: 0.0,
                time: 0.0,
                size_size: 0.0,
                size_time: 0.0,
            }),
        }
    }
}

impl Estimates {
    pub fn learn(&mut self, class: Class, size: u64, service: Duration) {
        self.line(class).learn(size as f64, service.as_secs_f64());
    }

    /// Expected service time; nothing before the first measurement of that class (or of any class).
    pub fn predict(&self, class: Class, size: u64) -> Option<Duration> {
        let own = &self.classes[class as usize];
        let line = if own.weight > 0.0 { own } else { self.classes.iter().find(|line| line.weight > 0.0)? };
        Some(Duration::from_secs_f64(line.at(size as f64)))
    }

    fn line(&mut self, class: Class) -> &mut Line {
        &mut self.classes[class as usize]
    }
}

impl Line {
    fn learn(&mut self, size: f64, time: f64) {
        let keep = if self.weight == 0.0 { 0.0 } else { 1.0 - NEWEST };
        let add = 1.0 - keep;
        self.weight = self.weight * keep + add;
        self.size = self.size * keep + size * add;
        self.time = self.time * keep + time * add;
        self.size_size = self.size_size * keep + size * size * add;
        self.size_time = self.size_time * keep + size * time * add;
    }

    fn at(&self, size: f64) -> f64 {
        let spread = self.size_size - self.size * self.size;
        // Sizes that are all alike say nothing about the slope: then time goes with size.
        let slope = if spread > 0.01 * self.size_size {
            ((self.size_time - self.size * self.time) / spread).max(0.0)
        } else {
            0.0
        };
        (self.time + slope * (size - self.size)).clamp(0.2 * self.time, 50.0 * self.time.max(0.001))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_predicted_before_anything_was_measured() {
        assert_eq!(Estimates::default().predict(Class::LiveFinal, 5000), None);
    }

    #[test]
    fn a_straight_line_is_learnt() {
        let mut estimates = Estimates::default();
        for size in [1000, 4000, 9000, 2000, 7000, 3000].into_iter().cycle().take(60) {
            estimates.learn(Class::LiveFinal, size, Duration::from_millis(20 + size / 50));
        }
        for size in [2000_u64, 8000] {
            let predicted = estimates.predict(Class::LiveFinal, size).expect("it has learnt").as_millis() as i64;
            assert!((predicted - (20 + size as i64 / 50)).abs() < 10, "{size}: {predicted}");
        }
    }

    #[test]
    fn another_class_stands_in_until_there_is_a_measurement() {
        let mut estimates = Estimates::default();
        estimates.learn(Class::LivePartial, 1000, Duration::from_millis(50));
        assert_eq!(estimates.predict(Class::LiveFinal, 1000), Some(Duration::from_millis(50)));
    }

    #[test]
    fn a_change_of_speed_is_followed() {
        let mut estimates = Estimates::default();
        for ms in [100_u64; 20].into_iter().chain([300; 20]) {
            estimates.learn(Class::Batch, 5000, Duration::from_millis(ms));
        }
        assert!(estimates.predict(Class::Batch, 5000).expect("learnt") > Duration::from_millis(280));
    }
}
