//! The port through which finals reach the history. `web` implements it over the store.

use std::sync::Arc;

use crate::ids::{SessionId, UtteranceId};
use crate::session::Final;

/// Must not block: it is called on the session's way. What cannot be stored at once is the implementation's business.
pub trait Recorder: Send + Sync {
    fn record(&self, told: &Final);

    /// Sound of an utterance (16 kHz), from sessions that keep theirs. A final that is told later names it.
    fn keep_sound(&self, session: SessionId, utterance: UtteranceId, sound: Arc<[i16]>);
}

/// Keeps nothing: for a server without a history.
#[derive(Debug, Clone, Copy)]
pub struct NoRecorder;

impl Recorder for NoRecorder {
    fn record(&self, _: &Final) {}

    fn keep_sound(&self, _: SessionId, _: UtteranceId, _: Arc<[i16]>) {}
}
