//! What is to happen, in the order of time, then of having been planned.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use actors::moment::Moment;

#[derive(Debug)]
pub struct Calendar<T> {
    entries: BinaryHeap<Entry<T>>,
    plans: u64,
}

#[derive(Debug)]
struct Entry<T> {
    when: Reverse<(Moment, u64)>,
    what: T,
}

impl<T> Default for Calendar<T> {
    fn default() -> Self {
        Self { entries: BinaryHeap::new(), plans: 0 }
    }
}

impl<T> Calendar<T> {
    pub fn plan(&mut self, at: Moment, what: T) {
        self.plans += 1;
        self.entries.push(Entry { when: Reverse((at, self.plans)), what });
    }

    /// Takes out what is first.
    pub fn next(&mut self) -> Option<(Moment, T)> {
        self.entries.pop().map(|entry| (entry.when.0.0, entry.what))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.when == other.when
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.when.cmp(&other.when)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_planned_for_the_same_time_happens_in_the_order_of_planning() {
        let mut calendar = Calendar::default();
        for (ms, what) in [(20, 'c'), (10, 'a'), (10, 'b')] {
            calendar.plan(Moment::from_millis(ms), what);
        }
        let order: String = std::iter::from_fn(|| calendar.next()).map(|(_, what)| what).collect();
        assert_eq!(order, "abc");
    }
}
