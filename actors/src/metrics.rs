//! Names of everything that is measured, in one table. `docs/metrics.md` is written from it.

/// What a number counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Debug, Clone, Copy)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub labels: &'static [&'static str],
    pub help: &'static str,
}

pub const WHISPER_PROCESSING_TIME: &str = "whisper_processing_time_seconds";
pub const LLM_PROCESSING_TIME: &str = "llm_processing_time_seconds";
pub const QUEUE_SIZE: &str = "queue_size";
pub const ACTIVE_CONNECTIONS: &str = "active_connections";
pub const NUMA_MEMORY_USAGE: &str = "numa_memory_usage";
pub const QUEUE_WAIT: &str = "alfavoice_queue_wait_seconds";
pub const JOBS: &str = "alfavoice_jobs_total";
pub const JOB_CPU: &str = "alfavoice_job_cpu_microseconds_total";
pub const SHED: &str = "alfavoice_shed_total";
pub const LOAD_LEVEL: &str = "alfavoice_load_level";
pub const LEVEL_CHANGES: &str = "alfavoice_level_changes_total";
pub const ADMISSIONS: &str = "alfavoice_admissions_total";
pub const BUSY_SLOTS: &str = "alfavoice_busy_slots";
pub const SLOTS: &str = "alfavoice_slots";
pub const STALE_ANSWERS: &str = "alfavoice_stale_answers_total";
pub const WORKER_EXITS: &str = "alfavoice_worker_exits_total";
pub const WORKER_RENEWALS: &str = "alfavoice_worker_renewals_total";
pub const WORKER_STARTS: &str = "alfavoice_worker_starts_total";
pub const WORKERS_READY: &str = "alfavoice_workers_ready";
pub const WORKER_RESIDENT: &str = "alfavoice_worker_resident_bytes";
pub const ACTIVE_SESSIONS: &str = "alfavoice_active_sessions";
pub const FINAL_LATENCY: &str = "alfavoice_final_latency_seconds";
pub const FIRST_PARTIAL_LATENCY: &str = "alfavoice_first_partial_latency_seconds";
pub const UTTERANCES: &str = "alfavoice_utterances_total";
pub const COMMITTED_DIVERGED: &str = "alfavoice_committed_diverged_total";
pub const CLEANUPS: &str = "alfavoice_cleanups_total";
pub const CACHE: &str = "alfavoice_cache_total";
pub const SPECULATIONS: &str = "alfavoice_speculations_total";
pub const AUDIO_SECONDS: &str = "alfavoice_audio_seconds_total";
pub const CLIENT_ERRORS: &str = "alfavoice_client_errors_total";
pub const RECORDS_WAITING: &str = "alfavoice_records_waiting";
pub const RECORDS: &str = "alfavoice_records_total";
pub const KEPT_SOUND: &str = "alfavoice_kept_sound_total";
pub const HTTP_REQUESTS: &str = "alfavoice_http_requests_total";

/// Buckets of every histogram, in seconds: from a short partial to a long file.
pub const BUCKETS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0];

