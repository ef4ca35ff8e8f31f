//! `[audio]`: what happens to sound before it is recognised.

section! {
    /// What happens to sound before it is recognised: noise, level, where utterances begin and end. A session may wish
    /// otherwise for itself.
    Audio "audio" {
        /// Noise suppression. Recognisers hear through mild noise better than through its removal; for loud rooms.
        denoise: bool = false;
        /// Raise quiet voices to an even level.
        gain_control: bool = true;
        /// Sound kept from before the detected beginning of speech, so that no first syllable is cut.
        pre_roll_ms: u32 = 300, unit "ms", range 0..=2000;
        /// Pause that ends an utterance. 0 = learnt from the speaker: half a second at first.
        pause_ms: u32 = 0, unit "ms", range 0..=10_000;
        /// An utterance without a pause is cut at its quietest point before this length, or the model's own limit if
        /// that is shorter.
        longest_utterance_ms: u32 = 28_000, unit "ms", range 2000..=29_000;
        /// Without any sound from the client for so long, an open utterance is taken to be over.
        stall_ms: u32 = 3000, unit "ms", range 500..=600_000;
        /// Sound of one session that may wait for its final texts; beyond it the client is read more slowly.
        most_waiting_s: u32 = 120, unit "seconds of sound", range 30..=86_400;
    }
}
