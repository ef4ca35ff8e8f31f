//! The most people who can speak at once: twice as many each time until it is too many, then between.

use std::ops::RangeInclusive;

use crate::recording::Recording;
use crate::run;
use crate::scenario::{Phase, Scenario};
use crate::server::Server;

/// So many people as there is room for; twice as many; and as before.
pub fn burst(most: usize) -> Scenario {
    let phases = [most, 2 * most, most].map(|speakers| Phase::of(speakers, 60));
    Scenario { name: "twice as many as there is room for".to_owned(), phases: phases.into(), ..Scenario::default() }
}

/// A server gets to know people before it lets in more of them.
const ARRIVE_MS: u64 = 20_000;

pub async fn most_speakers(
    server: &mut Server,
    recordings: Vec<Recording>,
    range: RangeInclusive<usize>,
    seconds: u64,
    p95_ms: u64,
) -> anyhow::Result<usize> {
    let (mut good, mut bad) = (range.start().saturating_sub(1), range.end() + 1);
    let mut next = *range.start();
    while good + 1 < bad {
        let scenario = Scenario {
            phases: vec![Phase { arrive_ms: ARRIVE_MS, ..Phase::of(next, seconds + ARRIVE_MS / 1000) }],
            ..Scenario::default()
        };
        let report = run::run(server, scenario, recordings.clone()).await?;
        let phase = &report.phases[0];
        let took = phase.settled_final_ms.p95;
        // Who was told to wait did not speak at once with the others.
        let fine = took < p95_ms && phase.refused == 0 && report.is_clean();
        println!(
            "{next:4} speakers: p50 {:5} p95 {took:5} p99 {:5} ms, first live text p95 {:5} ms, {} of {} words lost, refused {} {}",
            phase.settled_final_ms.p50,
            phase.settled_final_ms.p99,
            phase.first_partial_ms.p95,
            phase.against_alone.missing,
            phase.against_alone.of,
            phase.refused,
            if fine { "" } else { "- too many" }
        );
        if fine {
            good = next;
        } else {
            bad = next;
        }
        // Doubling while nothing was too much; then in the middle, not closer than a twentieth.
        next = if bad > *range.end() { (good * 2).clamp(good + 1, *range.end()) } else { usize::midpoint(good, bad) };
        if bad.saturating_sub(good) <= (good / 20).max(1) {
            break;
        }
    }
    Ok(good)
}
