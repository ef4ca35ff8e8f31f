//! Outcomes as tables.

use actors::load::Level;

use crate::measure::{OfGroup, Outcome, Times};

/// One line for each run.
pub fn table(title: &str, outcomes: &[Outcome]) -> String {
    let mut text = format!("{title}\n\n");
    text.push_str(
        "| people | most inside | turned away | told times kept | first partial p50 / p95 | end of speech to final p50 / p90 / p95 / p99 | wait p95 | busy | lost |\n",
    );
    text.push_str("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for outcome in outcomes {
        let all = outcome.all();
        let asked = outcome.promises_kept + outcome.promises_broken;
        text.push_str(&format!(
            "| {} | {} | {} | {} of {asked} | {} | {} | {} ms | {:.0} % | {} |\n",
            outcome.people,
            outcome.most_inside,
            outcome.turned_away,
            outcome.promises_kept,
            percentiles(&all.first_partial, &[50.0, 95.0]),
            percentiles(&all.finals, &[50.0, 90.0, 95.0, 99.0]),
            percentiles(&all.waits, &[95.0]).trim_end_matches(" ms"),
            outcome.utilisation * 100.0,
            outcome.lost + outcome.doubled,
        ));
    }
    text.push('\n');
    for outcome in outcomes {
        text.push_str(&format!("{} people: {}\n", outcome.people, levels(outcome)));
        if outcome.groups.len() > 1 {
            for group in &outcome.groups {
                text.push_str(&format!("    {}\n", of_group(group)));
            }
        }
    }
    text
}

fn levels(outcome: &Outcome) -> String {
    let shares = Level::ALL.iter().zip(outcome.at_level).filter(|(_, share)| *share >= 0.0005);
    let shares: Vec<String> = shares.map(|(level, share)| format!("{} {:.1} %", level.name(), share * 100.0)).collect();
    let Outcome { level_changes, notices, resubmitted, utterances, .. } = outcome;
    format!(
        "{}; {level_changes} steps, {notices} notices, {resubmitted} finals offered again, {utterances} utterances",
        shares.join(", ")
    )
}

fn of_group(group: &OfGroup) -> String {
    format!(
        "{}: {} finals, end of speech to final p50 / p95 / p99 {}, first partial p50 / p95 {}",
        group.name,
        group.finals.len(),
        percentiles(&group.finals, &[50.0, 95.0, 99.0]),
        percentiles(&group.first_partial, &[50.0, 95.0]),
    )
}

fn percentiles(times: &Times, which: &[f64]) -> String {
    if times.is_empty() {
        return "-".to_owned();
    }
    let found: Vec<String> =
        which.iter().filter_map(|percent| times.percentile(*percent)).map(|ms| ms.to_string()).collect();
    format!("{} ms", found.join(" / "))
}
