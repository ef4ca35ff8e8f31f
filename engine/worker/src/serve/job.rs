//! A job inside a worker: knows whether it is still wanted and is answered exactly once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Failure, Outbox};
use crate::message::{Cost, FailureCode, JobTag, Outcome, Reply, SlotIndex};

/// Heartbeats of one job go out no closer together.
const HEARTBEAT: Duration = Duration::from_millis(200);

/// The jobs that are not answered yet, so that a cancel finds its job wherever it waits.
#[derive(Debug)]
pub struct JobBoard {
    outbox: Outbox,
    open: Mutex<HashMap<JobTag, Arc<AtomicBool>>>,
}

impl JobBoard {
    pub fn new(outbox: Outbox) -> Arc<Self> {
        Arc::new(Self { outbox, open: Mutex::default() })
    }

    pub fn open(self: &Arc<Self>, tag: JobTag, slot: SlotIndex) -> Job {
        let cancelled = Arc::new(AtomicBool::new(false));
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(tag, Arc::clone(&cancelled));
        Job {
            tag,
            slot,
            cancelled,
            opened: Instant::now(),
            heartbeat_due_ms: AtomicU64::new(0),
            answered: false,
            board: Arc::clone(self),
        }
    }

    /// A job that is answered already, or was never asked, is left alone.
    pub fn cancel(&self, tag: JobTag) {
        if let Some(cancelled) = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&tag) {
            cancelled.store(true, Ordering::Relaxed);
        }
    }
}

/// One piece of work. Dropped without an answer (a panic, a forgotten job) it answers `Failed` by itself.
#[derive(Debug)]
pub struct Job {
    tag: JobTag,
    slot: SlotIndex,
    cancelled: Arc<AtomicBool>,
    opened: Instant,
    /// Milliseconds since `opened` before which no further heartbeat is sent.
    heartbeat_due_ms: AtomicU64,
    answered: bool,
    board: Arc<JobBoard>,
}

impl Job {
    pub fn tag(&self) -> JobTag {
        self.tag
    }

    pub fn slot(&self) -> SlotIndex {
        self.slot
    }

    /// For the scripted worker, which breaks the protocol with it.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.board.outbox
    }

    /// Whether the server has taken the job back; to be asked as often as the library allows.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Says that the job is alive. May be called as often as one likes: few of the calls send anything.
    pub fn heartbeat(&self, percent: u8) {
        let now = self.opened.elapsed().as_millis() as u64;
        if now >= self.heartbeat_due_ms.load(Ordering::Relaxed) {
            self.heartbeat_due_ms.store(now + HEARTBEAT.as_millis() as u64, Ordering::Relaxed);
            self.board.outbox.send(&Reply::Progress { job: self.tag, percent });
        }
    }

    /// Sends the next piece of generated text.
    pub fn partial(&self, text: impl Into<String>) {
        self.board.outbox.send(&Reply::Partial { job: self.tag, text: text.into() });
    }

    pub fn done(mut self, outcome: Outcome, cost: Cost) {
        let job = self.tag;
        self.answer(&Reply::Done { job, outcome, cost });
    }

    pub fn fail(mut self, failure: Failure) {
        let job = Some(self.tag);
        self.answer(&Reply::Failed { job, code: failure.code, message: failure.message });
    }

    fn answer(&mut self, reply: &Reply) {
        self.answered = true;
        self.board.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.tag);
        self.board.outbox.send(reply);
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if !self.answered {
            let message = "the worker gave the job up; its log says why".to_owned();
            self.answer(&Reply::Failed { job: Some(self.tag), code: FailureCode::Engine, message });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::codec;

    fn board() -> (Arc<JobBoard>, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (JobBoard::new(Outbox::new(ours)), theirs)
    }

    fn replies(mut link: UnixStream, board: Arc<JobBoard>) -> Vec<Reply> {
        drop(board);
        std::iter::from_fn(|| codec::read(&mut link).unwrap()).map(|body| codec::decode(&body).unwrap()).collect()
    }

    #[test]
    fn a_job_that_is_dropped_answers_by_itself_and_only_then() {
        let (board, link) = board();
        drop(board.open(JobTag(1), SlotIndex(0)));
        board.open(JobTag(2), SlotIndex(0)).fail(Failure::cancelled());
        let replies = replies(link, board);
        assert_eq!(replies.len(), 2);
        assert!(matches!(&replies[0], Reply::Failed { job: Some(JobTag(1)), code: FailureCode::Engine, .. }));
        assert!(matches!(&replies[1], Reply::Failed { job: Some(JobTag(2)), code: FailureCode::Cancelled, .. }));
    }

    #[test]
    fn a_cancel_reaches_its_own_job_only() {
        let (board, _link) = board();
        let (first, second) = (board.open(JobTag(1), SlotIndex(0)), board.open(JobTag(2), SlotIndex(1)));
        board.cancel(JobTag(2));
        board.cancel(JobTag(3));
        assert!(!first.is_cancelled());
        assert!(second.is_cancelled());
    }

    #[test]
    fn heartbeats_do_not_flood_the_link() {
        let (board, link) = board();
        let job = board.open(JobTag(1), SlotIndex(0));
        for _ in 0..1000 {
            job.heartbeat(5);
        }
        job.done(Outcome::Generated(Vec::new()), Cost::default());
        assert!(replies(link, board).len() < 10);
    }
}
