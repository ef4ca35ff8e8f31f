//! `[scheduling]`: how much may wait, and for how long it stays behind.

section! {
    /// How much may wait, and for how long it stays behind.
    Scheduling "scheduling" {
        /// Jobs that may wait, all classes together. Beyond it new ones are refused with `busy` and a retry time.
        max_queue_size: u32 = 1000, unit "jobs", range 1..=1_000_000;
        /// Conversation and batch work that waited this long is served as if it were of the next higher class.
        ageing_ms: u32 = 10_000, unit "ms", range 100..=3_600_000;
    }
}
