//! The report for a terminal.

use std::fmt;

use super::{Percentiles, PhaseReport, Report};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.scenario.name)?;
        for phase in &self.phases {
            write!(f, "{phase}")?;
        }
        if !self.faults.is_empty() {
            let faults: Vec<String> = self.faults.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            writeln!(f, "faults: {}", faults.join(", "))?;
        }
        if let Some(growth) = self.memory_growth(0.2) {
            writeln!(f, "memory after the first fifth: {growth:+.1} %")?;
        }
        for problem in self.problems.iter().take(20) {
            writeln!(f, "  {problem}")?;
        }
        if self.problems.len() > 20 {
            writeln!(f, "  and {} more", self.problems.len() - 20)?;
        }
        writeln!(f, "{}", if self.is_clean() { "nothing missing, nothing doubled" } else { "NOT CLEAN" })
    }
}

impl fmt::Display for PhaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, p: Percentiles| {
            writeln!(
                f,
                "  {name:28} p50 {:6}  p90 {:6}  p95 {:6}  p99 {:6}  max {:6} ms  ({} measured)",
                p.p50, p.p90, p.p95, p.p99, p.max, p.measured
            )
        };
        let (speakers, seconds) = (self.phase.speakers, self.phase.seconds);
        writeln!(
            f,
            "{speakers} speakers for {seconds} s: {} recordings, {} final texts",
            self.recordings, self.finals
        )?;
        line(f, "speech to first live text", self.first_partial_ms)?;
        line(f, "end of speech to final text", self.speech_end_to_final_ms)?;
        line(f, "  10 s after all were there", self.settled_final_ms)?;
        if self.cut_to_final_ms.measured > 0 {
            line(f, "cut in long speech to text", self.cut_to_final_ms)?;
        }
        if self.phase.connections_of_one > 0 {
            line(f, "final of who has many lines", self.final_of_one_ms)?;
        }
        line(f, "end of recording to its end", self.stop_to_last_text_ms)?;
        line(f, "wait for a slot", self.queue_wait_ms)?;
        if let Some(decode) = self.decode {
            writeln!(
                f,
                "  a final's decode took {:.0} ms and {:.1} ms for each second, give or take {:.0} %",
                decode.fixed_ms,
                decode.per_second_ms,
                100.0 * decode.spread
            )?;
        }
        let d = self.against_alone;
        writeln!(
            f,
            "  word error rate {:.1} % (alone {:.1} %); of {} words: {} missing, {} added, {} changed against alone",
            self.word_error_rate, self.word_error_rate_alone, d.of, d.missing, d.added, d.changed
        )?;
        writeln!(
            f,
            "  speech without a text {} ms, with two {} ms, not understood {} ms; committed text changed {} times",
            self.missing_ms, self.doubled_ms, self.inaudible_ms, self.committed_changed
        )?;
        writeln!(
            f,
            "  refused {} (promises kept {}, broken {}), told to wait {}, lines cut {}, resumed {}, begun again {}",
            self.refused,
            self.promises_kept,
            self.promises_broken,
            self.busy,
            self.cuts,
            self.resumed,
            self.begun_again
        )?;
        if self.phase.upload_minutes > 0 {
            writeln!(
                f,
                "  uploaded beside them: {} of {} minutes, {} with their text",
                self.uploaded_ms / 60_000,
                self.phase.upload_minutes,
                self.upload_settled_ms / 60_000
            )?;
        }
        if !self.notices.is_empty() {
            let notices: Vec<String> = self.notices.iter().map(|(code, count)| format!("{code} {count}")).collect();
            writeln!(f, "  notices: {}", notices.join(", "))?;
        }
        if let (Some(cpu), Some(bytes)) = (self.cpu_percent, self.memory_bytes) {
            writeln!(f, "  processor {cpu:.0} % of a core, memory {} MiB", bytes / (1024 * 1024))?;
        }
        Ok(())
    }
}
