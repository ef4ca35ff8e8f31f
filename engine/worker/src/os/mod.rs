//! What the process border needs of an operating system. One file per system, all with the same functions:
//!
//! - `leave_with_parent`, `take_link`, `leave`, `stop`: the life of a worker;
//! - `kill`, `wait_until_dead`, `resident_bytes`: the server's hold on it;
//! - `pin_thread`, `thread_cpus`, `bind_memory`: its place in the machine;
//! - `thread_time`, `process_time`, `helpers_of_this_thread`, `helper_time`: what a job cost;
//! - `THREAD_ENVIRONMENT`: settings for the thread libraries inside native engines.

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub use linux::*;

#[cfg(not(target_os = "linux"))]
compile_error!("engine-worker knows Linux only so far; a port is one file beside `os/linux.rs`");
