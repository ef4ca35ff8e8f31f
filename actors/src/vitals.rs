//! Measures what nobody reports by himself: the workers' memory, and on which NUMA node it is.

use std::collections::BTreeMap;
use std::time::Duration;

use actix::prelude::*;
use metrics::gauge;

use crate::metrics as names;
use crate::placement::memory;
use crate::supervisor::{Measured, PlaceState, ReadStatus, Supervisor};

/// The kernel walks all page tables for it, so not more often.
const EVERY: Duration = Duration::from_secs(15);

pub struct Vitals {
    supervisors: Vec<Addr<Supervisor>>,
}

impl Vitals {
    pub fn new(supervisors: Vec<Addr<Supervisor>>) -> Self {
        Self { supervisors }
    }
}

impl Actor for Vitals {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        gauge!(names::NUMA_MEMORY_USAGE, "node" => "0").set(0.0);
        ctx.run_interval(EVERY, |vitals, ctx| {
            ctx.spawn(measure(vitals.supervisors.clone()).into_actor(vitals));
        });
    }
}

async fn measure(supervisors: Vec<Addr<Supervisor>>) {
    let mut workers = Vec::new();
    for supervisor in supervisors {
        let Ok(status) = supervisor.send(ReadStatus).await else {
            continue;
        };
        for (place, state) in status.places.into_iter().map(|place| place.state).enumerate() {
            if let PlaceState::Ready { pid, .. } = state {
                workers.push(Watched { supervisor: supervisor.clone(), pool: status.pool.clone(), place, pid });
            }
        }
    }
    let _ = actix_rt::task::spawn_blocking(move || publish(workers)).await;
}

/// A worker that is ready.
struct Watched {
    supervisor: Addr<Supervisor>,
    pool: String,
    place: usize,
    pid: u32,
}

fn publish(workers: Vec<Watched>) {
    let mut total: BTreeMap<u32, u64> = BTreeMap::new();
    for Watched { supervisor, pool, place, pid } in workers {
        // A process that is gone by now counts with nothing.
        let nodes = memory::of_process(pid).unwrap_or_default();
        let resident: u64 = nodes.values().sum();
        gauge!(names::WORKER_RESIDENT, "pool" => pool, "place" => place.to_string()).set(resident as f64);
        if resident > 0 {
            supervisor.do_send(Measured { place, pid, resident });
        }
        for (node, bytes) in nodes {
            *total.entry(node).or_default() += bytes;
        }
    }
    for (node, bytes) in total {
        gauge!(names::NUMA_MEMORY_USAGE, "node" => node.to_string()).set(bytes as f64);
    }
}
