//! What a session hears of its segmenter, and what it may wish.

use serde::{Deserialize, Serialize};

use super::PausePolicy;
use crate::audio::SampleRange;

/// When an utterance begins and ends.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmenterOptions {
    /// Silence that ends an utterance.
    pub pause: PausePolicy,
    /// No utterance is longer (`ModelFacts::longest_utterance_ms`); cut at the quietest point before.
    pub longest_utterance_ms: u32,
    /// Sound kept before the first voiced sample.
    pub pre_roll_ms: u32,
}

impl Default for SegmenterOptions {
    fn default() -> Self {
        Self { pause: PausePolicy::Adaptive, longest_utterance_ms: 28_000, pre_roll_ms: 300 }
    }
}

/// What happened. Sample numbers count from the session's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenEvent {
    /// Somebody speaks, confirmed. The utterance's sound begins at `start` (pre-roll), its speech at `at`.
    SpeechStarted { start: u64, at: u64 },
    /// 200 ms of silence: time to decode `range` speculatively. If the pause is confirmed, `UtteranceEnded` has the
    /// same `range`, so what was decoded is the final.
    PauseBegan { range: SampleRange, speech_end: u64 },
    /// The pause was inside the utterance; `at` is the first voiced sample after it. Never without a `PauseBegan`.
    SpeechResumed { at: u64 },
    /// Closed. If speech goes on behind the cut (`TooLong`) a `SpeechStarted` with `start == range.end` follows at once.
    UtteranceEnded { range: SampleRange, speech_end: u64, voiced_ms: u32, reason: EndReason },
}

/// Why an utterance ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EndReason {
    Pause,
    TooLong,
    /// The recording ended.
    Finish,
    /// The user took it back; its sound is gone.
    Cancel,
}
