//! Whoever waits for a reply.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};

use engine::llm::{GenerateRequest, Generated};
use engine_worker::message::{Cost, FailureCode};
use engine_worker::serve::Failure;

use super::{Engine, Ticket};

/// Told about one request, from the decoding thread. Exactly one of `done` and `failed` is called, last; neither where
/// the whole engine goes away.
pub trait Client: Send {
    /// Whether the reply is still wanted; asked between runs of the model.
    fn is_wanted(&self) -> bool;

    /// The request is alive and this far.
    fn alive(&self, percent: u8);

    /// The next piece of the reply.
    fn show(&self, text: &str);

    fn done(self: Box<Self>, generated: Generated, cost: Cost);

    fn failed(self: Box<Self>, failure: Failure);
}

/// A request asked from within this process (benchmarks and tests; the worker's clients are jobs).
#[derive(Debug)]
pub struct Asked {
    answer: Receiver<Result<(Generated, Cost), Failure>>,
    shown: Receiver<String>,
    cancelled: Arc<AtomicBool>,
}

impl Asked {
    /// Hands a request to a slot.
    pub fn new(engine: &Engine, slot: usize, request: GenerateRequest) -> Self {
        let (tell, answer) = mpsc::channel();
        let (show, shown) = mpsc::channel();
        let cancelled = Arc::new(AtomicBool::new(false));
        let caller = Caller { tell, show, cancelled: Arc::clone(&cancelled) };
        engine.submit(slot, Ticket::new(request, Box::new(caller)));
        Self { answer, shown, cancelled }
    }

    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Waits for the next piece of the reply; none after the last.
    pub fn next_shown(&self) -> Option<String> {
        self.shown.recv().ok()
    }

    /// Waits for the answer.
    pub fn wait(self) -> Result<(Generated, Cost), Failure> {
        let gone = || Failure::new(FailureCode::Engine, "the engine went away");
        self.answer.recv().unwrap_or_else(|_| Err(gone()))
    }
}

struct Caller {
    tell: Sender<Result<(Generated, Cost), Failure>>,
    show: Sender<String>,
    cancelled: Arc<AtomicBool>,
}

// Whoever asked may have stopped listening; then nobody misses what is sent.
impl Client for Caller {
    fn is_wanted(&self) -> bool {
        !self.cancelled.load(Ordering::Relaxed)
    }

    fn alive(&self, _: u8) {}

    fn show(&self, text: &str) {
        let _ = self.show.send(text.to_owned());
    }

    fn done(self: Box<Self>, generated: Generated, cost: Cost) {
        let _ = self.tell.send(Ok((generated, cost)));
    }

    fn failed(self: Box<Self>, failure: Failure) {
        let _ = self.tell.send(Err(failure));
    }
}
