//! How a worker comes up, or does not.

mod support;

use engine_worker::fake::{AtLoad, AtStart, Script, words};
use engine_worker::message::{FailureCode, JobTag, Outcome, Reply, Request, VERSION, WorkerKind};
use engine_worker::{CpuSet, Exit, ProtocolError, SpawnError, WorkerCommand, WorkerEvent, WorkerProcess};
use support::{load, next, next_where, sound, start, start_ready, transcribe, until_exit};

#[tokio::test]
async fn a_worker_greets_loads_and_answers() {
    let mut worker = start(&Script::new());
    let WorkerEvent::Reply(Reply::Hello(hello)) = next(&mut worker).await else { panic!("no greeting") };
    assert_eq!((hello.version, hello.kind, hello.pid), (VERSION, WorkerKind::Asr, worker.pid()));

    load(&worker, &[CpuSet::new()]);
    let Reply::Ready(ready) = next_where(&mut worker, |_| true).await else { panic!("not ready") };
    assert_eq!(ready.slots.len(), 1);
    assert!(!ready.slots[0].is_empty(), "where an unpinned slot really is");
    assert!(ready.resident_bytes > 0 && worker.resident_bytes() > 0);

    transcribe(&worker, 1, 0, sound(1));
    let done = next_where(&mut worker, |reply| matches!(reply, Reply::Done { .. })).await;
    let Reply::Done { job, outcome: Outcome::Transcript(transcript), .. } = done else { panic!("{done:?}") };
    assert_eq!(job, JobTag(1));
    assert_eq!(transcript.words, words(&sound(1)));
}

#[tokio::test]
async fn a_worker_of_another_version_is_killed_with_the_reason() {
    let mut worker = start(&Script::new().at_start(AtStart::GreetsWithVersion(VERSION + 1)));
    let (replies, exit) = until_exit(&mut worker).await;
    assert_eq!(exit, Exit::Protocol(ProtocolError::WrongVersion { theirs: VERSION + 1 }));
    assert!(replies.is_empty());
    assert!(exit.to_string().contains("install both from one build"), "{exit}");
}

#[tokio::test]
async fn a_worker_of_another_kind_is_killed_with_the_reason() {
    let mut command = Script::new().kind(WorkerKind::Llm).command().unwrap();
    command.kind = WorkerKind::Asr;
    let mut worker = WorkerProcess::spawn(&command).unwrap();
    let (_, exit) = until_exit(&mut worker).await;
    let reason = ProtocolError::WrongKind { theirs: WorkerKind::Llm, wanted: WorkerKind::Asr };
    assert_eq!(exit, Exit::Protocol(reason));
}

#[tokio::test]
async fn a_worker_that_begins_with_garbage_is_killed_with_the_reason() {
    let mut worker = start(&Script::new().at_start(AtStart::Babbles));
    let (_, exit) = until_exit(&mut worker).await;
    assert!(matches!(exit, Exit::Protocol(ProtocolError::BadFrame { .. } | ProtocolError::NoHello)), "{exit}");
}

#[tokio::test]
async fn a_worker_that_dies_before_its_greeting_gives_its_code() {
    let mut worker = start(&Script::new().at_start(AtStart::Exits(3)));
    assert_eq!(until_exit(&mut worker).await, (Vec::new(), Exit::Code(3)));
}

#[tokio::test]
async fn a_silent_worker_can_be_killed_and_says_so_ever_after() {
    let mut worker = start(&Script::new().at_start(AtStart::StaysSilent));
    worker.kill();
    for _ in 0..3 {
        assert_eq!(next(&mut worker).await, WorkerEvent::Exited(Exit::Signal(9)));
    }
    assert!(worker.link().send(Request::Ping { nonce: 1 }).is_err());
    assert_eq!(worker.resident_bytes(), 0);
}

#[tokio::test]
async fn a_missing_executable_is_named() {
    let command = WorkerCommand::new("/no/such/alfavoice-asr", WorkerKind::Asr);
    let error = WorkerProcess::spawn(&command).unwrap_err();
    assert!(matches!(error, SpawnError::Missing { .. }));
    assert!(error.to_string().contains("/no/such/alfavoice-asr"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_program_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = WorkerProcess::spawn(&WorkerCommand::new(file.path(), WorkerKind::Asr)).unwrap_err();
    assert!(matches!(error, SpawnError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn a_model_that_is_refused_is_answered_and_the_worker_stays() {
    let mut worker = start(&Script::new().at_load(AtLoad::Refuses(FailureCode::ModelRefused)));
    load(&worker, &[CpuSet::new()]);
    let refused = next_where(&mut worker, |reply| matches!(reply, Reply::Failed { .. })).await;
    assert!(matches!(refused, Reply::Failed { job: None, code: FailureCode::ModelRefused, .. }), "{refused:?}");
    worker.link().send(Request::Ping { nonce: 5 }).unwrap();
    next_where(&mut worker, |reply| matches!(reply, Reply::Pong { nonce: 5, .. })).await;
}

#[tokio::test]
async fn a_worker_that_leaves_while_loading_gives_its_code() {
    let mut worker = start(&Script::new().at_load(AtLoad::Exits(17)));
    load(&worker, &[CpuSet::new()]);
    assert_eq!(until_exit(&mut worker).await.1, Exit::Code(17));
}

#[tokio::test]
async fn pings_are_answered_while_a_model_is_loaded() {
    let mut worker = start(&Script::new().at_load(AtLoad::Hangs));
    load(&worker, &[CpuSet::new()]);
    worker.link().send(Request::Ping { nonce: 9 }).unwrap();
    let pong = next_where(&mut worker, |reply| matches!(reply, Reply::Pong { .. })).await;
    assert!(matches!(pong, Reply::Pong { nonce: 9, resident_bytes } if resident_bytes > 0));
}

#[tokio::test]
async fn work_before_and_a_second_model_after_loading_are_refused() {
    let mut worker = start(&Script::new());
    transcribe(&worker, 1, 0, sound(1));
    let early = next_where(&mut worker, |reply| matches!(reply, Reply::Failed { .. })).await;
    assert!(matches!(early, Reply::Failed { job: Some(JobTag(1)), code: FailureCode::BadRequest, .. }), "{early:?}");

    let mut worker = start_ready(&Script::new(), 1).await;
    load(&worker, &[CpuSet::new()]);
    let second = next_where(&mut worker, |reply| matches!(reply, Reply::Failed { .. })).await;
    assert!(matches!(second, Reply::Failed { job: None, code: FailureCode::BadRequest, .. }), "{second:?}");
}

#[tokio::test]
async fn an_unknown_slot_is_refused() {
    let mut worker = start_ready(&Script::new(), 2).await;
    transcribe(&worker, 1, 2, sound(1));
    let refused = next_where(&mut worker, |reply| matches!(reply, Reply::Failed { .. })).await;
    assert!(matches!(refused, Reply::Failed { code: FailureCode::BadRequest, .. }), "{refused:?}");
}
