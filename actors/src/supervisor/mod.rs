//! Keeps a pool's workers alive: starts them one after the other, restarts what dies, gives up what cannot live.

pub mod policy;
pub mod renewal;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix::prelude::*;
use engine::asr::ModelFacts;
use engine_worker::message::{Load, ModelSource, Ready};
use engine_worker::{WorkerCommand, WorkerProcess};
use metrics::{counter, gauge};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{error, info, warn};

use self::policy::{Decision, RestartLimits, RestartPolicy};
use self::renewal::{RenewalLimits, Wear};
use crate::ids::WorkerLife;
use crate::load::ShedReason;
use crate::metrics as names;
use crate::moment::Clock;
use crate::scheduler::book::Departure;
use crate::scheduler::{FromWorker, Gate, Retire, Scheduler};
use crate::worker::{Leave, WorkerActor, WorkerLimits, WorkerSetup};

/// How often actors are checked for having vanished without a word (a panic).
const WATCH: Duration = Duration::from_secs(1);

/// Everything needed to bring a worker into the world, any number of times.
#[derive(Debug, Clone)]
pub struct WorkerSpec {
    pub command: WorkerCommand,
    pub load: Load,
}

/// The worker of a place is ready for jobs.
#[derive(Message)]
#[rtype(result = "()")]
pub struct WorkerBecameReady {
    pub place: usize,
    pub pid: u32,
    pub ready: Ready,
}

/// The worker of a place is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct WorkerExited {
    pub place: usize,
    pub life: WorkerLife,
    pub departure: Departure,
    pub why: String,
}

/// How much memory the worker of a place takes.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Measured {
    pub place: usize,
    pub pid: u32,
    pub resident: u64,
}

/// Read the model again, one worker after the other, each when it has finished what it does. Workers that were given up
/// are tried again.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Reload {
    pub model: ModelSource,
    pub facts: ModelFacts,
}

/// Let all workers leave and start none any more; answered when they have left.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StopWorkers;

#[derive(Message)]
#[rtype(result = "PoolStatus")]
pub struct ReadStatus;

/// How a pool is.
#[derive(Debug, Clone, MessageResponse)]
pub struct PoolStatus {
    pub pool: String,
    pub places: Vec<PlaceStatus>,
    /// Nothing can be transcribed without it.
    pub essential: bool,
}

#[derive(Debug, Clone)]
pub struct PlaceStatus {
    pub state: PlaceState,
    /// Of the worker that is there now.
    pub life: Option<WorkerLife>,
    pub restarts: u64,
    pub last_death: Option<String>,
}

#[derive(Debug, Clone)]
pub enum PlaceState {
    /// Waits for its turn to start, or for its backoff to pass.
    Waiting,
    Loading,
    Ready {
        pid: u32,
        ready: Ready,
    },
    GivenUp {
        reason: String,
    },
    Stopped,
}

impl PoolStatus {
    pub fn ready(&self) -> usize {
        self.places.iter().filter(|place| matches!(place.state, PlaceState::Ready { .. })).count()
    }

    /// Whether the server has to wait for it: no worker of it is ready, and it is needed, or may still come up for the
    /// first time.
    pub fn holds_up(&self) -> bool {
        let died = self.places.iter().any(|place| place.last_death.is_some());
        self.ready() == 0 && (self.essential || !(died || self.given_up().is_some()))
    }

    /// Why the pool will not come back by itself.
    pub fn given_up(&self) -> Option<&str> {
        let reason = |place: &'_ PlaceStatus| match &place.state {
            PlaceState::GivenUp { reason } => Some(reason.clone()),
            _ => None,
        };
        if self.places.iter().all(|place| reason(place).is_some()) {
            self.places.iter().find_map(|place| match &place.state {
                PlaceState::GivenUp { reason } => Some(reason.as_str()),
                _ => None,
            })
        } else {
            None
        }
    }
}

/// When workers are killed, started again, given up, or replaced.
#[derive(Debug, Clone, Copy)]
pub struct SupervisionLimits {
    pub workers: WorkerLimits,
    pub restarts: RestartLimits,
    pub renewal: RenewalLimits,
}

pub struct Supervisor {
    pool: String,
    essential: bool,
    clock: Clock,
    scheduler: Addr<Scheduler>,
    limits: SupervisionLimits,
    places: Vec<Place>,
    /// Shared by all pools: one worker reads its model at a time, so that a restart of all is no stampede on disk and
    /// memory.
    starting: Arc<Semaphore>,
    stopping: bool,
}

