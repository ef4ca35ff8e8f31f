//! What a run of the model costs on this machine by its number of tokens, measured when a model is loaded: decides
//! whether drafts pay and how much of a long prompt may be computed at once.

use std::time::Instant;

use engine::llm::Token;
use engine::llm::draft::StepCosts;
use engine_worker::os;

use crate::sequences::{RunError, Sequences};

/// Numbers of tokens that are tried.
const TRIED: [usize; 6] = [1, 4, 8, 16, 32, 64];
/// The least of so many repeats counts: everything that disturbs a measurement makes it longer.
const REPEATS: usize = 5;
/// A large model on few cores needs seconds for a run; what would take longer than this is guessed from what was
/// measured. In the unit of the measurements.
const BUDGET_US: f32 = 4e6;
/// Tokens in memory while measuring: a short prompt.
const BEFORE: usize = 48;

/// Measures in microseconds, in a sequence that is empty before and after. Also serves as the warm-up.
pub fn measure(sequences: &mut Sequences<'_>, vocabulary: usize, threads: usize) -> Result<StepCosts, RunError> {
    let mut spent = run(sequences, vocabulary, 0, BEFORE, threads)?;
    let mut measured: Vec<(usize, f32)> = Vec::new();
    for (at, tokens) in TRIED.into_iter().enumerate() {
        // At worst every token costs what it costs in the longest run known.
        let guess = measured.last().map_or(0.0, |(known, cost)| cost * (tokens / known) as f32);
        if spent + guess > BUDGET_US && at > 0 {
            break;
        }
        // What is left is shared by the sizes that are left.
        let share = (BUDGET_US - spent) / (TRIED.len() - at) as f32;
        let (mut least, mut used) = (f32::INFINITY, 0.0);
        for repeat in 0..REPEATS {
            if repeat > 0 && used + least > share {
                break;
            }
            let cost = run(sequences, vocabulary, BEFORE, tokens, threads)?;
            sequences.cut(0, BEFORE);
            least = least.min(cost);
            used += cost;
        }
        spent += used;
        measured.push((tokens, least));
    }
    sequences.cut(0, 0);
    Ok(StepCosts::new(measured))
}

/// One run. A single thread is measured by its processor time, which other processes do not change much.
fn run(
    sequences: &mut Sequences<'_>,
    vocabulary: usize,
    from: usize,
    tokens: usize,
    threads: usize,
) -> Result<f32, RunError> {
    for at in 0..tokens {
        // Any tokens do: the work is the same.
        let token = ((from + at) * 7919 % vocabulary.max(1)) as Token;
        sequences.plan(0, from + at, token, from > 0);
    }
    let (wall, processor) = (Instant::now(), os::thread_time());
    sequences.run()?;
    let spent = if threads == 1 { os::thread_time().saturating_sub(processor) } else { wall.elapsed() };
    Ok(spent.as_secs_f32() * 1e6)
}
