//! The worker as the server holds it: a process that loads, generates, streams, is cancelled and dies.

mod support;

use std::time::Duration;

use engine::asr::ModelFacts as AsrFacts;
use engine::language::Language;
use engine::llm::request::Limits;
use engine::llm::{Chat, Clean, GenerateRequest, Generated, ModelFacts, Role, Stopped};
use engine_worker::message::{
    FailureCode, Generate, JobTag, Load, ModelSource, Outcome, Reply, Request, SlotIndex, SlotPlace, Transcribe,
    WorkerKind,
};
use engine_worker::{CpuSet, Exit, WorkerCommand, WorkerEvent, WorkerProcess};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use support::{chat, clean, scripted};

const PATIENCE: Duration = Duration::from_secs(60);

fn spawn(facts: &ModelFacts) -> WorkerProcess {
    let mut command = WorkerCommand::new(env!("CARGO_BIN_EXE_alfavoice-llm"), WorkerKind::Llm);
    for (name, value) in facts.environment() {
        command = command.env(name, value);
    }
    WorkerProcess::spawn(&command).unwrap()
}

fn load(worker: &WorkerProcess, model: ModelSource, slots: usize) {
    let slots = vec![SlotPlace { cpus: CpuSet::new() }; slots];
    worker.link().send(Request::Load(Load { model, facts: AsrFacts::default(), slots })).unwrap();
}

fn generate(worker: &WorkerProcess, job: u64, slot: u16, request: &GenerateRequest) {
    let work = Generate { request: postcard::to_stdvec(request).unwrap() };
    worker.link().send(Request::Generate { job: JobTag(job), slot: SlotIndex(slot), work }).unwrap();
}

async fn next(worker: &mut WorkerProcess) -> WorkerEvent {
    tokio::time::timeout(PATIENCE, worker.next_event()).await.expect("the worker says something in time")
}

/// The next reply of interest.
async fn next_where(worker: &mut WorkerProcess, wanted: impl Fn(&Reply) -> bool) -> Reply {
    loop {
        match next(worker).await {
            WorkerEvent::Reply(reply) if wanted(&reply) => return reply,
            WorkerEvent::Reply(_) => {}
            WorkerEvent::Exited(exit) => panic!("{exit} before the reply that was waited for"),
        }
    }
}

/// The answer to a job and the pieces that came before it.
async fn answer(worker: &mut WorkerProcess, tag: u64) -> (Reply, String) {
    let mut shown = String::new();
    loop {
        let reply = next_where(worker, |_| true).await;
        match &reply {
            Reply::Partial { job, text } if *job == JobTag(tag) => shown.push_str(text),
            Reply::Done { job, .. } if *job == JobTag(tag) => return (reply, shown),
            Reply::Failed { job: Some(job), .. } if *job == JobTag(tag) => return (reply, shown),
            _ => {}
        }
    }
}

fn generated(reply: &Reply) -> Generated {
    let Reply::Done { outcome: Outcome::Generated(bytes), .. } = reply else { panic!("{reply:?}") };
    postcard::from_bytes(bytes).unwrap()
}

async fn ready(facts: &ModelFacts, model: ModelSource, slots: usize) -> WorkerProcess {
    let mut worker = spawn(facts);
    load(&worker, model, slots);
    next_where(&mut worker, |reply| matches!(reply, Reply::Ready(_))).await;
    worker
}

#[tokio::test]
async fn it_greets_loads_the_builtin_model_and_cleans() {
    let mut worker = spawn(&ModelFacts::builtin());
    let hello = next_where(&mut worker, |_| true).await;
    let Reply::Hello(hello) = hello else { panic!("{hello:?}") };
    assert_eq!(hello.kind, WorkerKind::Llm);
    assert!(hello.library.contains("llama.cpp") && !hello.built_for.is_empty(), "{hello:?}");
    load(&worker, ModelSource::Builtin, 2);
    let Reply::Ready(ready) = next_where(&mut worker, |reply| matches!(reply, Reply::Ready(_))).await else {
        unreachable!("only `Ready` was waited for")
    };
    assert!(ready.slots.len() == 2 && !ready.slots[0].is_empty(), "{ready:?}");
    generate(&worker, 1, 0, &clean(Language::ENGLISH, "what do you think about it"));
    let (reply, shown) = answer(&mut worker, 1).await;
    let cleaned = generated(&reply);
    assert_eq!((cleaned.text.as_str(), shown.as_str()), ("What do you think about it?", ""));
    let Reply::Done { cost, .. } = reply else { unreachable!("`generated` has looked at it") };
    assert!(cost.wall_us > 0 && cost.cpu_us > 0, "{cost:?}");
}

