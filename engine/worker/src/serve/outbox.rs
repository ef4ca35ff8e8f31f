//! The worker's end of the link, for writing. Shared by all threads.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use super::Failure;
use crate::message::{JobTag, Reply};
use crate::{codec, os};

/// Sends replies. Cheap to clone; whole frames never mix.
#[derive(Debug, Clone)]
pub struct Outbox(Arc<Mutex<UnixStream>>);

impl Outbox {
    pub fn new(link: UnixStream) -> Self {
        Self(Arc::new(Mutex::new(link)))
    }

    /// Writes a reply. When the server does not listen any more there is nobody to work for: the process leaves.
    pub fn send(&self, reply: &Reply) {
        match codec::encode(reply) {
            Ok(frame) => self.write(&frame),
            Err(error) => {
                tracing::error!("a reply cannot be sent: {error}");
                if let Reply::Done { job, .. } | Reply::Partial { job, .. } = reply {
                    let failure = Failure::new(crate::message::FailureCode::Engine, error.to_string());
                    self.failed(Some(*job), failure);
                }
            }
        }
    }

    /// Says that a job, or what was asked without a job, was not done.
    pub fn failed(&self, job: Option<JobTag>, failure: Failure) {
        self.send(&Reply::Failed { job, code: failure.code, message: failure.message });
    }

    /// Writes bytes as they are (the scripted worker breaks the protocol with it).
    pub(crate) fn write(&self, bytes: &[u8]) {
        let mut link = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if link.write_all(bytes).is_err() {
            os::leave(0);
        }
    }
}
