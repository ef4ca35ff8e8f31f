//! What the server's processes use while people speak.

use std::cell::Cell;
use std::rc::Rc;
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
pub async fn watch(pid: Rc<Cell<Option<u32>>>, begun: Instant, readings: &mut Vec<Reading>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    // A process that was replaced took its account with it.
    let (mut before, mut last) = (0.0, (0, 0.0));
    loop {
        ticks.tick().await;
        let Some(pid) = pid.get() else { continue };
        let mut reading = read(pid, begun);
        if reading.server_bytes == 0 {
            continue;
        }
        if last.0 != pid || reading.cpu_s < last.1 {
            before += last.1;
        }
        last = (pid, reading.cpu_s);
        reading.cpu_s += before;
        readings.push(reading);
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
