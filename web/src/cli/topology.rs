//! `alfavoice topology`

use std::sync::Arc;

use actors::placement::plan::{Plan, Wishes, plan};
use actors::placement::topology::Machine;
use actors::recorder::NoRecorder;
use clap::Args;

use super::options::SettingsOptions;
use crate::wiring;

#[derive(Debug, Args)]
pub struct Topology {}

impl Topology {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let settings = options.load(&[])?;
        let machine = Machine::read()?;
        let wired = wiring::wire(&settings, Arc::new(NoRecorder))?.system;
        let wishes = Wishes {
            pools: wired.recognisers.iter().map(|pool| pool.wish.clone()).collect(),
            node_cores: wired.node_cores,
            bind_memory: wired.bind_memory,
        };
        let plan = plan(&machine, &wishes)?;
        print!("{}", shown(&machine, &plan));
        for pool in &wired.recognisers {
            println!("{} runs {} in {}", pool.wish.name, pool.model, pool.command.executable.display());
        }
        Ok(())
    }
}

fn shown(machine: &Machine, plan: &Plan) -> String {
    let whose = if machine.is_this_one { "this machine" } else { "a machine described by the environment (plan only)" };
    let mut text =
        format!("{whose}: {} on {}\n", many(machine.core_count(), "core"), many(machine.nodes.len(), "NUMA node"));
    for node in &machine.nodes {
        let processors: engine_worker::CpuSet = node.cores.iter().flat_map(|core| core.processors.iter()).collect();
        text += &format!("  node {}: {}, processors {processors}\n", node.index, many(node.cores.len(), "core"));
    }
    if !plan.reserved.is_empty() {
        text += &format!("left to the server itself: processor {}\n", plan.reserved);
    }
    for worker in &plan.workers {
        let memory = worker.memory_node.map_or("of any node".to_owned(), |node| format!("of node {node} only"));
        let slots: Vec<String> = worker.slots.iter().map(ToString::to_string).collect();
        text += &format!(
            "worker {} on node {}: processors {}, memory {memory}\n  {}: {}\n",
            worker.pool,
            worker.node,
            worker.cpus,
            many(slots.len(), "slot"),
            slots.join(" | ")
        );
    }
    let threads: usize = plan.workers.iter().flat_map(|worker| &worker.slots).map(engine_worker::CpuSet::len).sum();
    text += &format!("{} in {}\n", many(threads, "computing thread"), many(plan.workers.len(), "worker"));
    text
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
