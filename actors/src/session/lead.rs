//! Whether sound comes faster than anybody speaks: then a file is being sent, whose texts nobody waits for one by one,
//! and they stand behind live speech. Pure.

use std::time::Duration;

use crate::moment::Moment;

/// Sound ahead of the clock from which on it is an upload. A client that was offline for a moment stays below it.
const FROM_MS: u64 = 15_000;
/// Down to this it stays one.
const UNTIL_MS: u64 = 2_000;
/// So far ahead, the rest of a pause comes at once; nobody has to guess whether it will be one.
const AHEAD_MS: u64 = 500;
/// More is not counted, so that who was offline for long and speaks again is soon live.
const MOST_MS: u64 = 30_000;

/// How far a session's sound is ahead of the clock, which runs half as fast again here: whoever speaks on catches up.
#[derive(Debug, Default)]
pub(super) struct Lead {
    ms: u64,
    at: Moment,
    upload: bool,
}

impl Lead {
    /// So much sound came now.
    pub fn note(&mut self, sound_ms: u64, now: Moment) {
        let passed = now.since(self.at);
        self.at = now;
        let caught_up = (passed + passed / 2).min(Duration::from_millis(MOST_MS)).as_millis() as u64;
        self.ms = (self.ms.saturating_sub(caught_up) + sound_ms).min(MOST_MS);
        self.upload = self.ms > if self.upload { UNTIL_MS } else { FROM_MS };
    }

    pub fn is_upload(&self) -> bool {
        self.upload
    }

    pub fn is_ahead(&self) -> bool {
        self.ms > AHEAD_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends so much sound in chunks of 100 ms, each `every_ms`.
    fn send(lead: &mut Lead, now: &mut u64, seconds: u64, every_ms: u64) {
        for _ in 0..seconds * 10 {
            *now += every_ms;
            lead.note(100, Moment::from_millis(*now));
        }
    }

    #[test]
    fn speech_is_never_an_upload_and_a_file_soon_is() {
        let (mut lead, mut now) = (Lead::default(), 5000);
        send(&mut lead, &mut now, 600, 100);
        assert!(!lead.is_upload() && !lead.is_ahead());
        send(&mut lead, &mut now, 1, 1);
        assert!(!lead.is_upload() && lead.is_ahead());
        send(&mut lead, &mut now, 20, 1);
        assert!(lead.is_upload());
        send(&mut lead, &mut now, 3600, 20);
        assert!(lead.is_upload(), "still five times as fast as speech");
    }

    #[test]
    fn who_was_offline_and_speaks_again_is_live_after_a_minute() {
        let (mut lead, mut now) = (Lead::default(), 0);
        send(&mut lead, &mut now, 10, 1);
        assert!(!lead.is_upload(), "a moment is nothing");
        send(&mut lead, &mut now, 300, 1);
        assert!(lead.is_upload());
        send(&mut lead, &mut now, 60, 100);
        assert!(!lead.is_upload());
    }
}
