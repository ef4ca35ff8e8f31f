//! The plan as it is lived at the moment: each planned worker with its state and its busy slots.

use engine_worker::CpuSet;

use super::plan::Plan;
use crate::scheduler::BusySlots;
use crate::supervisor::{PlaceStatus, PoolStatus};

/// A worker in its place.
#[derive(Debug, Clone)]
pub struct Standing {
    pub pool: String,
    /// Nothing can be transcribed without its pool.
    pub essential: bool,
    pub node: u32,
    pub memory_node: Option<u32>,
    pub slots: Vec<StandingSlot>,
    pub status: PlaceStatus,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingSlot {
    pub cpus: CpuSet,
    pub busy: bool,
}

/// The workers of one pool. The supervisor's places are the plan's workers of its pool, in the same order.
pub fn standing(plan: &Plan, pool: PoolStatus, busy: &BusySlots) -> Vec<Standing> {
    let planned = plan.workers.iter().filter(|worker| worker.pool == pool.pool);
    let at_work = |place: &PlaceStatus, slot: usize| {
        let slots = place.life.and_then(|life| busy.0.get(&life));
        slots.and_then(|slots| slots.get(slot)).copied().unwrap_or(false)
    };
    planned
        .zip(pool.places)
        .map(|(worker, status)| Standing {
            pool: worker.pool.clone(),
            essential: pool.essential,
            node: worker.node,
            memory_node: worker.memory_node,
            slots: (0..)
                .zip(&worker.slots)
                .map(|(slot, cpus)| StandingSlot { cpus: cpus.clone(), busy: at_work(&status, slot) })
                .collect(),
            status,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::WorkerLife;
    use crate::placement::plan::PlannedWorker;
    use crate::supervisor::PlaceState;

    fn cpus(list: &str) -> CpuSet {
        CpuSet::parse(list).expect("a list")
    }

    fn place(life: Option<u64>) -> PlaceStatus {
        PlaceStatus { state: PlaceState::Loading, life: life.map(WorkerLife), restarts: 2, last_death: None }
    }

    #[test]
    fn each_worker_has_its_own_slots_and_its_own_work() {
        let worker = |pool: &str, node| PlannedWorker {
            pool: pool.to_owned(),
            node,
            cpus: cpus("0-3"),
            slots: vec![cpus("0-1"), cpus("2-3")],
            memory_node: Some(node),
        };
        let plan = Plan { workers: vec![worker("asr", 0), worker("llm", 0), worker("asr", 1)], reserved: cpus("8") };
        let places = vec![place(Some(7)), place(None)];
        let pool = PoolStatus { pool: "asr".to_owned(), places, essential: true };
        let busy = BusySlots([(WorkerLife(7), vec![false, true]), (WorkerLife(8), vec![true, true])].into());
        let all = standing(&plan, pool, &busy);
        assert_eq!(all.iter().map(|one| one.node).collect::<Vec<_>>(), [0, 1]);
        let at_work = |n: usize| all[n].slots.iter().map(|slot| slot.busy).collect::<Vec<_>>();
        assert_eq!((at_work(0), at_work(1)), (vec![false, true], vec![false, false]));
    }
}
