//! A slot's state inside the library, reduced to the four steps that a decode is made of: hear, encode, decode, read
//! the logits. The library's own `whisper_full` does all of it in one go, but it encodes twice to detect a language,
//! again for every fallback, spends more on sampling than a small model does on thinking, and asks for a cancel
//! through a callback; with the steps apart these are ours ([`crate::decode`]).

use std::ptr::NonNull;
use std::sync::Arc;

use whisper_rs::whisper_rs_sys as sys;

use crate::model::Weights;

/// The state of one slot: caches and buffers, some hundred megabytes with a large model. Belongs to one thread at a
/// time.
#[derive(Debug)]
pub struct State {
    state: NonNull<sys::whisper_state>,
    weights: Arc<Weights>,
    threads: i32,
}

// SAFETY: the library keeps nothing in thread-local storage for a state; it may be used from one thread after another.
#[expect(unsafe_code, reason = "a raw pointer is not by default")]
unsafe impl Send for State {}

/// The library could not do a step. Its log line, which we pass on, says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the library failed in step `{step}` with code `{code}`; the worker's log says why")]
pub struct StepFailed {
    pub step: &'static str,
    pub code: i32,
}

/// Shorter sound makes the library read before its buffer (201 samples) or skip the step that we need (10 frames).
const SHORTEST: usize = 3200;

impl State {
    /// Allocates everything for the model's full context.
    #[expect(unsafe_code, reason = "whisper-rs keeps its context pointer to itself")]
    pub fn open(weights: Arc<Weights>, threads: usize) -> Result<Self, StepFailed> {
        // SAFETY: a loaded context.
        let state = NonNull::new(unsafe { sys::whisper_init_state(weights.context()) });
        let state = state.ok_or(StepFailed { step: "open", code: 0 })?;
        Ok(Self { state, weights, threads: threads.max(1) as i32 })
    }

    pub fn weights(&self) -> &Arc<Weights> {
        &self.weights
    }

    /// Takes 16 kHz sound in -1..=1 and computes its spectrogram; sets the encoder context (20 ms frames).
    pub fn hear(&mut self, samples: &[f32], audio_ctx: u16) -> Result<(), StepFailed> {
        if samples.len() < SHORTEST {
            let mut padded = samples.to_vec();
            padded.resize(SHORTEST, 0.0);
            return self.prepare(&padded, audio_ctx);
        }
        self.prepare(samples, audio_ctx)
    }

    /// Sets another encoder context for the sound heard last.
    pub fn set_context(&mut self, audio_ctx: u16) -> Result<(), StepFailed> {
        self.prepare(&[], audio_ctx)
    }

    /// The only door to the library's encoder context leads through `whisper_full`. With a duration of 100 ms it
    /// computes the spectrogram of the whole sound (if any is given), sets the context and finds nothing to decode:
    /// its loop ends where no more than 100 ms are left.
    #[expect(unsafe_code, reason = "whisper-rs leaks the language's string on every call")]
    fn prepare(&mut self, samples: &[f32], audio_ctx: u16) -> Result<(), StepFailed> {
        // SAFETY: plain values; the language is a static string; context and state are alive and this state is ours
        // alone; the library reads as many samples as it is told.
        let code = unsafe {
            let mut parameters =
                sys::whisper_full_default_params(sys::whisper_sampling_strategy_WHISPER_SAMPLING_GREEDY);
            parameters.n_threads = self.threads;
            parameters.duration_ms = 100;
            parameters.audio_ctx = i32::from(audio_ctx);
            parameters.language = c"en".as_ptr();
            parameters.no_context = true;
            parameters.print_progress = false;
            parameters.print_realtime = false;
            parameters.temperature_inc = 0.0;
            parameters.greedy.best_of = 1;
            let count = samples.len() as i32;
            sys::whisper_full_with_state(
                self.weights.context(),
                self.state.as_ptr(),
                parameters,
                samples.as_ptr(),
                count,
            )
        };
        check("hear", code)
    }

    /// Runs the encoder over the sound heard last. Cannot be interrupted.
    #[expect(unsafe_code, reason = "whisper-rs keeps its context pointer to itself")]
    pub fn encode(&mut self) -> Result<(), StepFailed> {
        // SAFETY: context and state are alive and this state is ours alone.
        let code =
            unsafe { sys::whisper_encode_with_state(self.weights.context(), self.state.as_ptr(), 0, self.threads) };
        check("encode", code)
    }

    /// Runs the decoder over `tokens`, which follow the first `past` tokens of what it was given before, and gives
    /// the logits (one per token of the vocabulary) of what comes next.
    #[expect(unsafe_code, reason = "whisper-rs copies all logits on every call")]
    pub fn decode(&mut self, tokens: &[i32], past: usize) -> Result<&mut [f32], StepFailed> {
        assert!(!tokens.is_empty(), "a decode needs a token");
        if past + tokens.len() > self.weights.file.shape.text_context as usize {
            return Err(StepFailed { step: "decode beyond the text context", code: 0 });
        }
        // SAFETY: context and state are alive and this state is ours alone; the library copies the tokens.
        let code = unsafe {
            sys::whisper_decode_with_state(
                self.weights.context(),
                self.state.as_ptr(),
                tokens.as_ptr(),
                tokens.len() as i32,
                past as i32,
                self.threads,
            )
        };
        check("decode", code)?;
        let vocabulary = self.weights.tokens.count as usize;
        // SAFETY: the library keeps a row of logits per token of the last call and fills the last row. The row stays
        // until the next call, which needs this state mutably as the slice does.
        unsafe {
            let logits = sys::whisper_get_logits_from_state(self.state.as_ptr());
            Ok(std::slice::from_raw_parts_mut(logits.add((tokens.len() - 1) * vocabulary), vocabulary))
        }
    }
}

impl Drop for State {
    #[expect(unsafe_code, reason = "the library's own destructor")]
    fn drop(&mut self) {
        // SAFETY: made by `open`, freed once; the context is still alive.
        unsafe { sys::whisper_free_state(self.state.as_ptr()) };
    }
}

fn check(step: &'static str, code: i32) -> Result<(), StepFailed> {
    if code == 0 { Ok(()) } else { Err(StepFailed { step, code }) }
}
