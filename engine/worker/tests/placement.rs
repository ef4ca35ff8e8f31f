//! Workers are where they were told to be, by the kernel's own word.

mod support;

use engine_worker::fake::Script;
use engine_worker::message::Reply;
use engine_worker::serve::EXIT_UNUSABLE;
use engine_worker::{CpuSet, Exit, WorkerProcess, os};
use support::{load, next_where, threads_of, until_exit};

fn one(cpu: usize) -> CpuSet {
    [cpu].into_iter().collect()
}

/// The first and the last processor that this test may use (the same on a machine with one).
fn two_processors() -> (usize, usize) {
    let available: Vec<_> = os::thread_cpus().unwrap().iter().collect();
    (available[0], available[available.len() - 1])
}

#[tokio::test]
async fn every_thread_of_a_worker_is_on_its_processors() {
    let (_, last) = two_processors();
    let mut worker = WorkerProcess::spawn(&Script::new().command().unwrap().cpus(one(last))).unwrap();
    load(&worker, &[one(last), one(last)]);
    let Reply::Ready(ready) = next_where(&mut worker, |reply| matches!(reply, Reply::Ready(_))).await else { panic!() };
    assert_eq!(ready.slots, [one(last), one(last)]);
    let threads = threads_of(worker.pid());
    assert!(threads.len() >= 4, "main, link and two slots: {threads:?}");
    for (name, cpus) in threads {
        assert_eq!(cpus, one(last), "thread `{name}`");
    }
}

#[tokio::test]
async fn each_slot_is_on_its_own_processors() {
    let (first, last) = two_processors();
    let both: CpuSet = [first, last].into_iter().collect();
    let mut worker = WorkerProcess::spawn(&Script::new().command().unwrap().cpus(both.clone())).unwrap();
    load(&worker, &[one(first), one(last), both.clone()]);
    next_where(&mut worker, |reply| matches!(reply, Reply::Ready(_))).await;
    let threads = threads_of(worker.pid());
    for (name, wanted) in [("slot-0", one(first)), ("slot-1", one(last)), ("slot-2", both.clone()), ("link", both)] {
        let found: Vec<_> = threads.iter().filter(|(have, _)| have == name).collect();
        assert_eq!(found.len(), 1, "{name} in {threads:?}");
        assert_eq!(found[0].1, wanted, "{name}");
    }
}

#[tokio::test]
async fn a_processor_that_does_not_exist_is_refused_before_the_greeting() {
    let command = Script::new().command().unwrap().cpus(one(engine_worker::cpus::HIGHEST_CPU));
    let mut worker = WorkerProcess::spawn(&command).unwrap();
    assert_eq!(until_exit(&mut worker).await, (Vec::new(), Exit::Code(EXIT_UNUSABLE)));
}

#[tokio::test]
async fn a_slot_on_a_processor_that_does_not_exist_is_refused() {
    let mut worker = support::start(&Script::new());
    load(&worker, &[one(engine_worker::cpus::HIGHEST_CPU)]);
    let failed = next_where(&mut worker, |reply| matches!(reply, Reply::Failed { .. })).await;
    let Reply::Failed { message, .. } = failed else { panic!() };
    assert!(message.contains("`8191`"), "{message}");
}

#[tokio::test]
async fn memory_comes_from_the_node_where_the_kernel_lets_it_be_bound() {
    let mut worker = WorkerProcess::spawn(&Script::new().command().unwrap().memory_node(0)).unwrap();
    load(&worker, &[CpuSet::new()]);
    next_where(&mut worker, |reply| matches!(reply, Reply::Ready(_))).await;
    // The policy belongs to a thread, so that a trial in one of its own binds nothing else.
    let allowed = std::thread::spawn(|| os::bind_memory(0)).join().unwrap();
    let maps = std::fs::read_to_string(format!("/proc/{}/numa_maps", worker.pid())).unwrap_or_default();
    let bound = maps.lines().filter(|line| line.contains(" bind:0 ")).count();
    match allowed {
        Ok(()) => assert!(bound > 0, "{maps}"),
        // Containers forbid it; then the worker must have come up all the same, which it did.
        Err(_) => assert_eq!(bound, 0),
    }
}