#[rustfmt::skip]
pub const ALL: &[Metric] = &[
    Metric { name: WHISPER_PROCESSING_TIME, kind: Kind::Histogram, labels: &["class"], help: "time a recogniser slot took for a job" },
    Metric { name: LLM_PROCESSING_TIME, kind: Kind::Histogram, labels: &["class"], help: "time a language model took for a job" },
    Metric { name: QUEUE_SIZE, kind: Kind::Gauge, labels: &["pool", "class"], help: "jobs waiting for a slot" },
    Metric { name: ACTIVE_CONNECTIONS, kind: Kind::Gauge, labels: &[], help: "open WebSocket connections" },
    Metric { name: NUMA_MEMORY_USAGE, kind: Kind::Gauge, labels: &["node"], help: "bytes of the workers' memory on each NUMA node" },
    Metric { name: QUEUE_WAIT, kind: Kind::Histogram, labels: &["pool", "class"], help: "time a job waited for a slot" },
    Metric { name: JOBS, kind: Kind::Counter, labels: &["pool", "class", "result"], help: "jobs by how they ended" },
    Metric { name: JOB_CPU, kind: Kind::Counter, labels: &["pool"], help: "processor time spent on jobs" },
    Metric { name: SHED, kind: Kind::Counter, labels: &["reason"], help: "work and sessions that were not taken or were dropped, by why" },
    Metric { name: LOAD_LEVEL, kind: Kind::Gauge, labels: &[], help: "step of the ladder of degradation: 0 full service ... 6 new sessions are refused" },
    Metric { name: LEVEL_CHANGES, kind: Kind::Counter, labels: &["to"], help: "steps taken on the ladder of degradation, by the level they led to" },
    Metric { name: ADMISSIONS, kind: Kind::Counter, labels: &["how"], help: "connections let in: newcomers, those who came back, those whose promised time had come" },
    Metric { name: BUSY_SLOTS, kind: Kind::Gauge, labels: &["pool"], help: "slots at work" },
    Metric { name: SLOTS, kind: Kind::Gauge, labels: &["pool"], help: "slots there are" },
    Metric { name: STALE_ANSWERS, kind: Kind::Counter, labels: &["pool"], help: "answers on leases that had ended, dropped" },
    Metric { name: WORKER_RENEWALS, kind: Kind::Counter, labels: &["pool", "reason"], help: "workers replaced between two jobs: age, memory, reload" },
    Metric { name: WORKER_EXITS, kind: Kind::Counter, labels: &["pool", "how"], help: "worker processes that went away: crashed, killed, left" },
    Metric { name: WORKER_STARTS, kind: Kind::Counter, labels: &["pool"], help: "worker processes started" },
    Metric { name: WORKERS_READY, kind: Kind::Gauge, labels: &["pool"], help: "workers ready for jobs" },
    Metric { name: WORKER_RESIDENT, kind: Kind::Gauge, labels: &["pool", "place"], help: "physical memory of a worker" },
    Metric { name: ACTIVE_SESSIONS, kind: Kind::Gauge, labels: &[], help: "sessions, those waiting for their client to come back included" },
    Metric { name: FINAL_LATENCY, kind: Kind::Histogram, labels: &[], help: "from the last sample with speech to the final text" },
    Metric { name: FIRST_PARTIAL_LATENCY, kind: Kind::Histogram, labels: &[], help: "from the first sample with speech to the first live text" },
    Metric { name: UTTERANCES, kind: Kind::Counter, labels: &["became"], help: "utterances by what they became: words, no_speech, inaudible, cancelled" },
    Metric { name: COMMITTED_DIVERGED, kind: Kind::Counter, labels: &[], help: "finals that read a word otherwise than the live text had committed it" },
    Metric { name: SPECULATIONS, kind: Kind::Counter, labels: &["result"], help: "finals decoded at the first pause: used or wasted" },
    Metric { name: CLEANUPS, kind: Kind::Counter, labels: &["result"], help: "texts by what became of their clean-up: used, or why the rules' text went out" },
    Metric { name: CACHE, kind: Kind::Counter, labels: &["kind", "result"], help: "results looked for in the cache: hit or miss" },
    Metric { name: AUDIO_SECONDS, kind: Kind::Counter, labels: &[], help: "sound received" },
    Metric { name: CLIENT_ERRORS, kind: Kind::Counter, labels: &["code"], help: "errors told to clients" },
    Metric { name: RECORDS_WAITING, kind: Kind::Gauge, labels: &[], help: "finals on their way into the history" },
    Metric { name: RECORDS, kind: Kind::Counter, labels: &["became"], help: "finals on their way into the history: `stored`, `journal` (to be stored later), `rejected` (the database never takes them), `lost`" },
    Metric { name: KEPT_SOUND, kind: Kind::Counter, labels: &["became"], help: "sound of finals on its way to be kept: `kept`, `unwanted` (by settings, room or a deletion), `lost`" },
    Metric { name: HTTP_REQUESTS, kind: Kind::Counter, labels: &["status"], help: "HTTP requests by status class" },
];

/// Registers names and help with the installed recorder. What dashboards rely on is there from the start, at zero.
pub fn describe() {
    metrics::gauge!(ACTIVE_CONNECTIONS).set(0.0);
    metrics::gauge!(ACTIVE_SESSIONS).set(0.0);
    let _ = metrics::histogram!(WHISPER_PROCESSING_TIME, "class" => "live_final");
    let _ = metrics::histogram!(LLM_PROCESSING_TIME, "class" => "live_final");
    for metric in ALL {
        match metric.kind {
            Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
            Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
            Kind::Histogram => metrics::describe_histogram!(metric.name, metrics::Unit::Seconds, metric.help),
        }
    }
}

/// The table as Markdown, for `docs/metrics.md`.
pub fn as_markdown() -> String {
    let mut text = String::from("| name | kind | labels | what |\n| --- | --- | --- | --- |\n");
    for metric in ALL {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let labels = metric.labels.join(", ");
        text.push_str(&format!("| `{}` | {kind} | {labels} | {} |\n", metric.name, metric.help));
    }
    text
}
