//! `[supervision]`: when a worker process is killed, started again or given up.

section! {
    /// When a worker process is killed, started again or given up.
    Supervision "supervision" {
        /// Wait before the first restart; doubled for each further one in the window.
        backoff_first_ms: u32 = 200, unit "ms", range 1..=60_000;
        /// Longest wait before a restart.
        backoff_max_ms: u32 = 10_000, unit "ms", range 1..=3_600_000;
        /// Deaths within `restart_window_s` after which a worker is given up (and `/readyz` says so). A worker that worked
        /// and was then killed from outside does not count.
        max_restarts: u16 = 5, unit "deaths", range 1..=1000;
        /// The window in which deaths are counted.
        restart_window_s: u32 = 60, unit "seconds", range 1..=86_400;
        /// Workers that may be starting at the same time: reading models in parallel slows all of them.
        parallel_starts: u16 = 2, unit "workers", range 1..=64;
        /// Time for a worker to read its model and warm up.
        start_deadline_s: u32 = 120, unit "seconds", range 1..=3600;
        /// A job that makes no progress for so long is taken for hung, and its worker is killed.
        hang_deadline_ms: u32 = 15_000, unit "ms", range 500..=3_600_000;
        /// Age at which a worker is replaced by a fresh one, between two jobs. 0 = never.
        worker_age_h: u32 = 24, unit "hours", range 0..=8760;
        /// Growth of a worker's memory, over what it had soon after its start, at which it is replaced between two jobs;
        /// less than 256 MiB is no growth. 0 = never.
        worker_growth_percent: u32 = 50, unit "%", range 0..=10_000;
        /// How often a worker is asked whether it lives; one that leaves eight questions unanswered is killed (two, where
        /// the system says that it was stopped).
        ping_interval_ms: u32 = 500, unit "ms", range 100..=600_000;
    }
}
