//! `[scheduling]`: how much may wait and in which order, and what happens when there is more than can be done.

section! {
    /// How much may wait and in which order, and what happens when there is more than can be done.
    Scheduling "scheduling" {
        /// Jobs that may wait, all classes together. Beyond it new ones are refused with `busy` and a retry time.
        max_queue_size: u32 = 1000, unit "jobs", range 1..=1_000_000;
        /// Part of them that one person may have.
        owner_share_percent: u8 = 25, unit "percent", range 1..=100;
        /// Conversation and batch work that waited this long is served as if it were of the next higher class.
        ageing_ms: u32 = 10_000, unit "ms", range 100..=3_600_000;
        /// Part of the slots that may make live text at a time, at least one, so that finals find a free one soon.
        partial_slots_percent: u8 = 50, unit "percent", range 1..=100;
        /// A finished sentence may wait so long for a slot. Longer, and the server gives less service step by step:
        /// rarer live text, smaller context, the fast model, rules only, no live text, no new sessions.
        tolerable_wait_ms: u32 = 300, unit "ms", range 10..=60_000;
        /// The wait must be too long for so long before the next step down; greater waits make it shorter.
        step_down_ms: u32 = 1000, unit "ms", range 100..=60_000;
        /// It must be calm for so long before a step up, longer after one that was too early.
        step_up_ms: u32 = 10_000, unit "ms", range 100..=600_000;
    }
}
