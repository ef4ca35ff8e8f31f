//! What the worker border costs: the same decode of the built-in model in this process and through a worker process.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use engine::asr::{ContextSize, DecodeOptions, LanguageChoice, ModelFacts, Purpose};
use engine::language::Language;
use engine_whisper::decode::Unwatched;
use engine_whisper::decode::policy::{Model, transcribe};
use engine_whisper::model::{Weights, builtin};
use engine_whisper::state::State;
use engine_worker::message::{
    JobTag, Load, ModelSource, Outcome, Reply, Request, SlotIndex, SlotPlace, Transcribe, WorkerKind,
};
use engine_worker::{CpuSet, WorkerCommand, WorkerEvent, WorkerProcess, isa, os};

use crate::clips;
use crate::figures::Times;

/// Length of the sound.
const SECONDS: u32 = 5;

pub fn run(rounds: usize) -> Result<()> {
    let facts = ModelFacts {
        languages: vec![Language::ENGLISH, Language::RUSSIAN],
        audio_ctx_floor: 64,
        audio_ctx_margin_ms: 960,
        takes_prompt: false,
        temperature_ladder: Vec::new(),
        tokens_per_second: 11.0,
        flash_attention: false,
        trustworthy_scores: false,
        ..ModelFacts::default()
    };
    let options = DecodeOptions {
        purpose: Purpose::Partial,
        language: LanguageChoice::Fixed(Language::ENGLISH),
        context: ContextSize::Fitted,
        prompt: None,
        translate: false,
        voiced_ms: SECONDS * 1_000,
    };
    let sound = clips::babble(SECONDS);
    let model = Model::new(Weights::load(Cursor::new(builtin::BYTES), false)?, facts.clone());
    let mut state = State::open(Arc::clone(&model.weights), 1)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut worker = ready_worker(facts).await?;
        let (mut bare, mut whole, mut inside) = (Times::default(), Times::default(), Times::default());
        for round in 0..=rounds {
            let start = os::thread_time();
            let ours = transcribe(&model, &mut state, &clips::floats(&sound), &options, &Unwatched)?;
            let alone = os::thread_time().saturating_sub(start);

            let (here, there) = (os::thread_time(), os::process_time(worker.pid()));
            let work = Transcribe { pcm16: clips::bytes(&sound), options: options.clone() };
            worker.link().send(Request::Transcribe { job: JobTag(round as u64), slot: SlotIndex(0), work })?;
            let (theirs, decode) = answer(&mut worker).await?;
            let there = os::process_time(worker.pid()).saturating_sub(there);
            let both = os::thread_time().saturating_sub(here) + there;
            if theirs != Outcome::Transcript(ours) {
                bail!("the worker decodes something else than this process");
            }
            // The first round warms both up.
            if round > 0 {
                bare.add(alone);
                whole.add(both);
                inside.add(decode);
            }
        }
        println!("built-in model, {SECONDS} s, greedy, one thread, {rounds} rounds in turns, processor time:");
        println!("  bare decode            {bare}");
        println!("  decode inside a worker {inside}");
        println!("  through the border     {whole}  (both processes)");
        println!("  the border's share     {:8.2} %", 100.0 * (whole.median() / inside.median() - 1.0));
        Ok(())
    })
}

async fn ready_worker(facts: ModelFacts) -> Result<WorkerProcess> {
    let folder = std::env::current_exe()?;
    let folder = folder.parent().context("an executable lies in a folder")?;
    let command = WorkerCommand::new(isa::choose(folder, "alfavoice-asr"), WorkerKind::Asr);
    let mut worker = WorkerProcess::spawn(&command)?;
    let slots = vec![SlotPlace { cpus: CpuSet::new() }];
    worker.link().send(Request::Load(Load { model: ModelSource::Builtin, facts, slots }))?;
    loop {
        match worker.next_event().await {
            WorkerEvent::Reply(Reply::Ready(_)) => return Ok(worker),
            WorkerEvent::Reply(Reply::Failed { message, .. }) => bail!(message),
            WorkerEvent::Reply(_) => {}
            WorkerEvent::Exited(exit) => bail!("{exit}"),
        }
    }
}

async fn answer(worker: &mut WorkerProcess) -> Result<(Outcome, Duration)> {
    loop {
        match worker.next_event().await {
            WorkerEvent::Reply(Reply::Done { outcome, cost, .. }) => {
                return Ok((outcome, Duration::from_micros(cost.cpu_us)));
            }
            WorkerEvent::Reply(Reply::Failed { message, .. }) => bail!(message),
            WorkerEvent::Reply(_) => {}
            WorkerEvent::Exited(exit) => bail!("{exit}"),
        }
    }
}
