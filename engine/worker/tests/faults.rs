//! What a worker does wrong is a message to its owner, and never more than that.

mod support;

use std::time::Duration;

use engine_worker::fake::{Mischief, Script, When, words};
use engine_worker::message::{FailureCode, JobTag, MAX_FRAME_BYTES, Outcome, Reply, Request};
use engine_worker::{Exit, ProtocolError, WorkerProcess};
use support::{eventually, is_alive, is_stopped, next, next_where, signal, sound, start_ready, transcribe, until_exit};

async fn done(worker: &mut WorkerProcess, wanted: u64) -> Reply {
    next_where(worker, |reply| match reply {
        Reply::Done { job, .. } | Reply::Failed { job: Some(job), .. } => *job == JobTag(wanted),
        _ => false,
    })
    .await
}

async fn pong(worker: &mut WorkerProcess, wanted: u64) {
    worker.link().send(Request::Ping { nonce: wanted }).unwrap();
    next_where(worker, |reply| matches!(reply, Reply::Pong { nonce, .. } if *nonce == wanted)).await;
}

#[tokio::test]
async fn a_worker_that_leaves_in_a_job_gives_its_code_after_what_it_had_finished() {
    let mut worker = start_ready(&Script::new().fault(When::Nth(2), Mischief::Exit(42)), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    transcribe(&worker, 2, 0, sound(2));
    let (replies, exit) = until_exit(&mut worker).await;
    assert_eq!(exit, Exit::Code(42));
    assert!(replies.iter().any(|reply| matches!(reply, Reply::Done { job: JobTag(1), .. })), "{replies:?}");
}

#[tokio::test]
async fn an_abort_gives_its_signal() {
    let mut worker = start_ready(&Script::new().fault(When::Always, Mischief::Abort), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    assert_eq!(until_exit(&mut worker).await.1, Exit::Signal(6));
}

#[tokio::test]
async fn a_worker_that_hangs_altogether_can_be_killed() {
    let mut worker = start_ready(&Script::new().fault(When::Always, Mischief::HangProcess), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    eventually("the worker stops", || is_stopped(worker.pid())).await;
    worker.kill();
    assert_eq!(until_exit(&mut worker).await.1, Exit::Signal(9));
}

#[tokio::test]
async fn a_worker_that_is_stopped_from_outside_can_be_killed() {
    let mut worker = start_ready(&Script::new(), 1).await;
    signal(worker.pid(), "STOP");
    eventually("the worker stops", || is_stopped(worker.pid())).await;
    worker.link().kill();
    assert_eq!(until_exit(&mut worker).await.1, Exit::Signal(9));
    assert!(!is_alive(worker.pid()));
}

#[tokio::test]
async fn garbage_ends_the_conversation_with_the_reason() {
    let mut worker = start_ready(&Script::new().fault(When::Always, Mischief::Babble), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    let (_, exit) = until_exit(&mut worker).await;
    assert!(matches!(exit, Exit::Protocol(ProtocolError::BadFrame { .. })), "{exit}");
}

#[tokio::test]
async fn an_oversized_frame_ends_the_conversation_before_it_is_read() {
    let mut worker = start_ready(&Script::new().fault(When::Always, Mischief::Oversized), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    let (_, exit) = until_exit(&mut worker).await;
    assert!(exit.to_string().contains(&(MAX_FRAME_BYTES + 1).to_string()), "{exit}");
}

#[tokio::test]
async fn a_panic_fails_its_job_and_the_slot_goes_on() {
    let mut worker = start_ready(&Script::new().fault(When::Nth(1), Mischief::Panic), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    let failed = done(&mut worker, 1).await;
    assert!(matches!(failed, Reply::Failed { code: FailureCode::Engine, .. }), "{failed:?}");
    transcribe(&worker, 2, 0, sound(2));
    assert!(matches!(done(&mut worker, 2).await, Reply::Done { .. }));
}

#[tokio::test]
async fn a_hung_job_leaves_pings_and_other_slots_alone() {
    let mut worker = start_ready(&Script::new().fault(When::LongerThanMs(1500), Mischief::HangJob), 2).await;
    transcribe(&worker, 1, 0, sound(1).repeat(2));
    worker.link().send(Request::Cancel { job: JobTag(1) }).unwrap();
    pong(&mut worker, 1).await;
    transcribe(&worker, 2, 1, sound(2));
    assert!(matches!(done(&mut worker, 2).await, Reply::Done { .. }));
}

#[tokio::test]
async fn a_busy_worker_answers_pings_and_shows_life() {
    let mut worker = start_ready(&Script::new().job_ms(60_000), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    next_where(&mut worker, |reply| matches!(reply, Reply::Progress { job: JobTag(1), .. })).await;
    pong(&mut worker, 77).await;
    next_where(&mut worker, |reply| matches!(reply, Reply::Progress { job: JobTag(1), .. })).await;
}

#[tokio::test]
async fn a_cancel_ends_a_running_and_a_waiting_job() {
    let mut worker = start_ready(&Script::new().job_ms(60_000), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    transcribe(&worker, 2, 0, sound(2));
    for job in [2, 1] {
        worker.link().send(Request::Cancel { job: JobTag(job) }).unwrap();
    }
    for job in [1, 2] {
        let answer = done(&mut worker, job).await;
        assert!(matches!(answer, Reply::Failed { code: FailureCode::Cancelled, .. }), "{answer:?}");
    }
}

#[tokio::test]
async fn slots_work_side_by_side_and_never_mix_their_sounds() {
    let mut worker = start_ready(&Script::new().job_ms(20), 4).await;
    for job in 0..12 {
        transcribe(&worker, job, (job % 4) as u16, sound(job as u32));
    }
    let mut answered = Vec::new();
    while answered.len() < 12 {
        let done = next_where(&mut worker, |reply| matches!(reply, Reply::Done { .. })).await;
        let Reply::Done { job, outcome: Outcome::Transcript(transcript), cost } = done else { panic!("{done:?}") };
        assert_eq!(transcript.words, words(&sound(job.0 as u32)), "{job:?}");
        assert!(cost.wall_us >= 20_000);
        answered.push(job);
    }
    answered.sort();
    answered.dedup();
    assert_eq!(answered.len(), 12);
}

#[tokio::test]
async fn a_request_that_is_too_long_fails_alone() {
    let mut worker = start_ready(&Script::new(), 1).await;
    transcribe(&worker, 1, 0, vec![0; MAX_FRAME_BYTES]);
    let failed = done(&mut worker, 1).await;
    assert!(matches!(failed, Reply::Failed { code: FailureCode::BadRequest, .. }), "{failed:?}");
    pong(&mut worker, 1).await;
}

#[tokio::test]
async fn a_worker_that_stops_reading_is_killed_before_its_requests_fill_the_memory() {
    let mut worker = start_ready(&Script::new(), 1).await;
    signal(worker.pid(), "STOP");
    eventually("the worker stops", || is_stopped(worker.pid())).await;
    let link = worker.link();
    let mut queued = 0;
    while link.send(Request::Ping { nonce: queued }).is_ok() {
        queued += 1;
        // Pings are small: without this the socket would swallow many more than the queue holds.
        tokio::task::yield_now().await;
        assert!(queued < 1_000_000, "the queue has no end");
    }
    let (_, exit) = until_exit(&mut worker).await;
    assert!(matches!(exit, Exit::Protocol(ProtocolError::Backlog { .. })), "{exit}");
}

#[tokio::test]
async fn a_worker_whose_owner_forgets_it_dies() {
    let worker = start_ready(&Script::new().job_ms(60_000), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    let (pid, link) = (worker.pid(), worker.link());
    drop(worker);
    eventually("the worker dies", || !is_alive(pid)).await;
    eventually("its link closes", || link.send(Request::Ping { nonce: 0 }).is_err()).await;
}

#[tokio::test]
async fn a_leak_shows_in_the_memory_that_a_pong_reports() {
    let mut worker = start_ready(&Script::new().leak_bytes(32 << 20), 1).await;
    let before = worker.resident_bytes();
    transcribe(&worker, 1, 0, sound(1));
    done(&mut worker, 1).await;
    worker.link().send(Request::Ping { nonce: 1 }).unwrap();
    let pong = next_where(&mut worker, |reply| matches!(reply, Reply::Pong { .. })).await;
    let Reply::Pong { resident_bytes, .. } = pong else { panic!("{pong:?}") };
    assert!(resident_bytes > before + (30 << 20), "{before} -> {resident_bytes}");
}

#[tokio::test]
async fn a_fault_that_is_to_happen_once_spares_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let script = Script::new().fault_once(folder.path().join("crashed"), When::Nth(1), Mischief::Exit(9));
    let mut first = start_ready(&script, 1).await;
    transcribe(&first, 1, 0, sound(1));
    assert_eq!(until_exit(&mut first).await.1, Exit::Code(9));
    let mut second = start_ready(&script, 1).await;
    transcribe(&second, 1, 0, sound(1));
    assert!(matches!(done(&mut second, 1).await, Reply::Done { .. }));
}

#[tokio::test]
async fn waiting_for_events_can_be_given_up_without_losing_one() {
    let mut worker = start_ready(&Script::new().job_ms(30), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    loop {
        let waiting = tokio::time::timeout(Duration::from_millis(1), next(&mut worker));
        if let Ok(event) = waiting.await
            && let engine_worker::WorkerEvent::Reply(Reply::Done { job: JobTag(1), .. }) = event
        {
            break;
        }
    }
}
