//! How much work a pool can carry so that what comes still starts soon.

use std::time::Duration;

/// Slots that may be busy with finals on the average, of `slots`, so that one with this mean service time waits no
/// longer than `wait` on the average (Erlang's C formula for work that comes at random), and never all of them.
pub fn most_load(slots: usize, service: Duration, wait: Duration) -> f64 {
    let (mut low, mut high) = (0.0, MOST_BUSY);
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        if mean_wait(slots, middle, service) <= wait { low = middle } else { high = middle }
    }
    low * slots as f64
}

/// However many slots there are: partials and what nobody foresaw need some.
const MOST_BUSY: f64 = 0.9;

/// Mean wait where `busy` (0 to 1) of the slots are.
fn mean_wait(slots: usize, busy: f64, service: Duration) -> Duration {
    let servers = slots.max(1) as f64;
    let load = servers * busy;
    // Erlang's B by its recursion, then C.
    let blocked = (1..=slots.max(1)).fold(1.0, |b, n| load * b / (n as f64 + load * b));
    let waits = blocked / (1.0 - busy * (1.0 - blocked));
    service.mul_f64(waits / (servers * (1.0 - busy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_those_of_the_tables() {
        // Mean waits in units of the service time: one server at 0.8 waits 4; eleven 0.18; forty-four 0.012.
        for (slots, busy, expected) in [(1, 0.8, 4.0), (11, 0.8, 0.18), (44, 0.8, 0.012), (11, 0.9, 0.59)] {
            let wait = mean_wait(slots, busy, Duration::from_secs(1)).as_secs_f64();
            assert!((wait - expected).abs() <= expected * 0.1, "{slots} {busy}: {wait}");
        }
    }

    #[test]
    fn many_slots_may_be_busier_than_few() {
        let at = |slots| most_load(slots, Duration::from_millis(400), Duration::from_millis(200)) / slots as f64;
        assert!(at(2) < at(8) && at(8) < at(40));
        assert!(at(2) > 0.4 && at(40) <= MOST_BUSY);
    }

    #[test]
    fn work_that_takes_long_leaves_room_for_less() {
        let at = |ms| most_load(4, Duration::from_millis(ms), Duration::from_millis(200));
        assert!(at(2000) < at(200));
    }
}
