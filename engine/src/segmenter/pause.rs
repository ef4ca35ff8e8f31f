//! How long a pause of this speaker must be to end an utterance.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How long a pause must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PausePolicy {
    /// 500 ms at first, then learnt from the speaker's own pauses, within 350 to 900 ms.
    Adaptive,
    /// As the user said (at least 100 ms).
    FixedMs(u32),
}

const SHORTEST_MS: u32 = 350;
const LONGEST_MS: u32 = 900;
/// Pauses remembered.
const MEMORY: usize = 16;
/// What a speaker is taken for before anything is known: with the rule below this gives 500 ms.
const USUAL_MS: u32 = 320;
/// A pause shorter than this is part of articulation and says nothing.
const LEAST_MS: u32 = 120;
/// Speech that comes back so soon after an utterance was ended shows that it was ended too early.
const REGRET_MS: u32 = 300;

/// Learns from the pauses inside utterances, and from those that turned out to be inside a sentence after all.
#[derive(Debug, Clone)]
pub(super) struct PauseMemory {
    heard: VecDeque<u32>,
}

impl PauseMemory {
    pub(super) fn new() -> Self {
        Self { heard: VecDeque::from([USUAL_MS; MEMORY]) }
    }

    /// Silence that ends an utterance now: somewhat longer than nearly all of the speaker's pauses that did not.
    pub(super) fn limit_ms(&self) -> u32 {
        let mut sorted: Vec<u32> = self.heard.iter().copied().collect();
        sorted.sort_unstable();
        let typical = sorted[(sorted.len() - 1) * 7 / 8];
        (typical * 5 / 4 + 100).clamp(SHORTEST_MS, LONGEST_MS)
    }

    /// Speech went on after a pause inside an utterance.
    pub(super) fn resumed_after(&mut self, pause_ms: u32) {
        if pause_ms >= LEAST_MS {
            self.heard.pop_front();
            self.heard.push_back(pause_ms);
        }
    }

    /// Speech came back `pause_ms` after the end of the last utterance's speech.
    pub(super) fn spoke_again_after(&mut self, pause_ms: u32) {
        if pause_ms <= self.limit_ms() + REGRET_MS {
            self.resumed_after(pause_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_at_half_a_second() {
        assert_eq!(PauseMemory::new().limit_ms(), 500);
    }

    #[test]
    fn a_hesitant_speaker_gets_more_time_and_a_brisk_one_less() {
        let mut hesitant = PauseMemory::new();
        let mut brisk = PauseMemory::new();
        for _ in 0..20 {
            let pause = hesitant.limit_ms() + 100;
            hesitant.spoke_again_after(pause);
            brisk.resumed_after(150);
        }
        assert_eq!(hesitant.limit_ms(), 900);
        assert_eq!(brisk.limit_ms(), 350);
    }

    #[test]
    fn one_odd_pause_changes_nothing() {
        let mut memory = PauseMemory::new();
        memory.resumed_after(480);
        assert_eq!(memory.limit_ms(), 500);
    }

    #[test]
    fn pauses_between_sentences_are_not_taken_for_hesitation() {
        let mut memory = PauseMemory::new();
        for _ in 0..50 {
            memory.spoke_again_after(1_500);
        }
        assert_eq!(memory.limit_ms(), 500);
    }
}
