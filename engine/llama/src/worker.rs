//! The engine as `engine-worker` serves it: its messages in, its answers out.

use engine::llm::{GenerateRequest, Generated, ModelFacts};
use engine_worker::CpuSet;
use engine_worker::message::{Cost, FailureCode, Load, ModelSource, Outcome, WorkerKind};
use engine_worker::serve::{Backend, Failure, Job, Loaded, Work};

use crate::decode::{Client, Drafts, Engine, Options, Ticket};
use crate::isa;
use crate::library_log;
use crate::model::Weights;

/// One model, ready or not.
#[derive(Debug)]
pub struct LlamaBackend {
    /// Whether the process's memory is bound to a node, and weights have to lie there.
    bound: bool,
    engine: Option<Engine>,
}

impl LlamaBackend {
    pub fn new(bound: bool) -> Self {
        Self { bound, engine: None }
    }

    fn options(&self, load: &Load) -> Result<Options, Failure> {
        let facts = match load.model {
            ModelSource::Builtin => ModelFacts::builtin(),
            ModelSource::File(_) => ModelFacts::default(),
        };
        let facts = facts
            .with_environment(|name| std::env::var(name).ok())
            .map_err(|error| Failure::bad_request(error.to_string()))?;
        let cpus: CpuSet = load.slots.iter().flat_map(|slot| slot.cpus.iter()).collect();
        Ok(Options {
            source: load.model.clone(),
            facts,
            weights: if self.bound { Weights::Copied } else { Weights::Mapped },
            slots: load.slots.len(),
            cpus,
            threads: None,
            drafts: Drafts::Measured,
        })
    }
}

impl Backend for LlamaBackend {
    fn kind(&self) -> WorkerKind {
        WorkerKind::Llm
    }

    fn library(&self) -> String {
        library_log::version()
    }

    fn built_for(&self) -> String {
        isa::BUILT_FOR.to_owned()
    }

    fn load(&mut self, load: Load) -> Result<Loaded, Failure> {
        let engine = Engine::start(self.options(&load)?)?;
        let opened = &engine.opened;
        let unused = isa::unused(&library_log::system_info());
        if !unused.is_empty() {
            tracing::warn!(
                "llama.cpp was built without `{}` and is many times slower than it could be; build with `cargo xtask`",
                unused.join("`, `")
            );
        }
        tracing::info!(
            model = opened.name,
            threads = opened.threads,
            cpus = %opened.cpus,
            slots = load.slots.len(),
            context = opened.context,
            drafts = opened.drafts,
            load_ms = opened.load.as_millis(),
            us_per_run_of_1 = opened.costs.of(1),
            us_per_run_of_16 = opened.costs.of(16),
            "language model ready"
        );
        let loaded = Loaded {
            facts: load.facts,
            slots: load.slots.iter().map(|_| opened.cpus.clone()).collect(),
            warm_up: opened.warm_up,
        };
        self.engine = Some(engine);
        Ok(loaded)
    }

    fn submit(&mut self, job: Job, work: Work) {
        let Work::Generate(work) = work else {
            return job.fail(Failure::bad_request("this worker generates text and hears nothing"));
        };
        let Some(engine) = &self.engine else {
            return job.fail(Failure::bad_request("no model is loaded"));
        };
        match postcard::from_bytes::<GenerateRequest>(&work.request) {
            Ok(request) => engine.submit(usize::from(job.slot().0), Ticket::new(request, Box::new(Waiting(job)))),
            Err(error) => job.fail(Failure::bad_request(format!("the request is none: {error}"))),
        }
    }
}

/// A job's server, waiting for the reply.
struct Waiting(Job);

impl Client for Waiting {
    fn is_wanted(&self) -> bool {
        !self.0.is_cancelled()
    }

    fn alive(&self, percent: u8) {
        self.0.heartbeat(percent);
    }

    fn show(&self, text: &str) {
        self.0.partial(text);
    }

    fn done(self: Box<Self>, generated: Generated, cost: Cost) {
        match postcard::to_stdvec(&generated) {
            Ok(bytes) => self.0.done(Outcome::Generated(bytes), cost),
            Err(error) => self.0.fail(Failure::new(FailureCode::Engine, error.to_string())),
        }
    }

    fn failed(self: Box<Self>, failure: Failure) {
        self.0.fail(failure);
    }
}
