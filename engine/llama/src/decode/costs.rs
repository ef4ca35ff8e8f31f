//! What a run of the model costs on this machine by its number of tokens, measured when a model is loaded: decides
//! whether drafts pay and how much of a long prompt may be computed at once.

use std::time::{Duration, Instant};

use engine::llm::Token;
use engine::llm::draft::StepCosts;
use engine_worker::os;

use crate::sequences::{RunError, Sequences};

/// Numbers of tokens that are tried, the first many times: it is what everything is compared with.
const TRIED: [usize; 6] = [1, 4, 8, 16, 32, 64];
const REPEATS: usize = 5;
/// A large model on few cores needs seconds for a run; the rest is then guessed from what was measured.
const BUDGET: Duration = Duration::from_millis(1500);
/// Tokens in memory while measuring: a short prompt.
const BEFORE: usize = 48;

/// Measures in microseconds, in a sequence that is empty before and after. Also serves as the warm-up.
pub fn measure(sequences: &mut Sequences<'_>, vocabulary: usize, threads: usize) -> Result<StepCosts, RunError> {
    let started = Instant::now();
    run(sequences, vocabulary, 0, BEFORE, threads)?;
    let mut measured = Vec::new();
    for tokens in TRIED {
        let mut least = f32::INFINITY;
        for repeat in 0..REPEATS {
            if repeat > 0 && started.elapsed() > BUDGET * (repeat as u32 + 1) / (REPEATS as u32 + 1) {
                break;
            }
            least = least.min(run(sequences, vocabulary, BEFORE, tokens, threads)?);
            sequences.cut(0, BEFORE);
        }
        measured.push((tokens, least));
        if started.elapsed() > BUDGET && tokens >= engine::llm::draft::TILE {
            break;
        }
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
