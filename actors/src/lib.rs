//! Who does what when: sessions, schedulers, worker pools, supervision, placement.
//!
//! Decisions are pure state machines (`session::state`, `scheduler::book`, `scheduler::queue`, `load::governor`,
//! `supervisor::policy`, `placement::plan`) that take the time as an argument and return effects; the actors beside them only carry those out.
//! Nothing here knows HTTP, JSON, SQL or any native library.

pub mod asking;
pub mod cache;
pub mod ids;
pub mod job;
pub mod load;
pub mod metrics;
pub mod moment;
pub mod placement;
pub mod recorder;
pub mod registry;
pub mod rewriting;
pub mod scheduler;
pub mod session;
pub mod supervisor;
pub mod system;
pub mod vitals;
pub mod worker;
