//! What a run came to.

use std::time::Duration;

use actors::load::Level;

/// Durations, to take percentiles of.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<u32>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In milliseconds; nothing where there is nothing.
    pub fn percentile(&self, percent: f64) -> Option<u32> {
        let mut sorted = self.0.clone();
        let last = sorted.len().checked_sub(1)?;
        let at = (percent / 100.0 * last as f64).round() as usize;
        Some(*sorted.select_nth_unstable(at.min(last)).1)
    }
}

/// Of one group of people.
#[derive(Debug, Clone, Default)]
pub struct OfGroup {
    pub name: String,
    pub first_partial: Times,
    /// From the last voiced sample to the final text.
    pub finals: Times,
    /// Of a final's decode for a slot.
    pub waits: Times,
}

/// A second or so of the run.
#[derive(Debug, Clone, Default)]
pub struct Slice {
    pub finals: Times,
    pub utilisation: f64,
    pub inside: usize,
    pub level: Level,
}

#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub people: usize,
    pub groups: Vec<OfGroup>,
    /// Busy part of the recognisers' slots.
    pub utilisation: f64,
    /// Part of the time at each level.
    pub at_level: [f64; 7],
    pub level_changes: u32,
    /// Notices told to people.
    pub notices: u64,
    pub let_in: usize,
    pub most_inside: usize,
    pub turned_away: u64,
    /// Of those who came when they were told to.
    pub promises_kept: u64,
    pub promises_broken: u64,
    pub utterances: u64,
    /// Utterances that never came to their final, and finals that came twice. Always zero.
    pub lost: u64,
    pub doubled: u64,
    /// Finals that a full queue made wait outside.
    pub resubmitted: u64,
    pub slices: Vec<Slice>,
    pub slice: Duration,
}

impl Outcome {
    /// Everybody's.
    pub fn all(&self) -> OfGroup {
        let mut all = OfGroup { name: "all".to_owned(), ..OfGroup::default() };
        for group in &self.groups {
            all.first_partial.0.extend(&group.first_partial.0);
            all.finals.0.extend(&group.finals.0);
            all.waits.0.extend(&group.waits.0);
        }
        all
    }

    pub fn group(&self, name: &str) -> Option<&OfGroup> {
        self.groups.iter().find(|group| group.name == name)
    }
}