#[tokio::test]
async fn it_takes_its_place() {
    let allowed = engine_worker::os::thread_cpus().unwrap();
    let one: CpuSet = allowed.iter().take(1).collect();
    let command = WorkerCommand::new(env!("CARGO_BIN_EXE_alfavoice-llm"), WorkerKind::Llm).cpus(one.clone());
    let mut worker = WorkerProcess::spawn(&command).unwrap();
    let slots = vec![SlotPlace { cpus: one.clone() }];
    let load = Load { model: ModelSource::Builtin, facts: AsrFacts::default(), slots };
    worker.link().send(Request::Load(load)).unwrap();
    let Reply::Ready(ready) = next_where(&mut worker, |reply| matches!(reply, Reply::Ready(_))).await else {
        unreachable!("only `Ready` was waited for")
    };
    assert_eq!(ready.slots, [one]);
}

#[tokio::test]
async fn replies_are_streamed_and_jobs_of_several_slots_run_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let facts = ModelFacts { context_tokens: 512, ..ModelFacts::default() };
    let mut worker = ready(&facts, ModelSource::File(scripted(folder.path())), 2).await;
    let limits = Limits { tokens: 40, stream: true, ..Limits::default() };
    for (job, letter) in [(1, 'e'), (2, 'f')] {
        let request = Chat { limits, ..chat(&[(Role::User, &format!("{letter}0"))], 0) };
        generate(&worker, job, job as u16 - 1, &GenerateRequest::Chat(request));
    }
    let mut shown = [String::new(), String::new()];
    let mut done = Vec::new();
    let mut alive = [false; 2];
    while done.len() < 2 {
        match next_where(&mut worker, |_| true).await {
            Reply::Partial { job, text } => shown[job.0 as usize - 1].push_str(&text),
            Reply::Progress { job, percent } => alive[job.0 as usize - 1] = percent < 100,
            reply @ Reply::Done { .. } => done.push(generated(&reply)),
            Reply::Failed { message, .. } => panic!("{message}"),
            _ => {}
        }
    }
    assert_eq!(alive, [true; 2], "no heartbeat came");
    for (shown, letter) in shown.iter().zip(['e', 'f']) {
        assert_eq!(shown, &engine_llama::shape::plain(letter, 40));
        assert!(done.iter().any(|generated| generated.text == *shown && generated.stopped == Stopped::Length));
    }
}

#[tokio::test]
async fn a_cancelled_job_is_answered_and_the_worker_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let facts = ModelFacts { context_tokens: 4096, ..ModelFacts::default() };
    let mut worker = ready(&facts, ModelSource::File(scripted(folder.path())), 1).await;
    let limits = Limits { stream: true, ..Limits::default() };
    generate(&worker, 1, 0, &GenerateRequest::Chat(Chat { limits, ..chat(&[(Role::User, "f0")], 0) }));
    next_where(&mut worker, |reply| matches!(reply, Reply::Partial { .. })).await;
    worker.link().send(Request::Cancel { job: JobTag(1) }).unwrap();
    let (reply, _) = answer(&mut worker, 1).await;
    assert!(matches!(reply, Reply::Failed { code: FailureCode::Cancelled, .. }), "{reply:?}");
    generate(&worker, 2, 0, &GenerateRequest::Chat(chat(&[(Role::User, "a0")], 4)));
    assert_eq!(generated(&answer(&mut worker, 2).await.0).text, "a1 a2 a3 a4");
}

#[tokio::test]
async fn a_deadline_ends_a_reply_in_time() {
    let mut worker = ready(&ModelFacts::builtin(), ModelSource::Builtin, 1).await;
    let GenerateRequest::Clean(request) = clean(Language::ENGLISH, &"so this goes on and on and ".repeat(20)) else {
        unreachable!("`clean` makes no other")
    };
    let limits = Limits { time_ms: 1, ..Limits::default() };
    generate(&worker, 1, 0, &GenerateRequest::Clean(Clean { limits, ..request }));
    let late = generated(&answer(&mut worker, 1).await.0);
    assert_eq!(late.stopped, Stopped::Deadline);
    assert!(!late.stopped.is_whole());
}

