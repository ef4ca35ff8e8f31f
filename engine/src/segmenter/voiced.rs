//! Where somebody spoke: the measure of density checks and of the coverage receipt.

use std::collections::VecDeque;

use crate::audio::SampleRange;

/// Voiced stretches in order, neither touching nor overlapping.
#[derive(Debug, Clone, Default)]
pub struct VoicedStretches {
    stretches: VecDeque<SampleRange>,
}

impl VoicedStretches {
    /// Adds a stretch that ends no earlier than all before; what is known already is not counted twice.
    pub fn add(&mut self, stretch: SampleRange) {
        match self.stretches.back_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => self.stretches.push_back(stretch),
        }
    }

    /// The voiced parts of a range.
    pub fn within(&self, range: SampleRange) -> impl Iterator<Item = SampleRange> + '_ {
        let first = self.stretches.partition_point(|stretch| stretch.end <= range.start);
        self.stretches
            .iter()
            .skip(first)
            .take_while(move |stretch| stretch.start < range.end)
            .filter_map(move |stretch| stretch.intersection(range))
    }

    /// Voiced milliseconds of a range.
    pub fn ms_in(&self, range: SampleRange) -> u32 {
        crate::audio::samples_to_ms(self.within(range).map(SampleRange::samples).sum()) as u32
    }

    /// The first voiced sample at or behind `sample`.
    pub fn first_from(&self, sample: u64) -> Option<u64> {
        let at = self.stretches.partition_point(|stretch| stretch.end <= sample);
        self.stretches.get(at).map(|stretch| stretch.start.max(sample))
    }

    /// End of the last stretch.
    pub fn end(&self) -> u64 {
        self.stretches.back().map_or(0, |stretch| stretch.end)
    }

    /// Forgets all before `sample`.
    pub fn forget_before(&mut self, sample: u64) {
        while self.stretches.front().is_some_and(|stretch| stretch.end <= sample) {
            self.stretches.pop_front();
        }
    }

    /// Nothing is voiced from `end` on (the sound was shorter than its last frame).
    pub(super) fn clip(&mut self, end: u64) {
        while let Some(last) = self.stretches.back_mut() {
            if last.start < end {
                last.end = last.end.min(end);
                return;
            }
            self.stretches.pop_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_and_touching_stretches_count_once() {
        let mut voiced = VoicedStretches::default();
        for (start, end) in [(0, 160), (160, 320), (300, 480), (1_600, 3_200)] {
            voiced.add(SampleRange::new(start, end));
        }
        assert_eq!(voiced.ms_in(SampleRange::new(0, 10_000)), 30 + 100);
        assert_eq!(voiced.ms_in(SampleRange::new(400, 2_000)), 5 + 25);
        assert_eq!(voiced.first_from(480), Some(1_600));
        assert_eq!(voiced.first_from(2_000), Some(2_000));
        assert_eq!(voiced.first_from(3_200), None);
    }
}
