//! The plan: which worker gets which cores and whose memory. Pure; snapshots of it are pinned in tests.

use engine_worker::CpuSet;

use super::topology::{Core, Machine, Node};

/// From this many cores on, one is left to the server itself.
const RESERVE_FROM: usize = 8;
/// On a node with fewer cores than this, pools share cores instead of dividing them.
const DIVIDE_FROM: usize = 4;
/// More threads in one decode than this do not pay unless somebody measured otherwise.
const MOST_PLANNED_THREADS: usize = 4;

/// What the settings say; zero and empty mean "as you think".
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    pub pools: Vec<PoolWish>,
    /// Processors of each node that may be used.
    pub node_cores: Vec<CpuSet>,
    /// Whether a worker's memory should come from its own node.
    pub bind_memory: bool,
}

#[derive(Debug, Clone)]
pub struct PoolWish {
    pub name: String,
    /// Its part of each node's cores, relative to the other pools' parts.
    pub weight: usize,
    pub workers: usize,
    pub slots_per_worker: usize,
    pub threads_per_slot: usize,
    /// Slots that all compute on the same cores, many requests in one run of the model; 0 = each slot has its own.
    pub shared_slots: usize,
    pub cores: CpuSet,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub workers: Vec<PlannedWorker>,
    /// Cores that are left to the server.
    pub reserved: CpuSet,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedWorker {
    pub pool: String,
    pub node: u32,
    pub cpus: CpuSet,
    /// One per slot: disjoint inside the worker, or all the same where slots share their cores.
    pub slots: Vec<CpuSet>,
    pub memory_node: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error(
        "pool `{pool}` gets no core: none of `{wished}` may be used here; change its `cores` setting or leave it empty"
    )]
    NoCores { pool: String, wished: CpuSet },
}

/// Divides the machine.
pub fn plan(machine: &Machine, wishes: &Wishes) -> Result<Plan, PlanError> {
    let mut reserved = CpuSet::default();
    let mut usable: Vec<(u32, Vec<Core>)> =
        machine.nodes.iter().map(|node| (node.index, allowed(node, wishes))).collect();
    if usable.iter().map(|(_, cores)| cores.len()).sum::<usize>() >= RESERVE_FROM
        && let Some((_, cores)) =
            usable.iter_mut().max_by_key(|(index, cores)| (cores.len(), std::cmp::Reverse(*index)))
    {
        reserved = cores.remove(0).processors;
    }
    usable.retain(|(_, cores)| !cores.is_empty());
    let mut workers = Vec::new();
    for (at, pool) in wishes.pools.iter().enumerate() {
        let shares: Vec<(u32, Vec<Core>)> = usable
            .iter()
            .map(|(node, cores)| (*node, share(cores, at, &wishes.pools)))
            .filter(|(_, c)| !c.is_empty())
            .collect();
        if shares.is_empty() {
            return Err(PlanError::NoCores { pool: pool.name.clone(), wished: pool.cores.clone() });
        }
        for (node, cores) in divide(&shares, pool.workers) {
            let memory_node = (wishes.bind_memory && machine.nodes.len() > 1).then_some(node);
            workers.push(worker(pool, node, &cores, memory_node));
        }
    }
    Ok(Plan { workers, reserved })
}

fn allowed(node: &Node, wishes: &Wishes) -> Vec<Core> {
    let wished = wishes.node_cores.get(node.index as usize).filter(|set| !set.is_empty());
    let keep = |core: &&Core| wished.is_none_or(|set| set.contains(core.first()));
    node.cores.iter().filter(keep).cloned().collect()
}

/// The cores of a node that a pool gets: those it names, or its part of those that nobody names.
fn share(cores: &[Core], at: usize, pools: &[PoolWish]) -> Vec<Core> {
    let pool = &pools[at];
    if !pool.cores.is_empty() {
        return cores.iter().filter(|core| pool.cores.contains(core.first())).cloned().collect();
    }
    let free: Vec<Core> =
        cores.iter().filter(|core| pools.iter().all(|p| !p.cores.contains(core.first()))).cloned().collect();
    let sharing: Vec<&PoolWish> = pools.iter().filter(|p| p.cores.is_empty()).collect();
    if free.len() < DIVIDE_FROM || free.len() < sharing.len() {
        return free;
    }
    let total: usize = sharing.iter().map(|p| p.weight).sum();
    let before: usize = pools[..at].iter().filter(|p| p.cores.is_empty()).map(|p| p.weight).sum();
    let from = free.len() * before / total;
    let to = free.len() * (before + pool.weight) / total;
    free[from..to.max(from + 1).min(free.len())].to_vec()
}

/// The nodes' shares as so many workers: one per node where nothing was wished, never more than cores.
fn divide(shares: &[(u32, Vec<Core>)], workers: usize) -> Vec<(u32, Vec<Core>)> {
    if workers == 0 {
        return shares.to_vec();
    }
    let mut divided = Vec::new();
    for (at, (node, cores)) in shares.iter().enumerate().take(workers) {
        let here = (workers / shares.len() + usize::from(at < workers % shares.len())).min(cores.len());
        for part in 0..here {
            divided.push((*node, cores[cores.len() * part / here..cores.len() * (part + 1) / here].to_vec()));
        }
    }
    divided
}

fn worker(pool: &PoolWish, node: u32, cores: &[Core], memory_node: Option<u32>) -> PlannedWorker {
    let all: CpuSet = cores.iter().map(Core::first).collect();
    if pool.shared_slots > 0 {
        let threads = if pool.threads_per_slot == 0 { cores.len() } else { pool.threads_per_slot.min(cores.len()) };
        let slots = vec![cores[..threads].iter().map(Core::first).collect(); pool.shared_slots];
        return PlannedWorker { pool: pool.name.clone(), node, cpus: all, slots, memory_node };
    }
    let threads = match (pool.threads_per_slot, pool.slots_per_worker) {
        (0, 0) => (cores.len() / 8).clamp(1, MOST_PLANNED_THREADS),
        (0, slots) => (cores.len() / slots).max(1),
        (threads, _) => threads,
    }
    .min(cores.len());
    let fitting = (cores.len() / threads).max(1);
    let slots = if pool.slots_per_worker == 0 { fitting } else { pool.slots_per_worker.min(fitting) };
    let slot = |n: usize| cores[n * threads..(n + 1) * threads].iter().map(Core::first).collect();
    PlannedWorker { pool: pool.name.clone(), node, cpus: all, slots: (0..slots).map(slot).collect(), memory_node }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
