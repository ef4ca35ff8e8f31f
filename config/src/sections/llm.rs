//! `[llm]`: the language model that cleans text up.

use crate::cores::CoreList;

section! {
    /// The language model that cleans recognised text up.
    Llm "llm" {
        /// Off: texts are cleaned by the rules alone.
        enabled: bool = true;
        /// An id of the catalogue (`alfavoice models list`).
        model: String = "builtin";
        /// Time after the recognised text by which the cleaned text must be there; after it the rules' text is sent.
        deadline_ms: u32 = 800, unit "ms", range 50..=60_000;
        /// Worker processes, each with its own copy of the weights. 0 = one per NUMA node.
        workers: u16 = 0, unit "processes", range 0..=64;
        /// Texts that one worker cleans at the same time, in common runs of the model.
        parallel: u16 = 8, unit "texts", range 1..=248;
        /// Cores for it alone (`8-15`). Empty = planned.
        cores: CoreList = "";
        /// Threads of one worker, each on a core of its own. 0 = planned (the built-in model is fastest with one).
        threads: u16 = 0, unit "threads", range 0..=256;
    }
}
