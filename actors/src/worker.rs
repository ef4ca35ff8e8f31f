//! The actor that owns one worker process: hands it work, passes its answers on, notices when it stands still.

use std::time::Duration;

use actix::prelude::*;
use engine_worker::message::{FailureCode, JobTag, Load, Outcome, Reply, Request, SlotIndex, Transcribe};
use engine_worker::message::{Generate, Ready};
use engine_worker::{Exit, WorkerEvent, WorkerLink, WorkerProcess, os};
use tracing::{debug, info, warn};

use crate::ids::WorkerLife;
use crate::job::{Output, Work};
use crate::moment::{Clock, Moment};
use crate::scheduler::book::Departure;
use crate::scheduler::{FromWorker, News, Scheduler};
use crate::supervisor::{Supervisor, WorkerBecameReady, WorkerExited};

#[derive(Debug, Clone, Copy)]
pub struct WorkerLimits {
    /// How often the process is asked whether it is there.
    pub ping_every: Duration,
    /// Without an answer for this long it is killed.
    pub unresponsive: Duration,
    /// Without an answer for this long it is killed if the system says that it was stopped.
    pub stopped: Duration,
    /// How long reading the model and warming up may take.
    pub load: Duration,
}

pub struct WorkerActor {
    pub(crate) life: WorkerLife,
    pub(crate) place: usize,
    pub(crate) load: Load,
    pub(crate) limits: WorkerLimits,
    pub(crate) clock: Clock,
    pub(crate) scheduler: Addr<Scheduler>,
    pub(crate) supervisor: Addr<Supervisor>,
    link: WorkerLink,
    process: Option<WorkerProcess>,
    stage: Stage,
    last_sign: Moment,
    /// Why we ended it, if we did.
    ended_for: Option<Ended>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Loading,
    Ready,
}

#[derive(Debug, Clone)]
enum Ended {
    /// It did not answer, or was told to leave: not a job's fault.
    Unresponsive(String),
    /// A job made no progress.
    HungJob(String),
    LoadFailed(String),
    Leaving,
}

/// One job to do on one slot.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Dispatch {
    pub slot: SlotIndex,
    pub tag: JobTag,
    pub work: Work,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct CancelRunning {
    pub tag: JobTag,
}

/// A job on it hangs.
#[derive(Message)]
#[rtype(result = "()")]
pub struct KillHung {
    pub reason: String,
}

/// Leave: nothing more is expected of it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave;

/// What a worker actor needs besides its process.
pub struct WorkerSetup {
    pub life: WorkerLife,
    pub place: usize,
    pub load: Load,
    pub limits: WorkerLimits,
    pub clock: Clock,
    pub scheduler: Addr<Scheduler>,
    pub supervisor: Addr<Supervisor>,
}

impl WorkerActor {
    pub fn new(setup: WorkerSetup, process: WorkerProcess) -> Self {
        let WorkerSetup { life, place, load, limits, clock, scheduler, supervisor } = setup;
        Self {
            life,
            place,
            load,
            limits,
            clock,
            scheduler,
            supervisor,
            link: process.link(),
            process: Some(process),
            stage: Stage::Loading,
            last_sign: clock.now(),
            ended_for: None,
        }
    }

    fn heard(&mut self, reply: Reply, ctx: &mut Context<Self>) {
        self.last_sign = self.clock.now();
        match reply {
            Reply::Hello(hello) => {
                debug!(pid = hello.pid, built_for = hello.built_for, library = hello.library, "worker says hello");
                let _ = self.link.send(Request::Load(self.load.clone()));
            }
            Reply::Ready(ready) => self.ready(ready, ctx),
            Reply::Progress { job, .. } => self.tell(job, News::Progressed),
            Reply::Partial { job, text } => self.tell(job, News::Piece(text)),
            Reply::Done { job, outcome, cost } => match output(outcome) {
                Ok(output) => self.tell(job, News::Done(output, cost)),
                Err(error) => self.tell(job, News::Failed(FailureCode::Engine, error)),
            },
            Reply::Failed { job: Some(job), code, message } => self.tell(job, News::Failed(code, message)),
            Reply::Failed { job: None, code, message } => self.load_failed(code, message),
            Reply::Pong { .. } => {}
        }
    }

    fn ready(&mut self, ready: Ready, ctx: &mut Context<Self>) {
        info!(
            pid = self.link.pid(),
            slots = ready.slots.len(),
            load_ms = ready.load_ms,
            warm_up_ms = ready.warm_up_ms,
            "worker is ready"
        );
        self.stage = Stage::Ready;
        let (slots, worker) = (ready.slots.len(), ctx.address());
        self.supervisor.do_send(WorkerBecameReady { place: self.place, pid: self.link.pid(), ready });
        self.scheduler.do_send(FromWorker::Ready { life: self.life, slots, worker });
    }

    fn load_failed(&mut self, code: FailureCode, message: String) {
        warn!(pid = self.link.pid(), ?code, message, "worker cannot load its model");
        self.end(Ended::LoadFailed(message));
    }

