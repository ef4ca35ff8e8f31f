//! `[placement]`: which cores and which memory the workers get.

use std::path::PathBuf;

use crate::cores::CoreList;
use crate::value::choice;

choice! {
    /// Whether a worker's memory stays on the NUMA node of its cores.
    MemoryAffinity { Bind = "bind", Off = "off" }
    also "true" => Bind, "1" => Bind, "on" => Bind, "strict" => Bind, "false" => Off, "0" => Off, "none" => Off
}

choice! {
    /// For which processor a worker executable was built.
    InstructionSet { Auto = "auto", Avx2 = "avx2", Avx512 = "avx512", Amx = "amx", Plain = "plain" }
}

section! {
    /// Which cores and which memory the workers get. `alfavoice topology` shows the plan.
    Placement "placement" {
        /// Cores of each NUMA node that the workers may use, such as `["0-21", "22-43"]`. Empty = as the machine says;
        /// an empty entry = all cores of that node.
        numa_node_cores: Vec<CoreList> = [];
        /// `bind`: a worker's memory comes from the NUMA node of its cores and nowhere else; `off`: as the system likes.
        memory_affinity: MemoryAffinity = "bind";
        /// Which worker executable is started: the best that this processor can run, a certain one, or the `plain`
        /// one without a suffix.
        instruction_set: InstructionSet = "auto";
        /// Folder of the worker executables. Empty = beside the server's own.
        worker_dir: Option<PathBuf> = "";
    }
}
