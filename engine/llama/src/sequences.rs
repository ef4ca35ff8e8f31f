//! The model's memory: many sequences of tokens side by side, and the runs of the model that extend them.

use std::num::NonZeroU32;

use engine::llm::{Sampling, Token};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;

use crate::model::{self, Model};

/// Tokens that one run may hold; prompts longer than this take several.
pub const LONGEST_RUN: usize = 512;
/// The library's limit on sequences.
pub const MOST_SEQUENCES: usize = 256;
/// Where sampling narrows its choice first, so that a large vocabulary is not sorted as a whole.
const SAMPLED_AMONG: i32 = 256;

/// A sequence's number.
pub type Sequence = usize;

/// Why the model did not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    #[error(
        "the model cannot be given memory for `{sequences}` sequences and `{tokens}` tokens; give the worker fewer slots or less context"
    )]
    NoMemory { sequences: usize, tokens: u32 },
    #[error("the model's memory is full")]
    Full,
    #[error("the library gave up: {0}")]
    Library(String),
}

/// Where in the last run a token's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row(i32);

/// The sequences of one model and the run in the making.
#[derive(Debug)]
pub struct Sequences<'model> {
    context: LlamaContext<'model>,
    run: LlamaBatch<'static>,
}

/// Picks tokens by chance. Belongs to one reply.
pub struct Chance(LlamaSampler);

impl std::fmt::Debug for Chance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chance")
    }
}

impl Chance {
    pub fn new(sampling: Sampling) -> Self {
        Self(LlamaSampler::chain_simple([
            LlamaSampler::top_k(SAMPLED_AMONG),
            LlamaSampler::top_p(sampling.top_p, 1),
            LlamaSampler::temp(sampling.temperature),
            LlamaSampler::dist(sampling.seed),
        ]))
    }
}

impl<'model> Sequences<'model> {
    /// Memory for this many sequences, which share this many tokens, and the threads to compute with.
    pub fn new(model: &'model Model, sequences: usize, tokens: u32, threads: usize) -> Result<Self, RunError> {
        let no_memory = || RunError::NoMemory { sequences, tokens };
        if sequences > MOST_SEQUENCES {
            return Err(no_memory());
        }
        let threads = i32::try_from(threads.max(1)).unwrap_or(i32::MAX);
        let parameters = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(tokens))
            .with_n_batch(LONGEST_RUN as u32)
            .with_n_ubatch(LONGEST_RUN as u32)
            .with_n_seq_max(sequences as u32)
            .with_n_threads(threads)
            .with_n_threads_batch(threads)
            // Without it each sequence has memory of its own, and copying the beginning of one aborts the process.
            .with_kv_unified(true)
            // A shared beginning must stay whole, however far a reply has gone on.
            .with_swa_full(true)
            .with_offload_kqv(false)
            .with_op_offload(false)
            .with_no_perf(true);
        let context = model.library.new_context(model::library(), parameters).map_err(|_| no_memory())?;
        Ok(Self { context, run: LlamaBatch::new(LONGEST_RUN, 1) })
    }

    /// Tokens in the run in the making.
    pub fn planned(&self) -> usize {
        self.run.n_tokens() as usize
    }

    /// How many more tokens the run can take.
    pub fn room(&self) -> usize {
        LONGEST_RUN - self.planned()
    }

    /// Adds a token at a position of a sequence, the next one after what it holds. With `asked`, what the model says
    /// behind it can be read from its row after the run. The caller looks at [`Self::room`] before.
    pub fn plan(&mut self, sequence: Sequence, position: usize, token: Token, asked: bool) -> Row {
        let row = Row(self.run.n_tokens());
        self.run
            .add(LlamaToken(token), position as i32, &[sequence as i32], asked)
            .expect("the caller has looked at the room left");
        row
    }

    /// Computes everything that was planned. After an error the sequences hold what they held before.
    pub fn run(&mut self) -> Result<(), RunError> {
        let outcome = self.context.decode(&mut self.run);
        self.run.clear();
        outcome.map_err(|error| match error {
            llama_cpp_2::DecodeError::NoKvCacheSlot => RunError::Full,
            other => RunError::Library(other.to_string()),
        })
    }

    /// Forgets what was planned.
    pub fn drop_plan(&mut self) {
        self.run.clear();
    }

    /// What the model says about every token of its vocabulary behind a token of the last run that was asked for.
    pub fn values(&self, row: Row) -> &[f32] {
        self.context.get_logits_ith(row.0)
    }

    /// A token picked by chance behind a token of the last run.
    pub fn pick(&self, row: Row, chance: &mut Chance) -> Token {
        chance.0.sample(&self.context, row.0).0
    }

    /// Forgets a sequence from a position on.
    pub fn cut(&mut self, sequence: Sequence, from: usize) {
        // Fails only for models with a memory of another kind, which are refused when they are loaded.
        let _ = self.context.clear_kv_cache_seq(Some(sequence as u32), Some(from as u32), None);
    }

    /// Gives an empty sequence the beginning of another one. Takes no time and no memory: they share it.
    pub fn share(&mut self, from: Sequence, to: Sequence, length: usize) {
        // Positions are counts of tokens in memory, far from what would not fit.
        let _ = self.context.copy_kv_cache_seq(from as i32, to as i32, Some(0), Some(length as u32));
    }
}

