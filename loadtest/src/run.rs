//! A scenario from its beginning to its report.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::chaos;
use crate::crowd::{Account, Crowd, Lines, alone};
use crate::meter;
use crate::recording::Recording;
use crate::report::{PhaseReport, Report};
use crate::scenario::{Phase, Scenario};
use crate::server::Server;
use crate::upload::{Uploaded, upload};

pub async fn run(server: &mut Server, scenario: Scenario, recordings: Vec<Recording>) -> anyhow::Result<Report> {
    let recordings = joined(recordings, scenario.joined);
    server.until_ready().await?;
    // One more than speak: who sends a file, or has many connections.
    let most = scenario.phases.iter().map(|phase| phase.speakers + 1).max().unwrap_or(1);
    let people = server.people(most).await?;
    let expected = alone(&server.url, &people, &recordings, &scenario).await?;
    let crowd = Crowd {
        server: server.url.clone(),
        recordings: Rc::new(recordings),
        scenario: scenario.clone(),
        lines: Lines::default(),
        people,
    };
    let begun = Instant::now();
    let mut report =
        Report { scenario, phases: Vec::new(), faults: BTreeMap::new(), readings: Vec::new(), problems: Vec::new() };
    for (number, phase) in report.scenario.phases.clone().into_iter().enumerate() {
        let progress = progress(phase);
        let phase_begun = Instant::now();
        let (mut readings, mut upload_problem) = (Vec::new(), None);
        let uploaded = Uploaded::default();
        let accounts = {
            let watched = server.pid();
            let lines = Rc::clone(&crowd.lines);
            let (faults, seed) = (&mut report.faults, crowd.scenario.seed);
            let raging = async {
                match &crowd.scenario.chaos {
                    Some(chaos) => chaos::rage(server, chaos, seed, &lines, faults).await,
                    None => std::future::pending().await,
                }
            };
            let uploading = async {
                if phase.upload_minutes > 0 {
                    let key = crowd.people.key(phase.speakers);
                    let sent = upload(&crowd.server, key, &crowd.recordings, phase.upload_minutes, &uploaded).await;
                    upload_problem = sent.err().map(|error| format!("{error:#}"));
                }
                std::future::pending::<()>().await;
            };
            tokio::select! {
                accounts = crowd.speak(phase, number as u64) => accounts,
                () = meter::watch(watched, begun, &mut readings) => unreachable!("it watches until it is dropped"),
                () = raging => unreachable!("it rages until it is dropped"),
                () = uploading => unreachable!("it waits when it is done"),
                () = show(&progress) => unreachable!("it shows until it is dropped"),
            }
        };
        progress.finish_and_clear();
        // A server that was just hurt may still be coming back.
        server.until_ready().await?;
        report.problems.extend(problems(&accounts, crowd.scenario.chaos.is_some()));
        report.problems.extend(upload_problem);
        report.phases.push(PhaseReport {
            uploaded_ms: uploaded.sent_ms.get(),
            upload_settled_ms: uploaded.settled_ms.get(),
            ..PhaseReport::of(phase, phase_begun, &accounts, &crowd.recordings, &expected, &readings)
        });
        report.readings.extend(readings);
    }
    Ok(report)
}

/// Recordings spoken as one; each begins such a row.
fn joined(recordings: Vec<Recording>, count: usize) -> Vec<Recording> {
    if count <= 1 {
        return recordings;
    }
    let of_language = |at: usize| {
        let same = recordings.iter().filter(|other| other.language == recordings[at].language);
        let parts: Vec<&Recording> = same.cycle().skip(at).take(count).collect();
        Recording::joined(&parts, 800)
    };
    (0..recordings.len()).map(of_language).collect()
}

/// What went wrong for somebody. Lines that broke are no problem where they were broken on purpose.
fn problems(accounts: &[Account], chaos: bool) -> Vec<String> {
    let errors = accounts.iter().flat_map(|account| account.seen.errors.iter());
    let broken = accounts.iter().flat_map(|account| account.seen.broken_entries.iter()).filter(|_| !chaos);
    errors.chain(broken).cloned().collect()
}

fn progress(phase: Phase) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} s").expect("the template is well formed");
    ProgressBar::new(phase.seconds).with_style(style).with_message(format!("{} speakers", phase.speakers))
}

async fn show(progress: &ProgressBar) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        progress.inc(1);
    }
}
