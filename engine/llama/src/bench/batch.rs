//! What it saves to extend many replies in one run of the model.

use anyhow::Result;

use super::AT_ONCE;
use super::ask::clean;
use super::table::{Measure, Report, median};
use crate::decode::{Asked, Engine};
use crate::shape;

/// Tokens of each reply.
const TOKENS: usize = 32;
const LEAST: f64 = 1.5;

pub fn measure(engine: &Engine, rounds: usize, report: &mut Report) -> Result<()> {
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let one_by_one = together(engine, 2, 1)?;
        let at_once = together(engine, AT_ONCE, AT_ONCE)?;
        ratios.push(one_by_one / at_once);
    }
    let what = format!("{AT_ONCE} replies at once against one by one, tokens per processor time");
    report.add(Measure::promised(what, median(&mut ratios), LEAST));
    Ok(())
}

/// Processor time per token of so many requests, so many of them at once, in milliseconds. Prompts are a word long.
fn together(engine: &Engine, requests: usize, at_once: usize) -> Result<f64> {
    let (mut spent_us, mut tokens) = (0, 0);
    let numbers: Vec<usize> = (0..requests).collect();
    for group in numbers.chunks(at_once) {
        let asked: Vec<Asked> = group
            .iter()
            .map(|number| {
                let letter = char::from(b'a' + (number % shape::EDIT_RATES.len()) as u8);
                Asked::new(engine, number % at_once, clean(None, format!("{letter}0"), String::new(), TOKENS as u32))
            })
            .collect();
        for asked in asked {
            let (generated, cost) = asked.wait()?;
            spent_us += cost.cpu_us;
            tokens += generated.reply_tokens;
        }
    }
    Ok(spent_us as f64 / 1e3 / f64::from(tokens.max(1)))
}
