//! The decoding thread: everything of a model lives on it, pinned before the first byte is read.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use engine::llm::ModelFacts;
use engine::llm::draft::StepCosts;
use engine_worker::message::{FailureCode, ModelSource};
use engine_worker::serve::{EXIT_PANIC, Failure};
use engine_worker::{CpuSet, os};

use super::prefixes::Prefixes;
use super::run::Ticket;
use super::{Decoder, Drafts, Memory, costs};
use crate::model::{Model, Weights};
use crate::prompt::PromptMaker;
use crate::sequences::{MOST_SEQUENCES, Sequences};
use crate::template::ChatTemplate;

/// Sequences beside those of the slots, for beginnings that are computed once.
const PREFIXES: usize = 8;
/// Tokens that these may have together, in contexts of one request.
const PREFIX_CONTEXTS: usize = 2;
/// The library rounds up to this.
const CONTEXT_UNIT: usize = 256;
/// More threads than this do not make a run faster where nobody said how many (measured: from 13 to 16 on it gets slower).
const UNPINNED_THREADS: usize = 8;

/// What to load and where to compute.
#[derive(Debug, Clone)]
pub struct Options {
    pub source: ModelSource,
    pub facts: ModelFacts,
    pub weights: Weights,
    /// Requests at once.
    pub slots: usize,
    /// Cores to stay on, one thread each; empty = wherever the process may run.
    pub cpus: CpuSet,
    /// No more threads than this; none = as many as there are cores and the model can use.
    pub threads: Option<usize>,
    pub drafts: Drafts,
}

impl Options {
    /// The built-in model with so many slots.
    pub fn builtin(slots: usize) -> Self {
        Self {
            source: ModelSource::Builtin,
            facts: ModelFacts::builtin(),
            weights: Weights::Copied,
            slots,
            cpus: CpuSet::new(),
            threads: None,
            drafts: Drafts::default(),
        }
    }
}

/// A model that is ready.
#[derive(Debug, Clone)]
pub struct Opened {
    pub name: String,
    /// Where the thread really is, read back from the kernel.
    pub cpus: CpuSet,
    pub threads: usize,
    /// Tokens that one request may take.
    pub context: usize,
    pub load: Duration,
    pub warm_up: Duration,
    pub costs: StepCosts,
    pub drafts: bool,
}

/// A model and the thread that decodes with it. Dropping it drops the requests that are not answered yet.
#[derive(Debug)]
pub struct Engine {
    orders: Sender<(usize, Ticket)>,
    pub opened: Opened,
}

impl Engine {
    /// Loads a model; back when it has been measured and is ready, or with what is wrong.
    pub fn start(options: Options) -> Result<Self, Failure> {
        if options.slots == 0 || options.slots + PREFIXES > MOST_SEQUENCES {
            let most = MOST_SEQUENCES - PREFIXES;
            return Err(Failure::bad_request(format!("`{}` slots; a worker has 1 to {most}", options.slots)));
        }
        let (orders, inbox) = mpsc::channel();
        let (report, opening) = mpsc::channel();
        // Helper threads inherit the name, by which their processor time is found.
        thread::Builder::new()
            .name("llm".to_owned())
            .spawn(move || live(&options, &report, &inbox))
            .map_err(|error| Failure::new(FailureCode::Engine, format!("no thread to decode on: {error}")))?;
        let died = || Failure::new(FailureCode::Engine, "the decoding thread died while it was loading");
        let opened = opening.recv().unwrap_or_else(|_| Err(died()))?;
        Ok(Self { orders, opened })
    }

    /// Hands a request to a slot and returns at once.
    pub fn submit(&self, slot: usize, ticket: Ticket) {
        if let Err(mpsc::SendError((_, ticket))) = self.orders.send((slot, ticket)) {
            ticket.client.failed(Failure::new(FailureCode::Engine, "the decoding thread is gone"));
        }
    }
}

