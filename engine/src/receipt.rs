//! The coverage receipt: what became of every voiced millisecond of a session. Nothing spoken is lost without a trace.

use serde::{Deserialize, Serialize};

use crate::audio::{SampleRange, samples_to_ms};

/// What became of a voiced stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// It is in a final.
    Words,
    /// Somebody spoke, but it could not be made out (or its work was lost for good).
    Inaudible,
    /// The recogniser found that nobody spoke (a cough, a chair, far-off talk).
    NoSpeech,
    /// The user took it back.
    Cancelled,
}

/// A voiced stretch and what became of it, in milliseconds of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredRange {
    pub start_ms: u64,
    pub end_ms: u64,
    pub coverage: Coverage,
}

/// The account of a session. `words_ms + inaudible_ms + no_speech_ms + cancelled_ms == voiced_ms`, always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub voiced_ms: u64,
    pub words_ms: u64,
    pub inaudible_ms: u64,
    pub no_speech_ms: u64,
    pub cancelled_ms: u64,
    /// In order, not overlapping.
    pub ranges: Vec<CoveredRange>,
}

/// Collects voiced stretches and outcomes as a session goes on.
#[derive(Debug, Clone, Default)]
pub struct ReceiptBuilder {
    /// In order, not overlapping; none = its outcome is still awaited.
    pieces: Vec<(SampleRange, Option<Coverage>)>,
}

impl ReceiptBuilder {
    pub fn new() -> Self {
        Self::default()
    }

    /// Somebody spoke there. What is known to be voiced already is not counted twice.
    pub fn voiced(&mut self, range: SampleRange) {
        let mut start = range.start;
        let mut at = self.pieces.partition_point(|(piece, _)| piece.end <= range.start);
        while start < range.end {
            let Some((piece, _)) = self.pieces.get(at) else {
                self.pieces.push((SampleRange::new(start, range.end), None));
                return;
            };
            let piece = *piece;
            if start < piece.start {
                self.pieces.insert(at, (SampleRange::new(start, range.end.min(piece.start)), None));
                at += 1;
            }
            start = start.max(piece.end);
            at += 1;
        }
    }

    /// What became of the voiced parts of a range. A later word on the same stretch replaces an earlier one (a retry).
    pub fn settle(&mut self, range: SampleRange, coverage: Coverage) {
        if range.is_empty() {
            return;
        }
        self.split_at(range.start);
        self.split_at(range.end);
        let first = self.pieces.partition_point(|(piece, _)| piece.end <= range.start);
        for (_, outcome) in self.pieces[first..].iter_mut().take_while(|(piece, _)| piece.start < range.end) {
            *outcome = Some(coverage);
        }
    }

    /// Voiced milliseconds whose outcome is still awaited.
    pub fn awaited_ms(&self) -> u64 {
        samples_to_ms(
            self.pieces.iter().filter(|(_, outcome)| outcome.is_none()).map(|(piece, _)| piece.samples()).sum(),
        )
    }

    /// The account. What is still awaited counts as inaudible: nobody got words for it.
    pub fn receipt(&self) -> Receipt {
        let mut receipt = Receipt::default();
        for (piece, outcome) in &self.pieces {
            let coverage = outcome.unwrap_or(Coverage::Inaudible);
            // Both ends are rounded down alike, so stretches that touch still touch and nothing is counted twice.
            let (start_ms, end_ms) = (piece.start_ms(), piece.end_ms());
            let ms = end_ms - start_ms;
            receipt.voiced_ms += ms;
            match coverage {
                Coverage::Words => receipt.words_ms += ms,
                Coverage::Inaudible => receipt.inaudible_ms += ms,
                Coverage::NoSpeech => receipt.no_speech_ms += ms,
                Coverage::Cancelled => receipt.cancelled_ms += ms,
            }
            match receipt.ranges.last_mut() {
                Some(last) if last.end_ms == start_ms && last.coverage == coverage => last.end_ms = end_ms,
                _ if ms > 0 => receipt.ranges.push(CoveredRange { start_ms, end_ms, coverage }),
                _ => {}
            }
        }
        receipt
    }

    fn split_at(&mut self, sample: u64) {
        let at = self.pieces.partition_point(|(piece, _)| piece.end <= sample);
        if let Some((piece, outcome)) = self.pieces.get_mut(at)
            && piece.start < sample
        {
            let rest = (SampleRange::new(sample, piece.end), *outcome);
            piece.end = sample;
            self.pieces.insert(at + 1, rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(start: u64, end: u64) -> SampleRange {
        SampleRange::new(start * 16, end * 16)
    }

    #[test]
    fn every_voiced_millisecond_has_one_outcome() {
        let mut builder = ReceiptBuilder::new();
        builder.voiced(ms(100, 600));
        builder.voiced(ms(800, 1_000));
        builder.voiced(ms(2_000, 2_500));
        builder.settle(ms(0, 1_200), Coverage::Words);
        builder.settle(ms(1_900, 2_200), Coverage::NoSpeech);
        assert_eq!(builder.awaited_ms(), 300);
        let receipt = builder.receipt();
        assert_eq!((receipt.voiced_ms, receipt.words_ms), (1_200, 700));
        assert_eq!((receipt.no_speech_ms, receipt.inaudible_ms, receipt.cancelled_ms), (200, 300, 0));
        assert_eq!(receipt.ranges.len(), 4);
    }

    #[test]
    fn a_later_outcome_replaces_an_earlier_one() {
        let mut builder = ReceiptBuilder::new();
        builder.voiced(ms(0, 1_000));
        builder.settle(ms(0, 1_000), Coverage::Inaudible);
        builder.settle(ms(0, 1_000), Coverage::Words);
        assert_eq!(builder.receipt().words_ms, 1_000);
    }

    fn stretch() -> impl Strategy<Value = SampleRange> {
        (0u64..50_000, 0u64..20_000).prop_map(|(start, length)| SampleRange::new(start, start + length))
    }

    fn outcome() -> impl Strategy<Value = Coverage> {
        prop::sample::select(vec![Coverage::Words, Coverage::Inaudible, Coverage::NoSpeech, Coverage::Cancelled])
    }

    proptest! {
        #[test]
        fn the_totals_always_add_up(
            voiced in prop::collection::vec(stretch(), 0..20),
            settled in prop::collection::vec((stretch(), outcome()), 0..20),
            late in prop::collection::vec(stretch(), 0..5),
        ) {
            let mut builder = ReceiptBuilder::new();
            for range in &voiced {
                builder.voiced(*range);
            }
            for (range, coverage) in settled {
                builder.settle(range, coverage);
            }
            for range in &late {
                builder.voiced(*range);
            }
            let receipt = builder.receipt();
            let parts = receipt.words_ms + receipt.inaudible_ms + receipt.no_speech_ms + receipt.cancelled_ms;
            prop_assert_eq!(parts, receipt.voiced_ms);
            prop_assert_eq!(receipt.ranges.iter().map(|range| range.end_ms - range.start_ms).sum::<u64>(), parts);
            prop_assert!(receipt.ranges.windows(2).all(|pair| pair[0].end_ms <= pair[1].start_ms));
            // Against a plain count of voiced samples.
            let spoken = (0..70_000u64)
                .filter(|sample| voiced.iter().chain(&late).any(|range| (range.start..range.end).contains(sample)))
                .count() as u64;
            let pieces = receipt.ranges.len() as u64 + 45;
            prop_assert!(receipt.voiced_ms.abs_diff(spoken / 16) <= pieces, "{} ms of {spoken}", receipt.voiced_ms);
        }
    }
}
