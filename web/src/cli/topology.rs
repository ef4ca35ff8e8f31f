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
    let mut text = format!("{whose}: {} cores on {} NUMA node(s)\n", machine.core_count(), machine.nodes.len());
    for node in &machine.nodes {
        let processors: engine_worker::CpuSet = node.cores.iter().flat_map(|core| core.processors.iter()).collect();
        text += &format!("  node {}: {} cores, processors {processors}\n", node.index, node.cores.len());
    }
    if !plan.reserved.is_empty() {
        text += &format!("left to the server itself: processor {}\n", plan.reserved);
    }
    for worker in &plan.workers {
        let memory = worker.memory_node.map_or("of any node".to_owned(), |node| format!("of node {node} only"));
        let slots: Vec<String> = worker.slots.iter().map(ToString::to_string).collect();
        text += &format!(
            "worker {} on node {}: processors {}, memory {memory}\n  {} slot(s): {}\n",
            worker.pool,
            worker.node,
            worker.cpus,
            slots.len(),
            slots.join(" | ")
        );
    }
    let threads: usize = plan.workers.iter().flat_map(|worker| &worker.slots).map(engine_worker::CpuSet::len).sum();
    text += &format!("{threads} computing threads in {} worker(s)\n", plan.workers.len());
    text
}
