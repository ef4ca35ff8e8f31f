//! Where workers really compute, read back from the kernel.

mod support;

use std::collections::BTreeSet;

use std::time::Duration;

use support::api::Api;
use support::client::Client;
use support::sound::sample;
use support::{TestServer, send_signal};

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

#[actix_rt::test]
async fn an_admin_sees_each_worker_on_its_cores_and_at_work() {
    let server = TestServer::start_with(&["supervision.ping_interval_ms=10000"]).await;
    let admin = Api::new(&server);
    let seen = admin.get("/api/admin/placement").await.good();
    let numbers = |list: &serde_json::Value| -> BTreeSet<u64> {
        list.as_array().expect("a list").iter().map(|number| number.as_u64().expect("a number")).collect()
    };
    let nodes = seen["nodes"].as_array().expect("nodes");
    let cores: Vec<_> = nodes.iter().flat_map(|node| node["cores"].as_array().expect("cores")).map(numbers).collect();
    let machine: BTreeSet<u64> = cores.iter().flatten().copied().collect();
    let workers = seen["workers"].as_array().expect("workers");
    let pids: BTreeSet<u32> = server.workers().into_iter().collect();
    assert_eq!(workers.len(), pids.len());
    for worker in workers {
        assert_eq!(worker["state"], "ready", "{worker}");
        assert!(pids.contains(&(worker["pid"].as_u64().expect("a process") as u32)), "{worker}");
        for slot in worker["slots"].as_array().expect("slots") {
            assert!(numbers(&slot["processors"]).is_subset(&machine), "{worker}");
        }
    }
    let at_work = |placement: &serde_json::Value| {
        let slots =
            placement["workers"].as_array().expect("workers").iter().filter_map(|worker| worker["slots"].as_array());
        slots.flatten().any(|slot| slot["busy"] == true)
    };
    assert!(!at_work(&seen), "nobody has spoken: {seen}");
    // Workers that stand still keep their first job, so that it is seen.
    let standing_still = server.workers_named("alfavoice-asr");
    for worker in &standing_still {
        send_signal(*worker, "STOP");
    }
    let mut client = Client::connect(&server).await;
    client.sound(&sample("en_02.wav").sound).await;
    admin.until("/api/admin/placement", Duration::from_secs(8), at_work).await;
    for worker in standing_still {
        send_signal(worker, "CONT");
    }
    client.finish().await;
}
