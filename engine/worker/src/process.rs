//! A running worker process as the server holds it: a link to ask through, a stream of events to read.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::oneshot::error::RecvError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::command::WorkerCommand;
use crate::exit::{Exit, ProtocolError, SpawnError};
use crate::message::{FailureCode, Hello, JobTag, Reply, Request, VERSION, WorkerKind};
use crate::reaper::{self, Child};
use crate::{codec, log, os};

/// Requests that may wait for a worker to read them. It reads at once whatever it computes, so more than these
/// (a request per slot and a few pings) means that it is stopped or stuck.
const BACKLOG: usize = 256;
/// Events that may wait for the owner before the worker's further replies are left in the socket.
const EVENTS: usize = 256;
/// How long a worker may live after its link has ended, and its link after it.
const LAST_BREATH: Duration = Duration::from_secs(2);

/// What a worker process tells its owner.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkerEvent {
    Reply(Reply),
    /// The process is gone and reaped; nothing follows.
    Exited(Exit),
}

/// The worker process is gone (its owner hears why through [`WorkerEvent::Exited`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the worker process is gone")]
pub struct LinkClosed;

/// Asks a worker and can end it. Cheap to clone; says [`LinkClosed`] once the process is gone.
#[derive(Debug, Clone)]
pub struct WorkerLink {
    requests: mpsc::Sender<Request>,
    child: Child,
    /// Set before the kill by whoever finds the protocol broken.
    verdict: Arc<OnceLock<ProtocolError>>,
}

impl WorkerLink {
    /// Queues a request without waiting. A request that is longer than a frame may be is answered by
    /// `Failed { BadRequest }`; a worker that leaves too many requests unread is killed.
    pub fn send(&self, request: Request) -> Result<(), LinkClosed> {
        if !self.child.is_alive() {
            return Err(LinkClosed);
        }
        self.requests.try_send(request).map_err(|error| {
            if matches!(error, mpsc::error::TrySendError::Full(_)) {
                self.condemn(ProtocolError::Backlog { waiting: BACKLOG });
            }
            LinkClosed
        })
    }

    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// Ends the process at once, also when it hangs or is stopped; its owner then hears `Exited`.
    pub fn kill(&self) {
        self.child.kill();
    }

    /// Physical memory of the process, 0 when it is gone.
    pub fn resident_bytes(&self) -> u64 {
        os::resident_bytes(Some(self.child.pid()))
    }

    fn condemn(&self, error: ProtocolError) {
        let _ = self.verdict.set(error);
        self.child.kill();
    }
}

/// A worker process. Dropping it kills and reaps the child.
#[derive(Debug)]
pub struct WorkerProcess {
    link: WorkerLink,
    events: mpsc::Receiver<WorkerEvent>,
    exit: Option<Exit>,
}

impl WorkerProcess {
    /// Starts a worker (takes a fork and an exec, about a millisecond). Must be called inside a tokio runtime with IO
    /// and time; the first event is the worker's `Hello`, after which it wants a `Load`.
    pub fn spawn(command: &WorkerCommand) -> Result<Self, SpawnError> {
        if !command.executable.is_file() {
            return Err(SpawnError::Missing { path: command.executable.clone() });
        }
        let no_resources = |source| SpawnError::NoResources { source };
        let (ours, theirs) = StdUnixStream::pair().map_err(no_resources)?;
        let (output, output_of_child) = io::pipe().map_err(no_resources)?;
        let errors_of_child = output_of_child.try_clone().map_err(no_resources)?;
        ours.set_nonblocking(true).map_err(no_resources)?;
        let (from_worker, to_worker) = UnixStream::from_std(ours).map_err(no_resources)?.into_split();

        let mut child = command.to_std();
        child.stdin(OwnedFd::from(theirs)).stdout(Stdio::from(output_of_child)).stderr(Stdio::from(errors_of_child));
        let (child, ended) =
            reaper::start(child).map_err(|source| SpawnError::Refused { path: command.executable.clone(), source })?;

        let (requests, waiting_requests) = mpsc::channel(BACKLOG);
        let (tell_owner, events) = mpsc::channel(EVENTS);
        let link = WorkerLink { requests, child, verdict: Arc::default() };
        log::forward(output, link.pid()).map_err(no_resources)?;
        tokio::spawn(write_requests(waiting_requests, to_worker, tell_owner.clone()));
        // The driver must not hold a sender of requests: the writer ends when the last link is dropped.
        let driver = Driver {
            wanted: command.kind,
            child: link.child.clone(),
            verdict: Arc::clone(&link.verdict),
            events: tell_owner,
        };
        tokio::spawn(driver.run(from_worker, ended));
        Ok(Self { link, events, exit: None })
    }

    pub fn link(&self) -> WorkerLink {
        self.link.clone()
    }

    /// The next thing the worker tells. Cancel safe. After `Exited` it answers the same `Exited` again.
    pub async fn next_event(&mut self) -> WorkerEvent {
        if let Some(exit) = &self.exit {
            return WorkerEvent::Exited(exit.clone());
        }
        // The driver sends `Exited` last; without it the runtime is shutting down and the child with it.
        let event = self.events.recv().await.unwrap_or(WorkerEvent::Exited(Exit::Signal(libc::SIGKILL)));
        if let WorkerEvent::Exited(exit) = &event {
            self.exit = Some(exit.clone());
        }
        event
    }

