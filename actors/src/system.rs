//! Starts everything in the order in which it depends on each other, and stops it backwards.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use engine::asr::ModelFacts;
use engine::llm::GenerateRequest;
use engine_worker::message::{Load, ModelSource, SlotPlace, WorkerKind};
use engine_worker::{CpuSet, WorkerCommand};
use tokio::sync::Semaphore;
use tracing::info;

use crate::asking::Answer;
use crate::cache::{CacheLimits, CleanCache};
use crate::ids::{Owner, SessionId};
use crate::load::{Governor, GovernorLimits, ShedReason, Steward};
use crate::metrics as names;
use crate::moment::Clock;
use crate::placement::plan::{Plan, PlanError, PlannedWorker, PoolWish, Wishes, plan};
use crate::placement::standing::{Standing, standing};
use crate::placement::topology::{Machine, TopologyError};
use crate::recorder::Recorder;
use crate::registry::{Registry, Token};
use crate::rewriting::{Rewriting, Rewritten, rewrite};
use crate::scheduler::book::BookLimits;
use crate::scheduler::{Gate, ReadBusySlots, ReadLoad, Scheduler};
use crate::session::{Cleaner, Control, Pools, Session, SessionLimits, SessionOptions, SessionSetup};
use crate::supervisor::{
    PlaceState, PoolStatus, ReadStatus, Reload, StopWorkers, SupervisionLimits, Supervisor, WorkerSpec,
};
use crate::vitals::Vitals;

/// Everything that the system needs to know, resolved.
pub struct SystemSettings {
    /// One per model in use; the first serves `normal`, the last `high` (one pool serves both).
    pub recognisers: Vec<PoolSettings>,
    /// The language model that cleans texts; none = rules alone.
    pub cleaner: Option<PoolSettings>,
    pub cache: CacheLimits,
    pub node_cores: Vec<CpuSet>,
    pub bind_memory: bool,
    pub book: BookLimits,
    pub load: GovernorLimits,
    pub supervision: SupervisionLimits,
    pub parallel_starts: usize,
    pub session: SessionLimits,
    /// How long a session waits for a client that lost its connection.
    pub linger: Duration,
    pub recorder: Arc<dyn Recorder>,
}

/// A model and the workers that run it.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    pub model: String,
    pub source: ModelSource,
    pub facts: ModelFacts,
    /// The executable and its environment; its place comes from the plan.
    pub command: WorkerCommand,
    pub wish: PoolWish,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Topology(#[from] TopologyError),
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// The running system. Cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct System {
    pools: Pools,
    /// Those of the recognisers first.
    supervisors: Vec<Addr<Supervisor>>,
    schedulers: Vec<Addr<Scheduler>>,
    registry: Registry,
    clock: Clock,
    session: SessionLimits,
    linger: Duration,
    recorder: Arc<dyn Recorder>,
    machine: Arc<Machine>,
    plan: Arc<Plan>,
    steward: Steward,
}

/// A session that was just opened.
pub struct Opened {
    pub id: SessionId,
    pub token: Token,
    pub session: Addr<Session>,
}

