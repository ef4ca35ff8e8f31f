//! Tells the client what its session is doing, each change once.

use std::time::Duration;

use super::output::{Activity, SessionOutput};
use super::state::SessionEffect;

#[derive(Debug, Default)]
pub(super) struct ActivityTeller {
    told: Option<Activity>,
}

impl ActivityTeller {
    /// A final waits in the queue; its place is told each time it changes.
    pub fn queued(&mut self, position: u32, expected_wait: Duration) -> SessionEffect {
        self.told = Some(Activity::Queued);
        let eta_ms = Some(expected_wait.as_millis() as u64);
        tell(Activity::Queued, Some(position), eta_ms)
    }

    /// `decoding` and `cleaning`: whether an utterance that is over waits for its words, or for their clean-up.
    pub fn now(&mut self, decoding: bool, cleaning: bool, speaking: bool) -> Option<SessionEffect> {
        let activity = match (decoding, cleaning, speaking) {
            (true, _, _) if self.told == Some(Activity::Queued) => return None,
            (true, _, _) => Activity::Processing,
            (false, true, _) => Activity::Generating,
            (false, false, true) => Activity::Listening,
            (false, false, false) => Activity::Ready,
        };
        (self.told.replace(activity) != Some(activity)).then(|| tell(activity, None, None))
    }

    /// A waiting final is being worked on.
    pub fn started(&mut self) -> Option<SessionEffect> {
        (self.told == Some(Activity::Queued)).then(|| {
            self.told = Some(Activity::Processing);
            tell(Activity::Processing, None, None)
        })
    }
}

fn tell(state: Activity, queue_position: Option<u32>, eta_ms: Option<u64>) -> SessionEffect {
    SessionEffect::Tell(SessionOutput::Status { state, queue_position, eta_ms })
}