    pub fn pid(&self) -> u32 {
        self.link.pid()
    }

    /// See [`WorkerLink::kill`].
    pub fn kill(&self) {
        self.link.kill();
    }

    /// See [`WorkerLink::resident_bytes`].
    pub fn resident_bytes(&self) -> u64 {
        self.link.resident_bytes()
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        self.link.kill();
    }
}

async fn write_requests(
    mut requests: mpsc::Receiver<Request>,
    mut to_worker: OwnedWriteHalf,
    events: mpsc::Sender<WorkerEvent>,
) {
    while let Some(request) = requests.recv().await {
        match codec::encode(&request) {
            // A broken pipe is no news: the driver reads the end of the link and tells the owner.
            Ok(frame) => {
                if to_worker.write_all(&frame).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                let job = job_of(&request);
                let reply = Reply::Failed { job, code: FailureCode::BadRequest, message: error.to_string() };
                let _ = events.send(WorkerEvent::Reply(reply)).await;
            }
        }
    }
}

fn job_of(request: &Request) -> Option<JobTag> {
    match request {
        Request::Transcribe { job, .. } | Request::Generate { job, .. } | Request::Cancel { job } => Some(*job),
        Request::Load(_) | Request::Ping { .. } => None,
    }
}

/// Reads a worker's replies until it is gone, then says how it went.
struct Driver {
    wanted: WorkerKind,
    child: Child,
    verdict: Arc<OnceLock<ProtocolError>>,
    events: mpsc::Sender<WorkerEvent>,
}

impl Driver {
    async fn run(self, mut from_worker: OwnedReadHalf, mut ended: oneshot::Receiver<ExitStatus>) {
        let mut status = None;
        let heard = {
            let mut hearing = std::pin::pin!(self.hear(&mut from_worker));
            tokio::select! {
                heard = &mut hearing => heard,
                ended = &mut ended => {
                    status = Some(ended);
                    // What it said before it died is still in the socket.
                    timeout(LAST_BREATH, hearing).await.unwrap_or(Ok(()))
                }
            }
        };
        if let Err(error) = heard {
            let _ = self.verdict.set(error);
            self.child.kill();
        }
        let status = match status {
            Some(status) => status,
            None => self.wait_for(ended).await,
        };
        let exit = match (self.verdict.get(), status) {
            (Some(error), _) => Exit::Protocol(error.clone()),
            (None, Ok(status)) => Exit::of(status),
            (None, Err(_)) => Exit::Signal(libc::SIGKILL),
        };
        let _ = self.events.send(WorkerEvent::Exited(exit)).await;
    }

    /// The link has ended: the process has to follow soon.
    async fn wait_for(&self, mut ended: oneshot::Receiver<ExitStatus>) -> Result<ExitStatus, RecvError> {
        if let Ok(status) = timeout(LAST_BREATH, &mut ended).await {
            return status;
        }
        let _ = self.verdict.set(ProtocolError::LeftLinkOpen);
        self.child.kill();
        ended.await
    }

    /// Passes replies on until the link ends.
    async fn hear(&self, from_worker: &mut OwnedReadHalf) -> Result<(), ProtocolError> {
        let mut greeted = false;
        loop {
            let body = match codec::read_async(from_worker).await {
                Ok(Some(body)) => body,
                // A process that dies can leave a torn frame or a reset; its exit status says more than that.
                Ok(None) | Err(codec::FrameError::Link(_)) => return Ok(()),
                Err(error) => return Err(ProtocolError::BadFrame { reason: error.to_string() }),
            };
            if !greeted {
                check_version(&body)?;
            }
            let reply: Reply =
                codec::decode(&body).map_err(|error| ProtocolError::BadFrame { reason: error.to_string() })?;
            if !greeted {
                check_hello(&reply, self.wanted)?;
                greeted = true;
            }
            if self.events.send(WorkerEvent::Reply(reply)).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// The version comes first in the first reply, so that it can be read whatever else that version changed.
fn check_version(body: &[u8]) -> Result<(), ProtocolError> {
    match postcard::take_from_bytes::<(u32, u16)>(body) {
        Ok(((0, theirs), _)) if theirs != VERSION => Err(ProtocolError::WrongVersion { theirs }),
        Ok(((0, _), _)) => Ok(()),
        Ok(_) => Err(ProtocolError::NoHello),
        Err(error) => Err(ProtocolError::BadFrame { reason: error.to_string() }),
    }
}

fn check_hello(reply: &Reply, wanted: WorkerKind) -> Result<(), ProtocolError> {
    match reply {
        Reply::Hello(Hello { kind, .. }) if *kind == wanted => Ok(()),
        Reply::Hello(Hello { kind, .. }) => Err(ProtocolError::WrongKind { theirs: *kind, wanted }),
        _ => Err(ProtocolError::NoHello),
    }
}
