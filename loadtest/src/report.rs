//! What all of them saw together.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::speaker::Seen;

#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Report {
    pub speakers: usize,
    /// People who could not go on (a refused or broken connection), with why.
    pub stopped: Vec<String>,
    pub finals: usize,
    pub finals_with_text: usize,
    pub busy: usize,
    pub errors: Vec<String>,
    pub first_partial_ms: Percentiles,
    pub speech_end_to_final_ms: Percentiles,
    pub voiced_ms: u64,
    pub words_ms: u64,
    pub inaudible_ms: u64,
}

/// In milliseconds; zero where nothing was measured.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    pub measured: usize,
    pub p50: u64,
    pub p90: u64,
    pub p99: u64,
    pub max: u64,
}

impl Percentiles {
    /// By nearest rank.
    pub fn of(times: impl IntoIterator<Item = Duration>) -> Self {
        let mut ms: Vec<u64> = times.into_iter().map(|time| time.as_millis() as u64).collect();
        ms.sort_unstable();
        let Some(max) = ms.last().copied() else { return Self::default() };
        let rank = |percent: usize| ms[(ms.len() * percent).div_ceil(100).max(1) - 1];
        Self { measured: ms.len(), p50: rank(50), p90: rank(90), p99: rank(99), max }
    }
}

impl Report {
    pub fn of(all: &[anyhow::Result<Seen>]) -> Self {
        let seen: Vec<&Seen> = all.iter().filter_map(|one| one.as_ref().ok()).collect();
        let receipts = || seen.iter().flat_map(|one| &one.receipts);
        Self {
            speakers: all.len(),
            stopped: all.iter().filter_map(|one| one.as_ref().err()).map(|error| format!("{error:#}")).collect(),
            finals: seen.iter().map(|one| one.finals.len()).sum(),
            finals_with_text: seen.iter().map(|one| one.finals_with_text).sum(),
            busy: seen.iter().map(|one| one.busy).sum(),
            errors: seen.iter().flat_map(|one| one.errors.iter().cloned()).collect(),
            first_partial_ms: Percentiles::of(seen.iter().flat_map(|one| one.first_partials.iter().copied())),
            speech_end_to_final_ms: Percentiles::of(seen.iter().flat_map(|one| one.finals.iter().copied())),
            voiced_ms: receipts().map(|receipt| receipt.voiced_ms).sum(),
            words_ms: receipts().map(|receipt| receipt.words_ms).sum(),
            inaudible_ms: receipts().map(|receipt| receipt.inaudible_ms).sum(),
        }
    }

    /// Nobody stopped, nothing went wrong, nothing that was said was lost.
    pub fn is_clean(&self) -> bool {
        self.stopped.is_empty() && self.errors.is_empty() && self.inaudible_ms == 0
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, p: Percentiles| {
            writeln!(
                f,
                "{name:28} p50 {:5} ms  p90 {:5} ms  p99 {:5} ms  max {:5} ms  ({} measured)",
                p.p50, p.p90, p.p99, p.max, p.measured
            )
        };
        writeln!(f, "{} speakers, {} final texts ({} with words)", self.speakers, self.finals, self.finals_with_text)?;
        line(f, "speech to first live text", self.first_partial_ms)?;
        line(f, "end of speech to final text", self.speech_end_to_final_ms)?;
        writeln!(
            f,
            "speech heard {} ms, became words {} ms, was lost {} ms",
            self.voiced_ms, self.words_ms, self.inaudible_ms
        )?;
        writeln!(f, "told to wait {} times, {} errors, {} stopped", self.busy, self.errors.len(), self.stopped.len())?;
        for problem in self.errors.iter().chain(&self.stopped) {
            writeln!(f, "  {problem}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let times = (1..=100).rev().map(Duration::from_millis);
        assert_eq!(Percentiles::of(times), Percentiles { measured: 100, p50: 50, p90: 90, p99: 99, max: 100 });
        assert_eq!(Percentiles::of([Duration::from_millis(7)]).p50, 7);
        assert_eq!(Percentiles::of([]), Percentiles::default());
    }

    #[test]
    fn lost_speech_is_no_clean_run() {
        let receipt = protocol::Receipt { voiced_ms: 10, inaudible_ms: 10, ..protocol::Receipt::default() };
        let seen = Seen { receipts: vec![receipt], ..Seen::default() };
        assert!(!Report::of(&[Ok(seen)]).is_clean());
        assert!(!Report::of(&[Err(anyhow::anyhow!("refused"))]).is_clean());
        assert!(Report::of(&[Ok(Seen::default())]).is_clean());
    }
}
