//! What one person was told about one recording, whatever happened to connections and servers meanwhile.
//!
//! Pure. Times are milliseconds of the recording; a server that was restarted counts its own time from where the person
//! went on, which the ledger takes into account.

use std::collections::BTreeMap;

use protocol::{CoverageKind, Receipt};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Which session of this recording is spoken to; a restarted server knows nothing of the one before.
    epoch: u32,
    /// Where in the recording that session's time begins.
    base_ms: u64,
    finals: BTreeMap<(u32, u64), Told>,
    /// Finals that came again with other words.
    pub changed: Vec<String>,
    /// Stretches that receipts call words.
    pub words: Vec<(u64, u64)>,
    /// Speech that became nothing, by the receipts.
    pub inaudible_ms: u64,
}

/// A final text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub start_ms: u64,
    pub end_ms: u64,
    pub text: String,
}

impl Ledger {
    /// A final came, perhaps again.
    pub fn told(&mut self, utterance: u64, told: Told) {
        let told = Told { start_ms: told.start_ms + self.base_ms, end_ms: told.end_ms + self.base_ms, text: told.text };
        match self.finals.get(&(self.epoch, utterance)) {
            Some(known) if *known != told => self.changed.push(format!("`{}` became `{}`", known.text, told.text)),
            Some(_) => {}
            None => {
                self.finals.insert((self.epoch, utterance), told);
            }
        }
    }

    pub fn receipt(&mut self, receipt: &Receipt) {
        self.inaudible_ms += receipt.inaudible_ms;
        let words = receipt.ranges.iter().filter(|range| range.became == CoverageKind::Words);
        self.words.extend(words.map(|range| (range.start_ms + self.base_ms, range.end_ms + self.base_ms)));
    }

    /// The session is lost for good; the person goes on with a new one. From where in the recording: everything before is
    /// told.
    pub fn begin_again(&mut self) -> u64 {
        self.epoch += 1;
        self.base_ms = self.finals.values().map(|told| told.end_ms).max().unwrap_or(0);
        self.base_ms
    }

    pub fn base_ms(&self) -> u64 {
        self.base_ms
    }

    /// Whether it is all one session's.
    pub fn is_undisturbed(&self) -> bool {
        self.epoch == 0
    }

    pub fn finals(&self) -> impl Iterator<Item = &Told> {
        self.finals.values()
    }

    /// All finals as one text.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.finals().map(|told| told.text.as_str()).filter(|text| !text.is_empty()).collect();
        texts.join(" ")
    }

    /// Speech of `expected` that no final here covers, in milliseconds. A moment at each border does not count: where an
    /// utterance begins exactly depends on what was heard before.
    pub fn missing_ms(&self, expected: &[(u64, u64)], slack_ms: u64) -> u64 {
        let covered: Vec<(u64, u64)> =
            self.finals().map(|told| (told.start_ms.saturating_sub(slack_ms), told.end_ms + slack_ms)).collect();
        expected.iter().map(|stretch| uncovered(*stretch, &covered)).sum()
    }

    /// Sound that two finals with words both stand for, beyond `slack_ms` at a border.
    pub fn doubled_ms(&self, slack_ms: u64) -> u64 {
        let spoken: Vec<&Told> = self.finals().filter(|told| !told.text.is_empty()).collect();
        let overlap = |pair: &[&Told]| pair[0].end_ms.saturating_sub(pair[1].start_ms).saturating_sub(slack_ms);
        spoken.windows(2).map(overlap).sum()
    }
}

/// How much of a stretch lies in none of these.
fn uncovered(stretch: (u64, u64), covered: &[(u64, u64)]) -> u64 {
    let mut sorted: Vec<(u64, u64)> = covered.to_vec();
    sorted.sort_unstable();
    let (mut at, mut missing) = (stretch.0, 0);
    for (from, to) in sorted {
        if from > at {
            missing += from.min(stretch.1).saturating_sub(at);
        }
        at = at.max(to);
        if at >= stretch.1 {
            return missing;
        }
    }
    missing + stretch.1.saturating_sub(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(start_ms: u64, end_ms: u64, text: &str) -> Told {
        Told { start_ms, end_ms, text: text.to_owned() }
    }

    #[test]
    fn a_final_that_comes_again_counts_once() {
        let mut ledger = Ledger::default();
        ledger.told(1, told(0, 1000, "one"));
        ledger.told(1, told(0, 1000, "one"));
        assert_eq!((ledger.text().as_str(), ledger.changed.len()), ("one", 0));
        ledger.told(1, told(0, 1000, "won"));
        assert_eq!(ledger.changed.len(), 1);
    }

    #[test]
    fn a_new_session_counts_its_time_from_where_the_old_one_was_told() {
        let mut ledger = Ledger::default();
        ledger.told(1, told(0, 1000, "one"));
        assert_eq!(ledger.begin_again(), 1000);
        ledger.told(1, told(500, 900, "two"));
        assert_eq!(ledger.text(), "one two");
        assert_eq!(ledger.finals().last(), Some(&told(1500, 1900, "two")));
        assert!(!ledger.is_undisturbed());
    }

    #[test]
    fn what_no_final_covers_is_missing() {
        let mut ledger = Ledger::default();
        ledger.told(1, told(100, 1000, "one"));
        ledger.told(2, told(1500, 2000, "two"));
        assert_eq!(ledger.missing_ms(&[(100, 1000), (1500, 2000)], 0), 0);
        assert_eq!(ledger.missing_ms(&[(0, 2500)], 0), 100 + 500 + 500);
        assert_eq!(ledger.missing_ms(&[(0, 1000)], 200), 0);
        assert_eq!(Ledger::default().missing_ms(&[(0, 300)], 100), 300);
    }

    #[test]
    fn what_two_finals_cover_is_doubled() {
        let mut ledger = Ledger::default();
        ledger.told(1, told(0, 1000, "one"));
        ledger.told(2, told(700, 2000, "two"));
        assert_eq!((ledger.doubled_ms(0), ledger.doubled_ms(300)), (300, 0));
    }
}