struct Place {
    spec: WorkerSpec,
    policy: RestartPolicy,
    state: PlaceState,
    worker: Option<(WorkerLife, Addr<WorkerActor>)>,
    /// Of the worker that is ready.
    wear: Option<Wear>,
    /// It was asked to leave for a successor.
    leaving: bool,
    /// Held from spawn to ready.
    permit: Option<OwnedSemaphorePermit>,
    restarts: u64,
    last_death: Option<String>,
}

impl Supervisor {
    /// `essential`: nothing can be transcribed without this pool.
    pub fn new(
        pool: &str,
        essential: bool,
        specs: Vec<WorkerSpec>,
        limits: SupervisionLimits,
        scheduler: Addr<Scheduler>,
        starting: Arc<Semaphore>,
        clock: Clock,
    ) -> Self {
        let place = |spec| Place {
            spec,
            policy: RestartPolicy::new(limits.restarts),
            state: PlaceState::Waiting,
            worker: None,
            wear: None,
            leaving: false,
            permit: None,
            restarts: 0,
            last_death: None,
        };
        let places = specs.into_iter().map(place).collect();
        Self { pool: pool.to_owned(), essential, clock, scheduler, limits, places, starting, stopping: false }
    }

    /// Starts the worker of a place as soon as it is its turn.
    fn start_soon(&mut self, place: usize, delay: Duration, ctx: &mut Context<Self>) {
        self.places[place].state = PlaceState::Waiting;
        let starting = Arc::clone(&self.starting);
        let turn = async move {
            actix_rt::time::sleep(delay).await;
            starting.acquire_owned().await.expect("the semaphore is never closed")
        };
        ctx.spawn(turn.into_actor(self).map(move |permit, supervisor, ctx| supervisor.start(place, permit, ctx)));
    }

    fn start(&mut self, at: usize, permit: OwnedSemaphorePermit, ctx: &mut Context<Self>) {
        if self.stopping {
            return;
        }
        let place = &mut self.places[at];
        let process = match WorkerProcess::spawn(&place.spec.command) {
            Ok(process) => process,
            Err(error) => {
                drop(permit);
                self.died(at, error.to_string(), Departure::Crashed, ctx);
                return;
            }
        };
        counter!(names::WORKER_STARTS, "pool" => self.pool.clone()).increment(1);
        let life = next_life();
        info!(pool = self.pool, place = at, pid = process.pid(), "worker started");
        let setup = WorkerSetup {
            life,
            place: at,
            load: place.spec.load.clone(),
            limits: self.limits.workers,
            clock: self.clock,
            scheduler: self.scheduler.clone(),
            supervisor: ctx.address(),
        };
        place.worker = Some((life, WorkerActor::new(setup, process).start()));
        place.permit = Some(permit);
        place.state = PlaceState::Loading;
    }

    fn died(&mut self, at: usize, why: String, departure: Departure, ctx: &mut Context<Self>) {
        let place = &mut self.places[at];
        place.permit = None;
        place.worker = None;
        place.wear = None;
        if self.stopping {
            place.last_death = Some(why);
            place.state = PlaceState::Stopped;
            return;
        }
        if std::mem::take(&mut place.leaving) {
            self.start_soon(at, Duration::ZERO, ctx);
            self.gauge();
            return;
        }
        place.last_death = Some(why.clone());
        match place.policy.died(self.clock.now(), departure) {
            Decision::RestartAfter(wait) => {
                warn!(
                    pool = self.pool,
                    place = at,
                    why,
                    wait_ms = wait.as_millis() as u64,
                    "worker died; starting it again"
                );
                place.restarts += 1;
                self.start_soon(at, wait, ctx);
            }
            Decision::GiveUp { deaths } => {
                let reason =
                    format!("{} died {deaths} times in a row, last: {why}", place.spec.command.executable.display());
                error!(pool = self.pool, place = at, reason, "giving a worker up; look at its log lines above");
                place.state = PlaceState::GivenUp { reason };
                if self.places.iter().all(|place| matches!(place.state, PlaceState::GivenUp { .. })) {
                    self.scheduler.do_send(Gate { closed: Some(ShedReason::NoWorkers) });
                }
            }
        }
        self.gauge();
    }

    /// A worker actor that panicked says nothing; its process is gone with it.
    fn watch(&mut self, ctx: &mut Context<Self>) {
        for at in 0..self.places.len() {
            let vanished =
                self.places[at].worker.as_ref().filter(|(_, worker)| !worker.connected()).map(|(life, _)| *life);
            if let Some(life) = vanished {
                self.scheduler.do_send(FromWorker::Gone { life, departure: Departure::Killed });
                self.died(at, String::from("its actor panicked"), Departure::Killed, ctx);
            }
        }
    }

