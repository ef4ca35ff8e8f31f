use proptest::prelude::*;

use super::*;

fn machine(nodes: usize, cores: usize, threads_per_core: usize) -> Machine {
    let core = |node: usize, core: usize| Core {
        processors: (0..threads_per_core).map(|t| t * nodes * cores + node * cores + core).collect(),
    };
    let node = |n: usize| Node { index: n as u32, cores: (0..cores).map(|c| core(n, c)).collect() };
    Machine { nodes: (0..nodes).map(node).collect(), is_this_one: false }
}

fn pool(name: &str, weight: usize) -> PoolWish {
    PoolWish {
        name: name.to_owned(),
        weight,
        workers: 0,
        slots_per_worker: 0,
        threads_per_slot: 0,
        shared_slots: 0,
        cores: CpuSet::default(),
    }
}

fn wishes(pools: Vec<PoolWish>) -> Wishes {
    Wishes { pools, node_cores: Vec::new(), bind_memory: true }
}

fn shown(plan: &Plan) -> String {
    let mut text = format!("reserved {}\n", plan.reserved);
    for w in &plan.workers {
        let slots: Vec<String> = w.slots.iter().map(ToString::to_string).collect();
        let memory = w.memory_node.map_or("any".to_owned(), |node| node.to_string());
        text += &format!("{} node {} cpus {} memory {memory} slots {}\n", w.pool, w.node, w.cpus, slots.join(" | "));
    }
    text
}

fn planned(machine: &Machine, wishes: &Wishes) -> String {
    shown(&plan(machine, wishes).expect("there are cores"))
}

#[test]
fn a_two_core_machine_decodes_two_at_a_time() {
    let plan = planned(&machine(1, 2, 1), &wishes(vec![pool("asr", 2)]));
    assert_eq!(plan, "reserved \nasr node 0 cpus 0-1 memory any slots 0 | 1\n");
}

#[test]
fn two_pools_share_a_small_machine() {
    let plan = planned(&machine(1, 2, 1), &wishes(vec![pool("asr", 2), pool("llm", 1)]));
    assert_eq!(
        plan,
        "reserved \nasr node 0 cpus 0-1 memory any slots 0 | 1\nllm node 0 cpus 0-1 memory any slots 0 | 1\n"
    );
}

#[test]
fn a_server_with_two_nodes_gets_a_copy_of_the_weights_on_each() {
    let plan = planned(&machine(2, 44, 1), &wishes(vec![pool("asr", 2), pool("llm", 1)]));
    assert_eq!(
        plan,
        "reserved 0\n\
         asr node 0 cpus 1-28 memory 0 slots 1-3 | 4-6 | 7-9 | 10-12 | 13-15 | 16-18 | 19-21 | 22-24 | 25-27\n\
         asr node 1 cpus 44-72 memory 1 slots 44-46 | 47-49 | 50-52 | 53-55 | 56-58 | 59-61 | 62-64 | 65-67 | 68-70\n\
         llm node 0 cpus 29-43 memory 0 slots 29 | 30 | 31 | 32 | 33 | 34 | 35 | 36 | 37 | 38 | 39 | 40 | 41 | 42 | 43\n\
         llm node 1 cpus 73-87 memory 1 slots 73 | 74 | 75 | 76 | 77 | 78 | 79 | 80 | 81 | 82 | 83 | 84 | 85 | 86 | 87\n"
    );
}

#[test]
fn a_core_that_two_processors_share_computes_once() {
    let plan = planned(&machine(1, 2, 2), &wishes(vec![pool("asr", 1)]));
    assert_eq!(plan, "reserved \nasr node 0 cpus 0-1 memory any slots 0 | 1\n");
}

/// Four fast cores with two threads each and four small ones with one: a core is a core, and computes once.
#[test]
fn a_laptop_with_two_kinds_of_cores_uses_them_all() {
    let fast = (0..4).map(|core| Core { processors: [2 * core, 2 * core + 1].into_iter().collect() });
    let small = (8..12).map(|core| Core { processors: [core].into_iter().collect() });
    let node = Node { index: 0, cores: fast.chain(small).collect() };
    let plan = planned(&Machine { nodes: vec![node], is_this_one: false }, &wishes(vec![pool("asr", 2)]));
    assert_eq!(plan, "reserved 0-1\nasr node 0 cpus 2,4,6,8-11 memory any slots 2 | 4 | 6 | 8 | 9 | 10 | 11\n");
}

#[test]
fn wishes_are_followed() {
    let mut asr = pool("asr", 1);
    asr.workers = 2;
    asr.threads_per_slot = 2;
    asr.cores = CpuSet::parse("0-7").expect("a set");
    let plan = planned(&machine(1, 16, 1), &wishes(vec![asr, pool("llm", 1)]));
    assert_eq!(
        plan,
        "reserved 0\n\
         asr node 0 cpus 1-3 memory any slots 1-2\n\
         asr node 0 cpus 4-7 memory any slots 4-5 | 6-7\n\
         llm node 0 cpus 8-15 memory any slots 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15\n"
    );
}

#[test]
fn cores_that_do_not_exist_are_named() {
    let mut asr = pool("asr", 1);
    asr.cores = CpuSet::parse("90-99").expect("a set");
    let error = plan(&machine(1, 2, 1), &wishes(vec![asr])).expect_err("there are no such cores");
    assert!(error.to_string().contains("90-99"), "{error}");
}

proptest! {
    /// On any machine: slots never share a core inside a worker, workers of one pool never share a core, every worker has
    /// a slot, and all of a worker's cores are of its node.
    #[test]
    fn no_core_is_given_twice(
        nodes in 1..4usize, cores in 1..50usize, smt in 1..3usize, llm in any::<bool>(),
        workers in 0..6usize, slots in 0..10usize, threads in 0..10usize,
    ) {
        let machine = machine(nodes, cores, smt);
        let mut pools = vec![PoolWish { workers, slots_per_worker: slots, threads_per_slot: threads, ..pool("asr", 2) }];
        if llm {
            pools.push(pool("llm", 1));
        }
        let plan = plan(&machine, &wishes(pools)).expect("there are cores");
        for worker in &plan.workers {
            prop_assert!(!worker.slots.is_empty());
            let mut seen = CpuSet::default();
            for slot in &worker.slots {
                prop_assert!(!slot.is_empty() && seen.is_disjoint(slot));
                seen = seen.union(slot);
            }
            prop_assert!(seen.iter().all(|cpu| worker.cpus.contains(cpu)));
            let node = &machine.nodes[worker.node as usize];
            prop_assert!(worker.cpus.iter().all(|cpu| node.cores.iter().any(|core| core.first() == cpu)));
            prop_assert!(worker.cpus.is_disjoint(&plan.reserved));
        }
        for (at, a) in plan.workers.iter().enumerate() {
            for b in &plan.workers[at + 1..] {
                prop_assert!(a.pool != b.pool || a.cpus.is_disjoint(&b.cpus));
            }
        }
    }
}
