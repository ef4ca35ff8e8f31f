//! Medians and how sure they are.

use std::fmt;
use std::time::Duration;

/// Processor times of the same thing done again and again.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
        self.0.sort();
    }

    /// In milliseconds.
    pub fn median(&self) -> f64 {
        let half = self.0.len() / 2;
        let ms = |at: usize| self.0.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
        if self.0.len().is_multiple_of(2) { f64::midpoint(ms(half.wrapping_sub(1)), ms(half)) } else { ms(half) }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
        write!(f, "{:8.1} ms ({:.1} .. {:.1})", self.median(), ms(self.0.first()), ms(self.0.last()))
    }
}
