//! How much encoder context and how many tokens a decode gets: the largest lever on its cost (a 5 s utterance in 512
//! frames instead of 1500 costs a quarter), and unsafe when cut too fine.

use crate::asr::{ContextSize, ModelFacts};
use crate::audio::SAMPLE_RATE;

/// Frames (20 ms each) of the encoder that a decode uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AudioContext {
    pub frames: u16,
}

impl AudioContext {
    /// The whole window of Whisper's encoder: 30 s.
    pub const FULL: Self = Self { frames: 1_500 };

    pub fn is_full(self) -> bool {
        self == Self::FULL
    }

    /// Longest sound that it holds, in samples.
    pub fn samples(self) -> usize {
        usize::from(self.frames) * SAMPLES_PER_FRAME
    }
}

const SAMPLES_PER_FRAME: usize = SAMPLE_RATE as usize / 50;
/// Matrix products are quickest in whole tiles.
const STEP: usize = 64;
/// Flash attention pads its keys to this, with whatever the buffer holds: nothing may be left to pad.
const FLASH_STEP: usize = 256;

/// The context for so many samples: the sound and a margin of silence, in whole steps, not below the model's floor.
/// Tight (a step of degradation under load) halves the margin, never the floor.
pub fn context_for(samples: usize, facts: &ModelFacts, size: ContextSize) -> AudioContext {
    let margin_ms = match size {
        ContextSize::Fitted => facts.audio_ctx_margin_ms,
        ContextSize::Tight => facts.audio_ctx_margin_ms / 2,
        ContextSize::Full => return AudioContext::FULL,
    };
    let step = if facts.flash_attention { FLASH_STEP } else { STEP };
    let frames = samples.div_ceil(SAMPLES_PER_FRAME) + (margin_ms as usize).div_ceil(20);
    let least = usize::from(facts.audio_ctx_floor);
    let full = usize::from(AudioContext::FULL.frames);
    let frames = frames.max(least).next_multiple_of(step).min(full);
    AudioContext { frames: frames as u16 }
}

/// Most tokens a decode may give: in proportion to the sound, so that a loop ends and long speech is not cut off.
pub fn token_cap(samples: usize, facts: &ModelFacts) -> u32 {
    let seconds = samples as f32 / SAMPLE_RATE as f32;
    8 + (facts.tokens_per_second * seconds).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> ModelFacts {
        ModelFacts { flash_attention: false, ..ModelFacts::default() }
    }

    #[test]
    fn the_table_of_contexts_holds() {
        let short = ModelFacts { audio_ctx_floor: 192, audio_ctx_margin_ms: 500, ..plain() };
        // seconds, stock fitted, stock tight, short-context model fitted
        for (seconds, stock, tight, trained) in [
            (0.5, 512, 512, 192),
            (5.0, 512, 512, 320),
            (10.0, 640, 576, 576),
            (28.0, 1_500, 1_472, 1_472),
            (40.0, 1_500, 1_500, 1_500),
        ] {
            let samples = (seconds * 16_000.0) as usize;
            assert_eq!(context_for(samples, &plain(), ContextSize::Fitted).frames, stock, "{seconds} s");
            assert_eq!(context_for(samples, &plain(), ContextSize::Tight).frames, tight, "{seconds} s tight");
            assert_eq!(context_for(samples, &short, ContextSize::Fitted).frames, trained, "{seconds} s short");
            assert!(context_for(samples, &short, ContextSize::Full).is_full());
        }
    }

    #[test]
    fn flash_attention_gets_whole_blocks_of_256() {
        let flash = ModelFacts { flash_attention: true, ..ModelFacts::default() };
        for seconds in 1..26 {
            let frames = context_for(seconds * 16_000, &flash, ContextSize::Fitted).frames;
            assert!(frames.is_multiple_of(256) || frames == 1_500, "{seconds} s: {frames}");
        }
    }

    #[test]
    fn the_context_always_holds_the_sound() {
        for samples in (1..448_000).step_by(997) {
            for size in [ContextSize::Fitted, ContextSize::Tight] {
                assert!(context_for(samples, &plain(), size).samples() >= samples);
            }
        }
    }

    #[test]
    fn the_token_cap_grows_with_the_sound() {
        assert_eq!(token_cap(0, &plain()), 8);
        assert_eq!(token_cap(16_000 * 10, &plain()), 88);
    }
}