impl System {
    /// Must be called inside an actix system. Workers start in the background; see [`System::status`].
    pub fn start(settings: SystemSettings) -> Result<Self, StartError> {
        let clock = Clock::start();
        let machine = Machine::read()?;
        let wishes = Wishes {
            pools: settings.recognisers.iter().chain(&settings.cleaner).map(|pool| pool.wish.clone()).collect(),
            node_cores: settings.node_cores,
            bind_memory: settings.bind_memory,
        };
        let plan = Arc::new(plan(&machine, &wishes)?);
        // One thread for all schedulers and workers' actors: they only pass messages on.
        let engine_room = Arbiter::new().handle();
        let starting = Arc::new(Semaphore::new(settings.parallel_starts.max(1)));
        let (mut schedulers, mut supervisors) = (Vec::new(), Vec::new());
        // Who watches the load. A busy cleaner is no strain: each session sees it come late and makes do with the rules.
        let steward = Steward::new(Governor::new(settings.load, settings.recognisers.len()), clock);
        for (at, pool) in settings.recognisers.iter().chain(&settings.cleaner).enumerate() {
            let places: Vec<WorkerSpec> =
                plan.workers.iter().filter(|w| w.pool == pool.wish.name).map(|w| spec(pool, w)).collect();
            info!(pool = pool.wish.name, model = pool.model, workers = places.len(), "starting a pool");
            // The queue first: whoever comes early waits there.
            let processing_time = match pool.command.kind {
                WorkerKind::Asr => names::WHISPER_PROCESSING_TIME,
                WorkerKind::Llm => names::LLM_PROCESSING_TIME,
            };
            let scheduler = Scheduler::new(&pool.wish.name, processing_time, settings.book, clock);
            // Without the language model the rules clean alone.
            let essential = at < settings.recognisers.len();
            let scheduler = if essential { scheduler.reports_to(steward.clone(), at) } else { scheduler };
            let scheduler = Scheduler::start_in_arbiter(&engine_room, move |_| scheduler);
            // Then those who work it off.
            let supervisor = Supervisor::new(
                &pool.wish.name,
                essential,
                places,
                settings.supervision,
                scheduler.clone(),
                Arc::clone(&starting),
                clock,
            );
            supervisors.push(Supervisor::start_in_arbiter(&engine_room, move |_| supervisor));
            schedulers.push(scheduler);
        }
        // Last who looks after them.
        let vitals = Vitals::new(supervisors.clone());
        Vitals::start_in_arbiter(&engine_room, move |_| vitals);
        let recognisers = &schedulers[..settings.recognisers.len()];
        let first = recognisers.first().expect("there is a recogniser").clone();
        let cleaner = schedulers.get(settings.recognisers.len()).cloned();
        let pools = Pools {
            high: recognisers.last().unwrap_or(&first).clone(),
            normal: first,
            cleaner: cleaner.map(|scheduler| Cleaner { scheduler, cache: CleanCache::new(settings.cache) }),
        };
        Ok(Self {
            pools,
            supervisors,
            schedulers,
            registry: Registry::default(),
            clock,
            session: settings.session,
            linger: settings.linger,
            recorder: settings.recorder,
            machine: Arc::new(machine),
            plan,
            steward,
        })
    }

    /// Starts a session on the present thread.
    pub fn open_session(&self, owner: Owner, options: SessionOptions) -> Opened {
        let (id, token) = (SessionId::fresh(), Token::fresh());
        let session = Session::new(SessionSetup {
            id,
            token: token.clone(),
            owner,
            limits: self.session.clone(),
            options,
            pools: self.pools.clone(),
            recorder: Arc::clone(&self.recorder),
            registry: self.registry.clone(),
            clock: self.clock,
            linger: self.linger,
            steward: self.steward.clone(),
        });
        Opened { id, token, session: session.start() }
    }

    /// Whether the language model does what it is told; the built-in one only cleans dictations.
    pub fn converses(&self) -> bool {
        self.pools.cleaner.is_some() && self.session.cleaner.as_ref().is_some_and(|c| c.facts.follows_system_prompt)
    }

    /// Asks the language model; none where there is none that converses.
    pub fn ask(&self, owner: Owner, request: GenerateRequest, limit: Duration) -> Option<Answer> {
        let cleaner = self.pools.cleaner.as_ref().filter(|_| self.converses())?;
        Some(Answer::ask(&cleaner.scheduler, self.clock, owner, request, limit))
    }

