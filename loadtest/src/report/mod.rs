//! What all of them saw together.

pub mod html;
mod table;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::crowd::{Account, Alone};
use crate::meter::Reading;
use crate::recording::Recording;
use crate::scenario::{Phase, Scenario};
use crate::words::Difference;

/// Where exactly an utterance begins and ends depends on what was heard before: this much at its borders is no loss.
const SLACK_MS: u64 = 250;
/// Utterances reach back by their pre-roll; that is no doubling.
const PRE_ROLL_MS: u64 = 400;
/// After it, what was before is no longer felt.
const SETTLING: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub scenario: Scenario,
    pub phases: Vec<PhaseReport>,
    /// Faults done, by kind.
    pub faults: BTreeMap<String, u64>,
    pub readings: Vec<Reading>,
    pub problems: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PhaseReport {
    pub phase: Phase,
    pub recordings: u64,
    pub finals: u64,
    pub first_partial_ms: Percentiles,
    pub speech_end_to_final_ms: Percentiles,
    /// The same from ten seconds after the last one began, when nothing is felt any more of what was before.
    pub settled_final_ms: Percentiles,
    /// From a cut through speech without a pause to the text before it.
    pub cut_to_final_ms: Percentiles,
    /// `speech_end_to_final_ms` of the person with many connections, who counts nowhere else above.
    pub final_of_one_ms: Percentiles,
    pub stop_to_last_text_ms: Percentiles,
    pub queue_wait_ms: Percentiles,
    /// What decodes of finals took, for the simulator.
    pub decode: Option<Line>,
    /// Against what was really said: of the crowd, and of the same recordings read alone.
    pub word_error_rate: f64,
    pub word_error_rate_alone: f64,
    /// Against what the server makes of the same recording alone, where no restart came between.
    pub against_alone: Difference,
    /// Speech without a final, and speech with two.
    pub missing_ms: u64,
    pub doubled_ms: u64,
    pub inaudible_ms: u64,
    /// Committed live text that changed.
    pub committed_changed: u64,
    pub busy: u64,
    pub refused: u64,
    pub promises_kept: u64,
    pub promises_broken: u64,
    pub cuts: u64,
    pub resumed: u64,
    pub begun_again: u64,
    pub notices: BTreeMap<String, u64>,
    /// Of the upload beside the speakers: what was sent and what had its text at the end of the phase.
    pub uploaded_ms: u64,
    pub upload_settled_ms: u64,
    /// Server and workers: processor time over time, all cores together being as many hundreds as there are.
    pub cpu_percent: Option<f64>,
    pub memory_bytes: Option<u64>,
    /// Every latency from the end of speech to the final, for the plot.
    #[serde(skip)]
    pub finals_ms: Vec<u64>,
}

/// Milliseconds over seconds of sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Line {
    pub fixed_ms: f64,
    pub per_second_ms: f64,
    /// Standard deviation of the logarithm of what was measured over what the line says.
    pub spread: f64,
}

impl Line {
    /// The least squares; none where the points say nothing.
    pub fn through(points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let n = points.clone().count() as f64;
        let mean = |of: fn((f64, f64)) -> f64| points.clone().map(of).sum::<f64>() / n;
        let (x, y) = (mean(|(x, _)| x), mean(|(_, y)| y));
        let (xx, xy) = (mean(|(x, _)| x * x) - x * x, mean(|(x, y)| x * y) - x * y);
        if n < 10.0 || xx < 0.01 {
            return None;
        }
        let per_second_ms = xy / xx;
        let fixed_ms = y - per_second_ms * x;
        let off = |(x, y): (f64, f64)| (y.max(1.0) / (fixed_ms + per_second_ms * x).max(1.0)).ln();
        let spread = (points.map(|point| off(point).powi(2)).sum::<f64>() / n).sqrt();
        Some(Self { fixed_ms, per_second_ms, spread })
    }
}

/// In milliseconds; zero where nothing was measured.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    pub measured: usize,
    pub p50: u64,
    pub p90: u64,
    pub p95: u64,
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
        Self { measured: ms.len(), p50: rank(50), p90: rank(90), p95: rank(95), p99: rank(99), max }
    }
}

