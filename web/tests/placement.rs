//! Where workers really compute, read back from the kernel.

mod support;

use std::collections::BTreeSet;

use support::TestServer;

/// `0-3,5` as numbers.
fn processors(list: &str) -> BTreeSet<usize> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        first.trim().parse().expect("a number")..=last.trim().parse().expect("a number")
    };
    list.split(',').flat_map(range).collect()
}

fn allowed(status: &str) -> BTreeSet<usize> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).expect("a line");
    processors(list)
}

#[actix_rt::test]
async fn each_slot_computes_on_the_processors_of_the_plan() {
    let server = TestServer::start().await;
    let own = allowed(&std::fs::read_to_string("/proc/self/status").expect("ourselves"));
    for worker in server.workers_named("alfavoice-asr") {
        let whole = allowed(&std::fs::read_to_string(format!("/proc/{worker}/status")).expect("the worker"));
        assert!(whole.is_subset(&own));
        let mut slots = Vec::new();
        for task in std::fs::read_dir(format!("/proc/{worker}/task")).expect("the worker") {
            let folder = task.expect("a thread").path();
            let name = std::fs::read_to_string(folder.join("comm")).expect("a name");
            let place = allowed(&std::fs::read_to_string(folder.join("status")).expect("a thread"));
            assert!(place.is_subset(&whole), "thread {} may leave the worker's processors", name.trim());
            if name.starts_with("slot") {
                slots.push(place);
            }
        }
        assert!(!slots.is_empty(), "no thread of worker {worker} is a slot");
        for (n, slot) in slots.iter().enumerate() {
            assert!(
                slots[n + 1..].iter().all(|other| slot.is_disjoint(other)),
                "two slots share a processor: {slots:?}"
            );
        }
        let together: BTreeSet<usize> = slots.into_iter().flatten().collect();
        assert_eq!(together, whole, "every processor of the worker has its slot");
    }
}

#[actix_rt::test]
async fn wished_cores_are_kept_to() {
    let server = TestServer::start_with(&["asr.cores=0"]).await;
    for worker in server.workers_named("alfavoice-asr") {
        let whole = allowed(&std::fs::read_to_string(format!("/proc/{worker}/status")).expect("the worker"));
        assert_eq!(whole, BTreeSet::from([0]));
    }
}
