//! The machine as hwloc sees it, reduced to what placement needs.
//!
//! hwloc's own `HWLOC_SYNTHETIC` and `HWLOC_XMLFILE` describe another machine: then the plan can be looked at, not used.

use std::collections::BTreeMap;

use engine_worker::CpuSet;
use hwloc2::{ObjectType, Topology, TopologyObject};

/// A machine: its NUMA nodes, each with its cores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    pub nodes: Vec<Node>,
    /// False when hwloc was told to describe another machine.
    pub is_this_one: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub index: u32,
    pub cores: Vec<Core>,
}

/// A physical core: one processor, or several that share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    pub processors: CpuSet,
}

impl Core {
    /// The processor that computes; its siblings would only compete with it for the same units.
    pub fn first(&self) -> usize {
        self.processors.iter().next().expect("a core has a processor")
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TopologyError {
    #[error("hwloc cannot read the machine's topology; check `HWLOC_SYNTHETIC` and `HWLOC_XMLFILE`")]
    Unreadable,
    #[error("no processor is left for this process; check its affinity (`taskset -p`) and its cgroup")]
    NoProcessor,
}

impl Machine {
    /// Reads the machine, without the processors that this process may not use (affinity, cgroup).
    pub fn read() -> Result<Self, TopologyError> {
        let is_this_one = ["HWLOC_SYNTHETIC", "HWLOC_XMLFILE"].iter().all(|key| std::env::var_os(key).is_none());
        let topology = Topology::new().ok_or(TopologyError::Unreadable)?;
        let processors = topology.objects_with_type(&ObjectType::PU).map_err(|_| TopologyError::Unreadable)?;
        let allowed: Option<CpuSet> = is_this_one
            .then(core_affinity::get_core_ids)
            .flatten()
            .map(|ids| ids.into_iter().map(|core| core.id).collect());
        let mut nodes: BTreeMap<u32, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
        for processor in processors {
            let number = processor.os_index() as usize;
            if allowed.as_ref().is_none_or(|allowed| allowed.contains(number)) {
                let cores = nodes.entry(node_of(processor)).or_default();
                cores.entry(core_of(processor)).or_default().push(number);
            }
        }
        if nodes.is_empty() {
            return Err(TopologyError::NoProcessor);
        }
        let core = |processors: Vec<usize>| Core { processors: processors.into_iter().collect() };
        let node = |(index, cores): (u32, BTreeMap<u32, Vec<usize>>)| Node {
            index,
            cores: cores.into_values().map(core).collect(),
        };
        Ok(Self { nodes: nodes.into_iter().map(node).collect(), is_this_one })
    }

    pub fn core_count(&self) -> usize {
        self.nodes.iter().map(|node| node.cores.len()).sum()
    }
}

fn node_of(processor: &TopologyObject) -> u32 {
    let nodes = processor.nodeset();
    nodes.map_or(0, |nodes| u32::try_from(nodes.first()).unwrap_or(0))
}

fn core_of(processor: &TopologyObject) -> u32 {
    let mut object = processor;
    while let Some(parent) = object.parent() {
        if parent.object_type() == ObjectType::Core {
            return parent.logical_index();
        }
        object = parent;
    }
    // A machine that hwloc knows no cores of (some virtual ones): each processor is its own.
    processor.logical_index()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_at_least_the_core_that_runs_this() {
        let machine = Machine::read().expect("hwloc reads this machine");
        assert!(machine.core_count() >= 1);
        let allowed: CpuSet = core_affinity::get_core_ids().expect("affinity").into_iter().map(|c| c.id).collect();
        for core in machine.nodes.iter().flat_map(|node| &node.cores) {
            assert!(core.processors.iter().all(|processor| allowed.contains(processor)));
        }
    }
}
