//! Workers do not outlive their server, however it goes.

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use engine_worker::fake::{Mischief, Script, When};
use support::{eventually, is_alive, is_stopped, signal, sound, start_ready, transcribe};

/// Set in the process that plays the server.
const ROLE: &str = "ALFAVOICE_TEST_SERVER_ROLE";

/// Not a test by itself: the other tests start it in a process of its own, which they kill.
#[tokio::test]
async fn server_role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let mischief = if role == "stopped" { Mischief::HangProcess } else { Mischief::HangJob };
    let worker = start_ready(&Script::new().fault(When::Always, mischief), 1).await;
    transcribe(&worker, 1, 0, sound(1));
    if role == "stopped" {
        eventually("the worker stops", || is_stopped(worker.pid())).await;
    }
    println!("\nworker={}", worker.pid());
    std::future::pending::<()>().await;
}

fn worker_of_a_server_that_is_killed(role: &str) -> u32 {
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "server_role", "--nocapture"])
        .env(ROLE, role)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(server.stdout.take().unwrap());
    let worker = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("worker=")?.parse().ok())
        .expect("the server's worker comes up");
    assert!(is_alive(worker));
    signal(server.id(), "KILL");
    server.wait().unwrap();
    worker
}

#[tokio::test]
async fn a_busy_worker_leaves_when_its_server_is_killed() {
    let worker = worker_of_a_server_that_is_killed("busy");
    eventually("the orphan leaves", || !is_alive(worker)).await;
}

#[tokio::test]
async fn a_stopped_worker_dies_when_its_server_is_killed() {
    let worker = worker_of_a_server_that_is_killed("stopped");
    eventually("the orphan dies", || !is_alive(worker)).await;
}
