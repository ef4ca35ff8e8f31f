//! What it saves that a system prompt is in memory already.

use anyhow::{Result, ensure};

use super::ask::{ask, clean};
use super::table::{Measure, Report, median};
use crate::decode::Engine;
use crate::shape;

const SYSTEM_TOKENS: usize = 400;
const USER_TOKENS: usize = 60;
const LEAST: f64 = 4.0;

pub fn measure(engine: &Engine, rounds: usize, report: &mut Report) -> Result<()> {
    let system = |number: usize| {
        // Another first word makes it another prompt from the beginning on.
        let words = [shape::plain('f', 300), shape::plain('e', SYSTEM_TOKENS - 301)].join(" ");
        format!("d{} {words}", number + 1)
    };
    let user = || shape::prompt('a', USER_TOKENS - 1);
    let mut ratios = Vec::new();
    let mut reused = 0;
    for round in 0..rounds {
        let (cold, cold_ms) = ask(engine, clean(Some(system(round)), user(), String::new(), 1))?;
        let (warm, warm_ms) = ask(engine, clean(Some(system(round)), user(), String::new(), 1))?;
        ensure!(cold.text == warm.text, "a shared beginning changed the reply: `{}`, `{}`", cold.text, warm.text);
        ensure!(cold.reused_tokens == 0 && warm.reused_tokens > 0, "nothing was reused: {warm:?}");
        reused = warm.reused_tokens;
        ratios.push(cold_ms / warm_ms);
    }
    let what = format!("system prompt in memory ({reused} tokens, {USER_TOKENS} new) against cold");
    report.add(Measure::promised(what, median(&mut ratios), LEAST));
    Ok(())
}
