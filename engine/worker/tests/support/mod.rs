//! What the tests of the process border share. Every test target uses a part of it.
#![allow(dead_code)]

use std::path::Path;
use std::time::{Duration, Instant};

use engine::asr::{ContextSize, DecodeOptions, LanguageChoice, ModelFacts, Purpose};
use engine::language::Language;
use engine_worker::fake::Script;
use engine_worker::message::{JobTag, Load, ModelSource, Reply, Request, SlotIndex, SlotPlace, Transcribe};
use engine_worker::{CpuSet, Exit, WorkerEvent, WorkerProcess};

/// Longer than anything here takes on a machine that is also busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub fn start(script: &Script) -> WorkerProcess {
    WorkerProcess::spawn(&script.command().unwrap()).unwrap()
}

/// A worker that has loaded, with so many unpinned slots.
pub async fn start_ready(script: &Script, slots: usize) -> WorkerProcess {
    let mut worker = start(script);
    load(&worker, &vec![CpuSet::new(); slots]);
    next_where(&mut worker, |reply| matches!(reply, Reply::Ready(_))).await;
    worker
}

pub fn load(worker: &WorkerProcess, slots: &[CpuSet]) {
    let slots = slots.iter().map(|cpus| SlotPlace { cpus: cpus.clone() }).collect();
    let load = Load { model: ModelSource::Builtin, facts: ModelFacts::default(), slots };
    worker.link().send(Request::Load(load)).unwrap();
}

pub fn transcribe(worker: &WorkerProcess, job: u64, slot: u16, pcm16: Vec<u8>) {
    let options = DecodeOptions {
        purpose: Purpose::Final,
        language: LanguageChoice::Fixed(Language::ENGLISH),
        context: ContextSize::Fitted,
        prompt: None,
        translate: false,
        voiced_ms: 1000,
    };
    let work = Transcribe { pcm16, options };
    worker.link().send(Request::Transcribe { job: JobTag(job), slot: SlotIndex(slot), work }).unwrap();
}

/// A second of sound that is different for every seed.
pub fn sound(seed: u32) -> Vec<u8> {
    (0..16_000_u32).flat_map(|at| ((at % (50 + seed) * 90) as i16).to_le_bytes()).collect()
}

pub async fn next(worker: &mut WorkerProcess) -> WorkerEvent {
    tokio::time::timeout(PATIENCE, worker.next_event()).await.expect("the worker says something in time")
}

/// The next reply of interest; heartbeats, greetings and the like on the way are dropped.
pub async fn next_where(worker: &mut WorkerProcess, wanted: impl Fn(&Reply) -> bool) -> Reply {
    loop {
        match next(worker).await {
            WorkerEvent::Reply(reply) if wanted(&reply) => return reply,
            WorkerEvent::Reply(_) => {}
            WorkerEvent::Exited(exit) => panic!("{exit} before the reply that was waited for"),
        }
    }
}

/// Everything up to the end of the process.
pub async fn until_exit(worker: &mut WorkerProcess) -> (Vec<Reply>, Exit) {
    let mut replies = Vec::new();
    loop {
        match next(worker).await {
            WorkerEvent::Reply(reply) => replies.push(reply),
            WorkerEvent::Exited(exit) => return (replies, exit),
        }
    }
}

/// Whether a process runs or is stopped; one that is dead but not reaped does not count.
pub fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z') && !rest.starts_with('X'))
}

pub fn is_stopped(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
}

/// Waits for something that another process does.
pub async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn signal(pid: u32, name: &str) {
    let status = std::process::Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status().unwrap();
    assert!(status.success(), "kill -{name} {pid}");
}

/// `Cpus_allowed_list` of every thread of a process with its name.
pub fn threads_of(pid: u32) -> Vec<(String, CpuSet)> {
    let field = |status: &str, key: &str| {
        status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim().to_owned()
    };
    std::fs::read_dir(Path::new("/proc").join(pid.to_string()).join("task"))
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("status")).ok())
        .map(|status| {
            let cpus = CpuSet::parse(&field(&status, "Cpus_allowed_list:")).unwrap();
            (field(&status, "Name:"), cpus)
        })
        .collect()
}