    /// Cleans a text outside of any session. Where the load spares the language model, by the rules alone.
    pub async fn rewrite(&self, owner: &Owner, asked: Rewriting) -> Rewritten {
        let model = self.pools.cleaner.as_ref().zip(self.session.cleaner.as_ref());
        let model = model.filter(|_| !self.steward.service().level.cleans_by_rules());
        rewrite(asked, owner, model, self.clock).await
    }

    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Whom the doors ask.
    pub fn steward(&self) -> &Steward {
        &self.steward
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The machine that the plan divides.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Each worker of the plan, with what it does now.
    pub async fn standing(&self) -> Vec<Standing> {
        let mut all = Vec::new();
        for (supervisor, scheduler) in self.supervisors.iter().zip(&self.schedulers) {
            let Ok(status) = supervisor.send(ReadStatus).await else { continue };
            let busy = scheduler.send(ReadBusySlots).await.unwrap_or_default();
            all.extend(standing(&self.plan, status, &busy));
        }
        all
    }

    /// How each pool is.
    pub async fn status(&self) -> Vec<PoolStatus> {
        let mut status = Vec::with_capacity(self.supervisors.len());
        for at in 0..self.supervisors.len() {
            status.extend(self.status_of(at).await);
        }
        status
    }

    async fn status_of(&self, pool: usize) -> Option<PoolStatus> {
        self.supervisors[pool].send(ReadStatus).await.ok()
    }

    /// Every pool that is needed has a worker that is ready.
    pub async fn is_ready(&self) -> bool {
        let status = self.status().await;
        status.len() == self.supervisors.len() && !status.iter().any(PoolStatus::holds_up)
    }

    /// Forgets what is kept of a person's texts to answer faster.
    pub fn forget(&self, owner: &Owner) {
        if let Some(cleaner) = &self.pools.cleaner {
            cleaner.cache.forget(owner);
        }
    }

    /// Lets every worker read its model again, one after the other, while the others work on; sessions notice nothing
    /// but a short wait where a pool has one worker alone. `pools` are those that the server was started with, in the same
    /// order; their files and facts may be new.
    pub fn reload(&self, pools: &[PoolSettings]) {
        for (supervisor, pool) in self.supervisors.iter().zip(pools) {
            supervisor.do_send(Reload { model: pool.source.clone(), facts: pool.facts.clone() });
        }
    }

    /// Process ids of the workers that are ready.
    pub async fn worker_pids(&self) -> Vec<u32> {
        let pids = |pool: PoolStatus| {
            pool.places.into_iter().filter_map(|place| match place.state {
                PlaceState::Ready { pid, .. } => Some(pid),
                _ => None,
            })
        };
        self.status().await.into_iter().flat_map(pids).collect()
    }

    /// Takes no new work, lets what was said come to its text, then lets the workers go. Returns whether everything was
    /// finished within the limit.
    pub async fn shut_down(&self, limit: Duration) -> bool {
        self.steward.close();
        for session in self.registry.all() {
            session.do_send(Control::Finish);
        }
        let finished = tokio::time::timeout(limit, self.drained()).await.is_ok();
        for scheduler in &self.schedulers {
            scheduler.do_send(Gate { closed: Some(ShedReason::Draining) });
        }
        for supervisor in &self.supervisors {
            let _ = supervisor.send(StopWorkers).await;
        }
        finished
    }

    async fn drained(&self) {
        loop {
            // First a pause: a session that was just told to finish has not submitted its last job yet.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let mut busy = false;
            for scheduler in &self.schedulers {
                if let Ok(load) = scheduler.send(ReadLoad).await {
                    busy |= load.waiting + load.running > 0;
                }
            }
            if !busy {
                return;
            }
        }
    }
}

fn spec(pool: &PoolSettings, place: &PlannedWorker) -> WorkerSpec {
    let mut command = pool.command.clone().cpus(place.cpus.clone());
    command.memory_node = place.memory_node;
    let slots = place.slots.iter().map(|cpus| SlotPlace { cpus: cpus.clone() }).collect();
    WorkerSpec { command, load: Load { model: pool.source.clone(), facts: pool.facts.clone(), slots } }
}