fn live(options: &Options, report: &Sender<Result<Opened, Failure>>, inbox: &Receiver<(usize, Ticket)>) {
    let opened = place(&options.cpus).and_then(|cpus| {
        let model = Model::load(&options.source, options.weights)?;
        Ok((cpus, model))
    });
    let (cpus, model) = match opened {
        Ok(opened) => opened,
        Err(failure) => return tell(report, Err(failure)),
    };
    match open(options, &model, cpus) {
        Ok((mut decoder, opened)) => {
            tell(report, Ok(opened));
            // A panic in here leaves the library in an unknown state, and nobody would decode any more.
            let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut decoder, inbox)));
            if worked.is_err() {
                os::leave(EXIT_PANIC);
            }
        }
        Err(failure) => tell(report, Err(failure)),
    }
}

fn tell(report: &Sender<Result<Opened, Failure>>, result: Result<Opened, Failure>) {
    // Nobody listens any more only where the whole process is ending.
    let _ = report.send(result);
}

fn place(cpus: &CpuSet) -> Result<CpuSet, Failure> {
    let placed = os::pin_thread(cpus).and_then(|()| os::thread_cpus());
    placed.map_err(|error| Failure::bad_request(format!("the decoding thread {error}")))
}

fn open<'model>(options: &Options, model: &'model Model, cpus: CpuSet) -> Result<(Decoder<'model>, Opened), Failure> {
    let started = Instant::now();
    let bad = |error: &dyn std::error::Error| Failure::new(FailureCode::ModelRefused, error.to_string());
    let template = ChatTemplate::new(model, options.facts.chat_template.as_deref()).map_err(|error| bad(&error))?;
    let threads = threads(options, model, &cpus);
    let context = options.facts.context(model.trained_context()) as usize;
    let prefix_tokens = (PREFIX_CONTEXTS * context).min(LONGEST_PREFIXES);
    let tokens = (options.slots * context + prefix_tokens).next_multiple_of(CONTEXT_UNIT);
    let engine = |error: &dyn std::error::Error| Failure::new(FailureCode::Engine, error.to_string());
    let tokens = u32::try_from(tokens).map_err(|error| engine(&error))?;
    let mut sequences =
        Sequences::new(model, options.slots + PREFIXES, tokens, threads).map_err(|error| engine(&error))?;
    let setting_up = started.elapsed();
    let costs = costs::measure(&mut sequences, model.vocabulary.size(), threads).map_err(|error| engine(&error))?;
    let memory = Memory {
        sequences,
        slots: options.slots,
        prefixes: Prefixes::new(options.slots..options.slots + PREFIXES, prefix_tokens),
        context,
    };
    let decoder = Decoder::new(model, PromptMaker::new(template), memory, costs.clone(), options.drafts);
    let opened = Opened {
        name: model.name.clone(),
        cpus,
        threads,
        context,
        load: model.load_time + setting_up,
        warm_up: started.elapsed() - setting_up,
        costs,
        drafts: decoder.drafts(),
    };
    Ok((decoder, opened))
}

/// Beginnings longer than this together are not worth the memory they take.
const LONGEST_PREFIXES: usize = 8192;

fn threads(options: &Options, model: &Model, cpus: &CpuSet) -> usize {
    let cores = if options.cpus.is_empty() { cpus.len().min(UNPINNED_THREADS) } else { cpus.len() };
    cores.min(options.threads.unwrap_or(cores)).min(model.useful_threads()).max(1)
}

fn work(decoder: &mut Decoder<'_>, inbox: &Receiver<(usize, Ticket)>) {
    loop {
        if decoder.is_idle() {
            match inbox.recv() {
                Ok((slot, ticket)) => decoder.take(slot, ticket),
                Err(mpsc::RecvError) => return,
            }
        }
        loop {
            match inbox.try_recv() {
                Ok((slot, ticket)) => decoder.take(slot, ticket),
                Err(mpsc::TryRecvError::Empty) => break,
                Err(mpsc::TryRecvError::Disconnected) => return,
            }
        }
        decoder.step();
    }
}