#[cfg(test)]
mod tests {
    use engine_worker::message::ModelSource;

    use super::*;
    use crate::model::Weights;

    fn run(sequences: &mut Sequences<'_>, sequence: Sequence, from: usize, tokens: &[Token]) -> Vec<f32> {
        let mut row = Row(0);
        for (at, token) in tokens.iter().enumerate() {
            row = sequences.plan(sequence, from + at, *token, at + 1 == tokens.len());
        }
        sequences.run().unwrap();
        sequences.values(row).to_vec()
    }

    fn close(left: &[f32], right: &[f32]) -> bool {
        left.iter().zip(right).all(|(left, right)| (left - right).abs() < 0.05)
    }

    #[test]
    fn a_shared_beginning_is_as_good_as_an_own_one() {
        let model = Model::load(&ModelSource::Builtin, Weights::Copied).unwrap();
        let mut sequences = Sequences::new(&model, 4, 256, 1).unwrap();
        let tokens: Vec<Token> = (300..330).collect();
        let own = run(&mut sequences, 0, 0, &tokens);
        sequences.share(0, 1, 20);
        let shared = run(&mut sequences, 1, 20, &tokens[20..]);
        assert!(close(&own, &shared));
        // The one that lent it may go.
        sequences.cut(0, 0);
        sequences.cut(1, 20);
        assert!(close(&own, &run(&mut sequences, 1, 20, &tokens[20..])));
    }

    #[test]
    fn a_full_memory_is_an_error_and_leaves_the_sequences_alone() {
        let model = Model::load(&ModelSource::Builtin, Weights::Copied).unwrap();
        let mut sequences = Sequences::new(&model, 2, 256, 1).unwrap();
        let tokens: Vec<Token> = (300..500).collect();
        run(&mut sequences, 0, 0, &tokens);
        for at in 0..200 {
            sequences.plan(1, at, 300, at == 199);
        }
        assert_eq!(sequences.run(), Err(RunError::Full));
        sequences.cut(1, 0);
        run(&mut sequences, 0, 200, &[300]);
    }

    #[test]
    fn more_sequences_than_the_library_knows_are_refused() {
        let model = Model::load(&ModelSource::Builtin, Weights::Copied).unwrap();
        let error = Sequences::new(&model, MOST_SEQUENCES + 1, 256, 1).unwrap_err();
        assert!(error.to_string().contains("fewer slots"), "{error}");
    }
}