    /// Replaces a worker whose time has come. One at a time: the others do its work meanwhile.
    fn renew(&mut self) {
        let settled = |place: &Place| {
            !place.leaving && matches!(place.state, PlaceState::Ready { .. } | PlaceState::GivenUp { .. })
        };
        if self.stopping || !self.places.iter().all(settled) {
            return;
        }
        let (now, limits) = (self.clock.now(), self.limits.renewal);
        let over = |place: &Place| Some((place.wear?.is_over(limits, now)?, place.worker.as_ref()?.0));
        let Some((place, (reason, life))) =
            self.places.iter_mut().find_map(|place| over(place).map(|found| (place, found)))
        else {
            return;
        };
        info!(pool = self.pool, reason = reason.name(), "replacing a worker when it has finished");
        counter!(names::WORKER_RENEWALS, "pool" => self.pool.clone(), "reason" => reason.name()).increment(1);
        place.leaving = true;
        self.scheduler.do_send(Retire(life));
    }

    fn gauge(&self) {
        let ready = self.places.iter().filter(|place| matches!(place.state, PlaceState::Ready { .. })).count();
        gauge!(names::WORKERS_READY, "pool" => self.pool.clone()).set(ready as f64);
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        for place in 0..self.places.len() {
            self.start_soon(place, Duration::ZERO, ctx);
        }
        ctx.run_interval(WATCH, |supervisor, ctx| {
            supervisor.watch(ctx);
            supervisor.renew();
        });
    }
}

impl Handler<WorkerBecameReady> for Supervisor {
    type Result = ();

    fn handle(&mut self, WorkerBecameReady { place, pid, ready }: WorkerBecameReady, _: &mut Self::Context) {
        let now = self.clock.now();
        let place = &mut self.places[place];
        place.permit = None;
        place.policy.became_ready(now);
        place.wear = Some(Wear::began(now));
        place.state = PlaceState::Ready { pid, ready };
        self.gauge();
    }
}

impl Handler<WorkerExited> for Supervisor {
    type Result = ();

    fn handle(&mut self, event: WorkerExited, ctx: &mut Self::Context) {
        // The watch may have been faster.
        if self.places[event.place].worker.as_ref().is_some_and(|(life, _)| *life == event.life) {
            let how = match event.departure {
                Departure::Crashed => "crashed",
                Departure::Killed => "killed",
            };
            counter!(names::WORKER_EXITS, "pool" => self.pool.clone(), "how" => how).increment(1);
            self.died(event.place, event.why, event.departure, ctx);
        }
    }
}

impl Handler<Measured> for Supervisor {
    type Result = ();

    fn handle(&mut self, Measured { place, pid, resident }: Measured, _: &mut Self::Context) {
        let place = &mut self.places[place];
        if let (PlaceState::Ready { pid: present, .. }, Some(wear)) = (&place.state, &mut place.wear)
            && *present == pid
        {
            wear.measured(resident);
        }
    }
}

impl Handler<Reload> for Supervisor {
    type Result = ();

    fn handle(&mut self, Reload { model, facts }: Reload, ctx: &mut Self::Context) {
        for at in 0..self.places.len() {
            let place = &mut self.places[at];
            place.spec.load.model = model.clone();
            place.spec.load.facts = facts.clone();
            if let Some(wear) = &mut place.wear {
                wear.outdated();
            }
            if matches!(place.state, PlaceState::GivenUp { .. }) {
                self.start_soon(at, Duration::ZERO, ctx);
            }
        }
        self.renew();
    }
}

impl Handler<StopWorkers> for Supervisor {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: StopWorkers, _: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        let workers: Vec<_> = self.places.iter_mut().filter_map(|place| place.worker.take()).map(|(_, w)| w).collect();
        Box::pin(async move {
            for worker in &workers {
                worker.do_send(Leave);
            }
            // A kill cannot be refused; the bound is for a machine that is out of breath.
            for _ in 0..100 {
                if !workers.iter().any(Addr::connected) {
                    break;
                }
                actix_rt::time::sleep(Duration::from_millis(20)).await;
            }
        })
    }
}

impl Handler<ReadStatus> for Supervisor {
    type Result = PoolStatus;

    fn handle(&mut self, _: ReadStatus, _: &mut Self::Context) -> PoolStatus {
        let status = |place: &Place| PlaceStatus {
            state: place.state.clone(),
            life: place.worker.as_ref().map(|(life, _)| *life),
            restarts: place.restarts,
            last_death: place.last_death.clone(),
        };
        let places = self.places.iter().map(status).collect();
        PoolStatus { pool: self.pool.clone(), places, essential: self.essential }
    }
}

/// Never twice in the life of the server, across all pools.
fn next_life() -> WorkerLife {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    WorkerLife(NEXT.fetch_add(1, Ordering::Relaxed))
}
