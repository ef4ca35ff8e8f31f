//! One setting, measured: the workers of a plan, every slot decoding the same speech again and again.

use std::io::Cursor;
use std::time::{Duration, Instant};

use actors::placement::plan::PlannedWorker;
use actors::system::PoolSettings;
use anyhow::{Context as _, bail};
use engine::asr::{ContextSize, DecodeOptions, LanguageChoice, Purpose};
use engine::audio::{SAMPLE_RATE, le_bytes};
use engine::language::Language;
use engine_worker::message::{JobTag, Load, Reply, Request, SlotIndex, SlotPlace, Transcribe};
use engine_worker::{WorkerEvent, WorkerProcess};
use futures_util::future::try_join_all;

use super::choice::Measured;

/// Somebody says a sentence.
const SENTENCE: &[u8] = include_bytes!("../../../../models/asr/samples/en_01.wav");

pub struct Speech(Vec<i16>);

impl Speech {
    pub fn seconds(&self) -> f64 {
        self.0.len() as f64 / f64::from(SAMPLE_RATE)
    }
}

pub fn sample() -> anyhow::Result<Speech> {
    let samples = hound::WavReader::new(Cursor::new(SENTENCE))?.into_samples().collect::<Result<_, _>>()?;
    Ok(Speech(samples))
}

pub async fn run(
    pool: &PoolSettings,
    plan: &[PlannedWorker],
    speech: &Speech,
    rounds: u16,
) -> anyhow::Result<Measured> {
    let mut workers = try_join_all(plan.iter().map(|place| start(pool, place))).await?;
    let slots: usize = plan.iter().map(|place| place.slots.len()).sum();
    let mut latencies = Vec::new();
    let mut whole = Duration::ZERO;
    for round in 0..=rounds {
        let begun = Instant::now();
        let decodes = workers.iter_mut().zip(plan).map(|(worker, place)| decode(worker, place.slots.len(), speech));
        let times = try_join_all(decodes).await?;
        // The first round warms up.
        if round > 0 {
            whole += begun.elapsed();
            latencies.extend(times.into_iter().flatten());
        }
    }
    latencies.sort_unstable();
    let first = plan.first().context("the pool has a worker")?;
    Ok(Measured {
        threads: first.slots.first().map_or(1, engine_worker::CpuSet::len),
        slots_per_worker: first.slots.len(),
        latency: latencies[latencies.len() / 2],
        throughput: speech.seconds() * (slots * usize::from(rounds)) as f64 / whole.as_secs_f64(),
    })
}

async fn start(pool: &PoolSettings, place: &PlannedWorker) -> anyhow::Result<WorkerProcess> {
    let mut command = pool.command.clone().cpus(place.cpus.clone());
    command.memory_node = place.memory_node;
    let mut worker = WorkerProcess::spawn(&command)?;
    let slots = place.slots.iter().map(|cpus| SlotPlace { cpus: cpus.clone() }).collect();
    worker.link().send(Request::Load(Load { model: pool.source.clone(), facts: pool.facts.clone(), slots }))?;
    loop {
        match worker.next_event().await {
            WorkerEvent::Reply(Reply::Ready(_)) => return Ok(worker),
            WorkerEvent::Reply(Reply::Failed { message, .. }) => bail!("the model cannot be loaded: {message}"),
            WorkerEvent::Reply(_) => {}
            WorkerEvent::Exited(exit) => bail!("the worker left: {exit}"),
        }
    }
}

/// A decode on every slot at once; returns how long each took.
async fn decode(worker: &mut WorkerProcess, slots: usize, speech: &Speech) -> anyhow::Result<Vec<Duration>> {
    let options = DecodeOptions {
        purpose: Purpose::Final,
        language: LanguageChoice::Fixed(Language::ENGLISH),
        context: ContextSize::Fitted,
        prompt: None,
        translate: false,
        voiced_ms: (speech.seconds() * 1000.0) as u32,
    };
    let begun = Instant::now();
    for slot in 0..slots {
        let work = Transcribe { pcm16: le_bytes(&speech.0), options: options.clone() };
        let (job, slot) = (JobTag(slot as u64), SlotIndex(u16::try_from(slot)?));
        worker.link().send(Request::Transcribe { job, slot, work })?;
    }
    let mut times = Vec::new();
    while times.len() < slots {
        match worker.next_event().await {
            WorkerEvent::Reply(Reply::Done { .. }) => times.push(begun.elapsed()),
            WorkerEvent::Reply(Reply::Failed { message, .. }) => bail!("a decode failed: {message}"),
            WorkerEvent::Reply(_) => {}
            WorkerEvent::Exited(exit) => bail!("the worker left: {exit}"),
        }
    }
    Ok(times)
}