impl PhaseReport {
    pub fn of(
        phase: Phase,
        begun: Instant,
        accounts: &[Account],
        recordings: &[Recording],
        alone: &[Alone],
        readings: &[Reading],
    ) -> Self {
        let seen = || accounts.iter().map(|account| &account.seen);
        let by = |of_one: bool| accounts.iter().filter(move |account| account.of_one == of_one);
        let single_seen = || by(false).map(|account| &account.seen);
        let finals = || single_seen().flat_map(|seen| &seen.finals);
        let spoken = || accounts.iter().flat_map(|account| &account.spoken);
        let sum = |of: fn(&crate::person::Seen) -> u64| seen().map(of).sum::<u64>();
        let (mut crowd, mut single, mut against_alone) =
            (Difference::default(), Difference::default(), Difference::default());
        let (mut missing_ms, mut doubled_ms) = (0, 0);
        for one in spoken() {
            let (recording, expected) = (&recordings[one.recording], &alone[one.recording]);
            crowd.add(Difference::between(&recording.reference, &one.ledger.text()));
            single.add(Difference::between(&recording.reference, &expected.text));
            if one.ledger.is_undisturbed() {
                against_alone.add(Difference::between(&expected.text, &one.ledger.text()));
            }
            missing_ms += one.ledger.missing_ms(&expected.words, SLACK_MS);
            doubled_ms += one.ledger.doubled_ms(PRE_ROLL_MS);
        }
        let mut notices = BTreeMap::new();
        for (code, count) in seen().flat_map(|seen| &seen.notices) {
            *notices.entry(code.clone()).or_default() += count;
        }
        let span = readings.first().zip(readings.last()).filter(|(first, last)| last.second > first.second);
        Self {
            phase,
            recordings: spoken().count() as u64,
            finals: spoken().map(|one| one.ledger.finals().count() as u64).sum(),
            first_partial_ms: Percentiles::of(single_seen().flat_map(|seen| seen.first_partials.iter().copied())),
            speech_end_to_final_ms: Percentiles::of(finals().map(|told| told.took)),
            settled_final_ms: Percentiles::of(
                finals()
                    .filter(|told| told.at >= begun + SETTLING + Duration::from_millis(phase.arrive_ms))
                    .map(|told| told.took),
            ),
            cut_to_final_ms: Percentiles::of(single_seen().flat_map(|seen| seen.cut_in_speech.iter().copied())),
            final_of_one_ms: Percentiles::of(by(true).flat_map(|account| &account.seen.finals).map(|told| told.took)),
            stop_to_last_text_ms: Percentiles::of(single_seen().flat_map(|seen| seen.after_stop.iter().copied())),
            queue_wait_ms: Percentiles::of(single_seen().flat_map(|seen| seen.queue_waits.iter().copied())),
            decode: Line::through(seen().flat_map(|seen| seen.decodes.iter().copied())),
            word_error_rate: crowd.error_rate(),
            word_error_rate_alone: single.error_rate(),
            against_alone,
            missing_ms,
            doubled_ms,
            inaudible_ms: sum(|seen| seen.inaudible_ms),
            committed_changed: sum(|seen| seen.committed_changed),
            busy: sum(|seen| seen.busy),
            refused: sum(|seen| seen.refused),
            promises_kept: sum(|seen| seen.promises_kept),
            promises_broken: sum(|seen| seen.promises_broken),
            cuts: sum(|seen| seen.cuts),
            resumed: sum(|seen| seen.resumed),
            begun_again: sum(|seen| seen.begun_again),
            notices,
            uploaded_ms: 0,
            upload_settled_ms: 0,
            cpu_percent: span.map(|(first, last)| 100.0 * (last.cpu_s - first.cpu_s) / (last.second - first.second)),
            memory_bytes: readings.iter().map(|reading| reading.server_bytes + reading.workers_bytes).max(),
            finals_ms: finals().map(|told| told.took.as_millis() as u64).collect(),
        }
    }
}

impl Report {
    /// Nobody was lost, nothing was missing or doubled, nobody heard another's words.
    pub fn is_clean(&self) -> bool {
        let clean = |phase: &PhaseReport| {
            let nothing_lost = phase.missing_ms == 0 && phase.doubled_ms == 0;
            let told = self.scenario.cancels || nothing_lost && phase.against_alone.is_none();
            told && phase.committed_changed == 0 && phase.promises_broken == 0
        };
        self.problems.is_empty() && self.phases.iter().all(clean)
    }

    /// Growth of the server's memory after a warm-up of this part of the run, in percent.
    pub fn memory_growth(&self, warm_up: f64) -> Option<f64> {
        let from = (self.readings.len() as f64 * warm_up) as usize;
        let settled = self.readings.get(from..)?;
        let part = (settled.len() / 5).max(1);
        let mean = |readings: &[Reading]| {
            let bytes = |reading: &Reading| (reading.server_bytes + reading.workers_bytes) as f64;
            readings.iter().map(bytes).sum::<f64>() / readings.len() as f64
        };
        (settled.len() >= 10).then(|| 100.0 * (mean(&settled[settled.len() - part..]) / mean(&settled[..part]) - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let times = (1..=100).rev().map(Duration::from_millis);
        let expected = Percentiles { measured: 100, p50: 50, p90: 90, p95: 95, p99: 99, max: 100 };
        assert_eq!(Percentiles::of(times), expected);
        assert_eq!(Percentiles::of([Duration::from_millis(7)]).p50, 7);
        assert_eq!(Percentiles::of([]), Percentiles::default());
    }

    #[test]
    fn a_line_goes_through_what_lies_on_it() {
        let points = (0..20).map(|x| (f64::from(x), 30.0 + 12.0 * f64::from(x)));
        let line = Line::through(points).expect("there are enough");
        assert!((line.fixed_ms - 30.0).abs() < 1e-6 && (line.per_second_ms - 12.0).abs() < 1e-6 && line.spread < 1e-6);
        assert_eq!(Line::through((0..20).map(|_| (1.0, 2.0))), None, "one length says nothing of others");
    }

    #[test]
    fn lost_speech_is_no_clean_run() {
        use crate::person::ledger::{Ledger, Told};
        let recording =
            Recording { name: "a".into(), language: "en".into(), reference: "one two".into(), samples: vec![] };
        let alone = Alone { text: "one two".into(), words: vec![(0, 1000)] };
        let report_of = |end_ms, text: &str| {
            let mut ledger = Ledger::default();
            ledger.told(1, Told { start_ms: 0, end_ms, text: text.into() });
            let spoken = vec![crate::person::Spoken { recording: 0, ledger }];
            let account = Account { spoken, ..Account::default() };
            let phase = Phase::of(1, 1);
            let phase = PhaseReport::of(
                phase,
                Instant::now(),
                &[account],
                std::slice::from_ref(&recording),
                std::slice::from_ref(&alone),
                &[],
            );
            Report {
                scenario: Scenario::default(),
                phases: vec![phase],
                faults: BTreeMap::new(),
                readings: vec![],
                problems: vec![],
            }
        };
        assert!(report_of(1000, "one two").is_clean());
        assert!(!report_of(500, "one two").is_clean(), "half of the speech is not covered");
        assert!(!report_of(1000, "one").is_clean(), "a word is missing");
        assert!(!report_of(1000, "one two three").is_clean(), "a word came from nowhere");
    }
}
