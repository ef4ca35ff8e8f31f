//! The worker's side of the border: an executable implements [`Backend`] and calls [`serve`].
//!
//! Three kinds of threads: the main thread runs the backend (`load`, `submit`), the link thread reads requests and
//! answers pings and cancels at once whatever the others do, and the backend's own threads compute. When the link
//! ends, the process leaves at once, also when they are busy.

mod arguments;
mod backend;
mod job;
mod outbox;
mod slots;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Instant;

pub use arguments::Arguments;
pub use backend::{Backend, Failure, Loaded, Work};
pub use job::{Job, JobBoard};
pub use outbox::Outbox;
pub use slots::{SlotEngine, SlotThreads};

use crate::message::{FailureCode, Hello, Load, Ready, Reply, Request, VERSION};
use crate::{codec, log, os};

/// The worker could not take its place (a processor or memory node that does not exist, no server).
pub const EXIT_UNUSABLE: i32 = 78;
/// The server sent what is no request.
pub const EXIT_PROTOCOL: i32 = 76;
/// The backend panicked outside a job.
pub const EXIT_PANIC: i32 = 70;

/// Runs a worker to its end: takes its arguments, its link and its place, greets, and serves until the link ends.
pub fn serve(backend: impl Backend) -> ExitCode {
    let arguments = Arguments::from_command_line();
    log::start();
    os::leave_with_parent();
    let link = os::take_link().and_then(|link| {
        arguments.take_place()?;
        Ok(link)
    });
    let outcome = link.and_then(|link| {
        let outbox = Outbox::new(link.try_clone()?);
        outbox.send(&Reply::Hello(hello(&backend)));
        let (requests, inbox) = mpsc::channel();
        let board = JobBoard::new(outbox.clone());
        let reader = LinkReader { outbox: outbox.clone(), board, requests };
        thread::Builder::new().name("link".to_owned()).spawn(move || reader.run(link))?;
        Ok((outbox, inbox))
    });
    match outcome {
        Ok((outbox, inbox)) => {
            let _ = catch_unwind(AssertUnwindSafe(|| attend(backend, &inbox, &outbox)));
            // The inbox ends only with the link thread, which ends only with the process: this was a panic.
            os::leave(EXIT_PANIC)
        }
        Err(error) => {
            tracing::error!("cannot serve: {error}; this program is started by `alfavoice serve`");
            ExitCode::from(EXIT_UNUSABLE as u8)
        }
    }
}

fn hello(backend: &impl Backend) -> Hello {
    Hello {
        version: VERSION,
        kind: backend.kind(),
        pid: std::process::id(),
        built_for: backend.built_for(),
        library: backend.library(),
    }
}

/// What the main thread is asked to do.
enum Order {
    Load(Load),
    Work(Job, Work),
}

/// The main thread: one order after the other.
fn attend(mut backend: impl Backend, orders: &Receiver<Order>, outbox: &Outbox) {
    let mut loaded = false;
    for order in orders {
        match order {
            Order::Load(_) if loaded => {
                let failure = Failure::bad_request("a model is loaded already; start another worker for another model");
                outbox.failed(None, failure);
            }
            Order::Load(load) => {
                let started = Instant::now();
                match backend.load(load) {
                    Ok(result) => {
                        loaded = true;
                        outbox.send(&Reply::Ready(ready(result, started)));
                    }
                    Err(failure) => outbox.failed(None, failure),
                }
            }
            Order::Work(job, _) if !loaded => job.fail(Failure::bad_request("no model is loaded")),
            Order::Work(job, work) => backend.submit(job, work),
        }
    }
}

fn ready(loaded: Loaded, started: Instant) -> Ready {
    let whole = started.elapsed();
    Ready {
        load_ms: whole.saturating_sub(loaded.warm_up).as_millis() as u32,
        warm_up_ms: loaded.warm_up.as_millis() as u32,
        facts: loaded.facts,
        slots: loaded.slots,
        resident_bytes: os::resident_bytes(None),
    }
}

/// The link thread.
struct LinkReader {
    outbox: Outbox,
    board: Arc<JobBoard>,
    requests: Sender<Order>,
}

impl LinkReader {
    fn run(self, mut link: impl io::Read) {
        loop {
            let request = match codec::read(&mut link) {
                Ok(Some(body)) => codec::decode::<Request>(&body),
                // The server has gone, in whatever way.
                Ok(None) | Err(codec::FrameError::Link(_)) => os::leave(0),
                Err(error) => Err(error),
            };
            let order = match request {
                Ok(Request::Ping { nonce }) => {
                    self.outbox.send(&Reply::Pong { nonce, resident_bytes: os::resident_bytes(None) });
                    continue;
                }
                Ok(Request::Cancel { job }) => {
                    self.board.cancel(job);
                    continue;
                }
                Ok(Request::Load(load)) => Order::Load(load),
                Ok(Request::Transcribe { job, slot, work }) => {
                    Order::Work(self.board.open(job, slot), Work::Transcribe(work))
                }
                Ok(Request::Generate { job, slot, work }) => {
                    Order::Work(self.board.open(job, slot), Work::Generate(work))
                }
                Err(error) => {
                    tracing::error!("the server sent what is no request: {error}");
                    os::leave(EXIT_PROTOCOL);
                }
            };
            // Fails only when the main thread has panicked and is leaving.
            if self.requests.send(order).is_err() {
                return;
            }
        }
    }
}

impl Failure {
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(FailureCode::BadRequest, message)
    }

    pub fn cancelled() -> Self {
        Self::new(FailureCode::Cancelled, "cancelled by the server")
    }
}