    fn tell(&self, tag: JobTag, news: News) {
        self.scheduler.do_send(FromWorker::OfJob { tag, news });
    }

    fn end(&mut self, why: Ended) {
        self.ended_for.get_or_insert(why);
        self.link.kill();
    }

    fn check(&mut self) {
        let silent = self.clock.now().since(self.last_sign);
        let (allowed, what) = match self.stage {
            Stage::Loading => (self.limits.load, "loading"),
            // A slow process needs patience, one that was stopped will never answer.
            Stage::Ready if silent > self.limits.stopped && os::is_stopped(self.link.pid()) => {
                (self.limits.stopped, "stopped")
            }
            Stage::Ready => (self.limits.unresponsive, "standing still"),
        };
        if silent > allowed && self.ended_for.is_none() {
            warn!(
                pid = self.link.pid(),
                silent_ms = silent.as_millis() as u64,
                "worker is {what} for too long; killing it"
            );
            self.end(Ended::Unresponsive(format!("{what} for {} ms", silent.as_millis())));
        }
        if self.stage == Stage::Ready {
            let _ = self.link.send(Request::Ping { nonce: self.clock.now().millis() });
        }
    }

    fn exited(&mut self, exit: &Exit, ctx: &mut Context<Self>) {
        let (departure, why) = match self.ended_for.take() {
            None => (departure(exit), exit.to_string()),
            Some(Ended::Unresponsive(why)) => (Departure::Killed, why),
            Some(Ended::HungJob(why) | Ended::LoadFailed(why)) => (Departure::Crashed, why),
            Some(Ended::Leaving) => (Departure::Killed, String::from("told to leave")),
        };
        info!(pid = self.link.pid(), why, "worker exited");
        self.scheduler.do_send(FromWorker::Gone { life: self.life, departure });
        self.supervisor.do_send(WorkerExited { place: self.place, life: self.life, departure, why });
        ctx.stop();
    }
}

impl Actor for WorkerActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let process = self.process.take().expect("an actor starts once");
        // The stream owns the process: if this actor panics, the stream is dropped and the child killed with it.
        ctx.add_stream(futures_util::stream::unfold(Some(process), |process| async move {
            let mut process = process?;
            let event = process.next_event().await;
            let next = (!matches!(event, WorkerEvent::Exited(_))).then_some(process);
            Some((event, next))
        }));
        ctx.run_interval(self.limits.ping_every, |worker, _| worker.check());
    }
}

impl StreamHandler<WorkerEvent> for WorkerActor {
    fn handle(&mut self, event: WorkerEvent, ctx: &mut Self::Context) {
        match event {
            WorkerEvent::Reply(reply) => self.heard(reply, ctx),
            WorkerEvent::Exited(exit) => self.exited(&exit, ctx),
        }
    }

    fn finished(&mut self, _: &mut Self::Context) {
        // `exited` has stopped the context already.
    }
}

impl Handler<Dispatch> for WorkerActor {
    type Result = ();

    fn handle(&mut self, Dispatch { slot, tag, work }: Dispatch, _: &mut Self::Context) {
        let request = match work {
            Work::Transcribe { sound, options } => {
                let work = Transcribe { pcm16: engine::audio::le_bytes(&sound), options };
                Request::Transcribe { job: tag, slot, work }
            }
            Work::Generate { request } => {
                // Plain data always has a form in postcard; an empty request is refused by the worker.
                let request = postcard::to_stdvec(&*request).unwrap_or_default();
                Request::Generate { job: tag, slot, work: Generate { request } }
            }
        };
        // A closed link is no news here: the exit is on its way and gives the job back.
        let _ = self.link.send(request);
    }
}

impl Handler<CancelRunning> for WorkerActor {
    type Result = ();

    fn handle(&mut self, CancelRunning { tag }: CancelRunning, _: &mut Self::Context) {
        let _ = self.link.send(Request::Cancel { job: tag });
    }
}

impl Handler<KillHung> for WorkerActor {
    type Result = ();

    fn handle(&mut self, KillHung { reason }: KillHung, _: &mut Self::Context) {
        warn!(pid = self.link.pid(), reason, "killing a hung worker");
        self.end(Ended::HungJob(reason));
    }
}

impl Handler<Leave> for WorkerActor {
    type Result = ();

    fn handle(&mut self, _: Leave, _: &mut Self::Context) {
        self.end(Ended::Leaving);
    }
}

fn output(outcome: Outcome) -> Result<Output, String> {
    match outcome {
        Outcome::Transcript(transcript) => Ok(Output::Transcript(transcript)),
        Outcome::Generated(bytes) => postcard::from_bytes(&bytes)
            .map(Output::Generated)
            .map_err(|error| format!("the worker's answer cannot be read: {error}")),
    }
}

/// Whether a process broke by itself or was ended from outside.
fn departure(exit: &Exit) -> Departure {
    match exit {
        Exit::Signal(libc::SIGKILL | libc::SIGTERM | libc::SIGINT | libc::SIGHUP) => Departure::Killed,
        _ => Departure::Crashed,
    }
}
