//! What the server's processes use while people speak.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::server::children;

/// One look at the server and its workers.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Reading {
    pub second: f64,
    /// Processor time of all of them since they started.
    pub cpu_s: f64,
    /// Resident memory of the server's own process, and of its workers.
    pub server_bytes: u64,
    pub workers_bytes: u64,
}

/// Looks every second until it is dropped.
pub async fn watch(pid: Option<u32>, begun: Instant, readings: &mut Vec<Reading>) {
    let Some(pid) = pid else { return std::future::pending().await };
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        readings.push(read(pid, begun));
    }
}

fn read(pid: u32, begun: Instant) -> Reading {
    let workers = children(pid);
    let all = workers.iter().copied().chain([pid]);
    Reading {
        second: begun.elapsed().as_secs_f64(),
        cpu_s: all.map(cpu_seconds).sum(),
        server_bytes: resident(pid),
        workers_bytes: workers.iter().copied().map(resident).sum(),
    }
}

fn cpu_seconds(pid: u32) -> f64 {
    let read = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
        let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
        Some(ticks / 100.0)
    };
    read().unwrap_or(0.0)
}

fn resident(pid: u32) -> u64 {
    let read = || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kb| kb * 1024)
    };
    read().unwrap_or(0)
}