#[tokio::test]
async fn a_killed_worker_is_one_event() {
    let mut worker = ready(&ModelFacts::builtin(), ModelSource::Builtin, 1).await;
    generate(&worker, 1, 0, &clean(Language::RUSSIAN, "это никто не узнает"));
    worker.kill();
    let exit = loop {
        if let WorkerEvent::Exited(exit) = next(&mut worker).await {
            break exit;
        }
    };
    assert_eq!(exit, Exit::Signal(9));
}

#[tokio::test]
async fn hostile_files_are_refused_and_the_worker_lives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.gguf");
    let mut worker = spawn(&ModelFacts::default());
    let sound = std::fs::read(scripted(folder.path())).unwrap();
    // No model, one that was cut, one that says it has four thousand million layers.
    let layers = sound.windows(17).position(|bytes| bytes == b"llama.block_count").unwrap() + 17 + 4;
    let deep = [&sound[..layers], &u32::MAX.to_le_bytes(), &sound[layers + 4..]].concat();
    for bytes in [b"GGML".as_slice(), &sound[..sound.len() / 2], &deep] {
        std::fs::write(&path, bytes).unwrap();
        load(&worker, ModelSource::File(path.clone()), 1);
        let reply = next_where(&mut worker, |reply| !matches!(reply, Reply::Hello(_))).await;
        assert!(matches!(&reply, Reply::Failed { job: None, code: FailureCode::ModelRefused, .. }), "{reply:?}");
    }
    load(&worker, ModelSource::Builtin, 1);
    next_where(&mut worker, |reply| matches!(reply, Reply::Ready(_))).await;
}

/// Files whose headers were damaged in a way that our own checks may not see: the library must not die of them.
#[tokio::test]
async fn damaged_files_are_refused_or_loaded_and_kill_no_worker() {
    const HEADER: std::ops::Range<usize> = 24..700;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.gguf");
    let sound = std::fs::read(scripted(folder.path())).unwrap();
    let tensors = sound.windows(17).position(|bytes| bytes == b"token_embd.weight").unwrap();
    let mut random = SmallRng::seed_from_u64(3);
    let mut worker = spawn(&ModelFacts::default());
    let (mut refused, mut taken) = (0, 0);
    for round in 0..60 {
        let mut damaged = sound.clone();
        let place = if round % 2 == 0 { HEADER } else { tensors..tensors + 1200 };
        damaged[random.random_range(place)] = random.random();
        std::fs::write(&path, &damaged).unwrap();
        load(&worker, ModelSource::File(path.clone()), 1);
        match next_where(&mut worker, |reply| !matches!(reply, Reply::Hello(_))).await {
            Reply::Failed { job: None, .. } => refused += 1,
            Reply::Ready(_) => {
                taken += 1;
                worker = spawn(&ModelFacts::default());
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(refused > 10 && taken > 3, "{refused} refused, {taken} taken: nothing was tried");
}

#[tokio::test]
async fn what_is_no_request_for_a_language_model_is_refused() {
    let mut worker = ready(&ModelFacts::builtin(), ModelSource::Builtin, 1).await;
    let garbage = Generate { request: vec![0xff; 9] };
    worker.link().send(Request::Generate { job: JobTag(1), slot: SlotIndex(0), work: garbage }).unwrap();
    generate(&worker, 2, 5, &clean(Language::ENGLISH, "no such slot"));
    generate(&worker, 3, 0, &clean(Language::ENGLISH, " "));
    let options = engine::asr::DecodeOptions {
        purpose: engine::asr::Purpose::Final,
        language: engine::asr::LanguageChoice::Fixed(Language::ENGLISH),
        context: engine::asr::ContextSize::Fitted,
        prompt: None,
        translate: false,
        voiced_ms: 0,
    };
    let work = Transcribe { pcm16: vec![0; 320], options };
    worker.link().send(Request::Transcribe { job: JobTag(4), slot: SlotIndex(0), work }).unwrap();
    let mut refused = Vec::new();
    while refused.len() < 4 {
        let reply = next_where(&mut worker, |reply| matches!(reply, Reply::Failed { .. } | Reply::Done { .. })).await;
        let Reply::Failed { job: Some(job), code: FailureCode::BadRequest, .. } = reply else { panic!("{reply:?}") };
        refused.push(job.0);
    }
    refused.sort_unstable();
    assert_eq!(refused, [1, 2, 3, 4]);
}
