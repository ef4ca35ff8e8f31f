//! On which NUMA node a process's memory really is, from the kernel's own account.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Bytes of resident memory per node, from the text of `/proc/PID/numa_maps`.
pub fn by_node(numa_maps: &str) -> BTreeMap<u32, u64> {
    let mut nodes = BTreeMap::new();
    for line in numa_maps.lines() {
        let page_kb = line.split_ascii_whitespace().find_map(|field| field.strip_prefix("kernelpagesize_kB="));
        let page_bytes = page_kb.and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(4) * 1024;
        for field in line.split_ascii_whitespace() {
            let Some((node, pages)) = field.strip_prefix('N').and_then(|rest| rest.split_once('=')) else {
                continue;
            };
            if let (Ok(node), Ok(pages)) = (node.parse::<u32>(), pages.parse::<u64>()) {
                *nodes.entry(node).or_default() += pages * page_bytes;
            }
        }
    }
    nodes
}

/// The same for a running process. Takes milliseconds for a large one: not for an actor's handler.
pub fn of_process(pid: u32) -> std::io::Result<BTreeMap<u32, u64>> {
    let path: PathBuf = ["/proc", &pid.to_string(), "numa_maps"].iter().collect();
    Ok(by_node(&std::fs::read_to_string(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_added_up_per_node() {
        let text = "7f00 bind:1 anon=300 dirty=300 N0=100 N1=200 kernelpagesize_kB=4\n\
                    7f10 default file=/usr/lib/x.so mapped=3 N1=3 kernelpagesize_kB=4\n\
                    7f20 default huge anon=2 N0=2 kernelpagesize_kB=2048\n\
                    garbage N=1 Nx=2 N3\n";
        let nodes = by_node(text);
        assert_eq!(nodes, BTreeMap::from([(0, 100 * 4096 + 2 * 2048 * 1024), (1, 203 * 4096)]));
    }
}
