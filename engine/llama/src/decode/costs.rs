//! What a run of the model costs on this machine by its number of tokens, measured when a model is loaded: decides
//! whether drafts pay and how much of a long prompt may be computed at once.

use std::time::Instant;

use engine::llm::Token;
use engine::llm::draft::StepCosts;
use engine_worker::os;

use crate::sequences::{RunError, Sequences};

/// Numbers of tokens that are tried, beside one.
const TRIED: [usize; 5] = [4, 8, 16, 32, 64];
/// The least of so many repeats counts: everything that disturbs a measurement makes it longer.
const REPEATS: usize = 5;
/// A large model on few cores needs seconds for a run; what would take longer than this is guessed from what was
/// measured. In the unit of the measurements.
const BUDGET_US: f32 = 4e6;
/// Tokens in memory while measuring: a short prompt.
const BEFORE: usize = 48;

/// Measures in microseconds, in a sequence that is empty before and after. Also serves as the warm-up.
///
/// A longer run is measured by what it adds to a row of runs of one token: the library prepares anew for every run that
/// is not as long as the one before, which for a small model is more work than the run itself.
pub fn measure(sequences: &mut Sequences<'_>, vocabulary: usize, threads: usize) -> Result<StepCosts, RunError> {
    let mut bench = Bench { sequences, vocabulary, threads, spent: 0.0 };
    bench.run(0, BEFORE)?;
    let one = bench.least(BUDGET_US / TRIED.len() as f32, |bench| {
        bench.run_again(1)?;
        bench.run_again(1)
    })?;
    let mut measured = vec![(1, one)];
    for (at, tokens) in TRIED.into_iter().enumerate() {
        // At worst every token costs what it costs in the longest run known.
        let guess = measured.last().map_or(0.0, |(known, cost)| cost * (tokens / known) as f32) + 2.0 * one;
        if bench.spent + guess > BUDGET_US {
            break;
        }
        // What is left is shared by the sizes that are left.
        let share = (BUDGET_US - bench.spent) / (TRIED.len() - at) as f32;
        let added = bench.least(share, |bench| {
            bench.run_again(1)?;
            Ok(bench.run_again(tokens)? + bench.run_again(1)? - one)
        })?;
        measured.push((tokens, added));
    }
    bench.sequences.cut(0, 0);
    Ok(StepCosts::new(measured))
}

struct Bench<'a, 'model> {
    sequences: &'a mut Sequences<'model>,
    vocabulary: usize,
    threads: usize,
    /// Microseconds of all runs.
    spent: f32,
}

impl Bench<'_, '_> {
    /// The least of several repeats that together take no longer than they may; at least one is made.
    fn least(
        &mut self,
        may_take: f32,
        mut repeat: impl FnMut(&mut Self) -> Result<f32, RunError>,
    ) -> Result<f32, RunError> {
        let before = self.spent;
        let mut least = repeat(self)?;
        let one = self.spent - before;
        for _ in 1..REPEATS {
            if self.spent - before + one > may_take {
                break;
            }
            least = least.min(repeat(self)?);
        }
        Ok(least)
    }

    /// A run behind a short prompt, which is forgotten.
    fn run_again(&mut self, tokens: usize) -> Result<f32, RunError> {
        let cost = self.run(BEFORE, tokens)?;
        self.sequences.cut(0, BEFORE);
        Ok(cost)
    }

    /// One run. A single thread is measured by its processor time, which other processes do not change much.
    fn run(&mut self, from: usize, tokens: usize) -> Result<f32, RunError> {
        for at in 0..tokens {
            // Any tokens do: the work is the same.
            let token = ((from + at) * 7919 % self.vocabulary.max(1)) as Token;
            self.sequences.plan(0, from + at, token, from > 0);
        }
        let (wall, processor) = (Instant::now(), os::thread_time());
        self.sequences.run()?;
        let spent = if self.threads == 1 { os::thread_time().saturating_sub(processor) } else { wall.elapsed() };
        let spent = spent.as_secs_f32() * 1e6;
        self.spent += spent;
        Ok(spent)
    }
}
