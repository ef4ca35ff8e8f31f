//! The port through which finals reach the history. `web` implements it over the store.

use crate::session::Final;

/// Must not block: it is called on the session's way. What cannot be stored at once is the implementation's business.
pub trait Recorder: Send + Sync {
    fn record(&self, told: &Final);
}

/// Keeps nothing: for a server without a history.
#[derive(Debug, Clone, Copy)]
pub struct NoRecorder;

impl Recorder for NoRecorder {
    fn record(&self, _: &Final) {}
}
