//! Which of the measured settings is the best. Pure.

use std::fmt;
use std::time::Duration;

/// Of the highest throughput, this much may be given for shorter decodes: people wait for each of them.
const WORTH_KEEPING: f64 = 0.9;

/// What decodes with so many threads cost, all slots at work.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub threads: usize,
    pub slots_per_worker: usize,
    /// The middle one of the times of a decode.
    pub latency: Duration,
    /// Seconds of speech per second, over all workers.
    pub throughput: f64,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:3} thread(s) x {:3} slot(s): {:6.0} ms a decode, {:7.1} s of speech per second",
            self.threads,
            self.slots_per_worker,
            self.latency.as_secs_f64() * 1000.0,
            self.throughput
        )
    }
}

/// Numbers of threads that divide a worker's cores well enough: powers of two, and all of them together up to where
/// more threads have never helped.
pub fn worth_trying(cores: usize) -> Vec<usize> {
    const MOST: usize = 16;
    let most = cores.min(MOST);
    let mut tried: Vec<usize> =
        std::iter::successors(Some(1), |threads| Some(threads * 2).filter(|threads| *threads <= most)).collect();
    if cores <= MOST && !tried.contains(&cores) {
        tried.push(cores);
    }
    tried
}

/// The shortest decodes among the settings that give away little throughput.
pub fn choose(measured: &[Measured]) -> Option<&Measured> {
    let most = measured.iter().map(|one| one.throughput).fold(0.0, f64::max);
    measured.iter().filter(|one| one.throughput >= most * WORTH_KEEPING).min_by_key(|one| one.latency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(threads: usize, latency_ms: u64, throughput: f64) -> Measured {
        Measured { threads, slots_per_worker: 8 / threads, latency: Duration::from_millis(latency_ms), throughput }
    }

    #[test]
    fn shorter_decodes_are_worth_a_tenth_of_the_throughput_and_no_more() {
        let nearly_as_much = [measured(1, 800, 100.0), measured(2, 430, 92.0), measured(4, 300, 70.0)];
        assert_eq!(choose(&nearly_as_much).unwrap().threads, 2);
        let much_less = [measured(1, 800, 100.0), measured(2, 700, 60.0)];
        assert_eq!(choose(&much_less).unwrap().threads, 1);
        assert_eq!(choose(&[]), None);
    }

    #[test]
    fn what_is_tried_fits_the_cores() {
        assert_eq!(worth_trying(1), [1]);
        assert_eq!(worth_trying(6), [1, 2, 4, 6]);
        assert_eq!(worth_trying(44), [1, 2, 4, 8, 16]);
    }
}
