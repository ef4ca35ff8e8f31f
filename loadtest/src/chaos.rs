//! Everything that can go wrong, on a schedule that a seed decides.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::crowd::Lines;
use crate::person::{Mishap, MishapKind};
use crate::scenario::{Chaos, Fault};
use crate::server::{Server, signal};

/// A process that stands still is left so for at most this long; the server should have replaced it by then.
const STANDSTILL: Duration = Duration::from_secs(8);
const STALL: Duration = Duration::from_secs(3);
const FULL_FOR: Duration = Duration::from_secs(3);

/// Does one fault after the other until it is dropped; counts them.
pub async fn rage(server: &mut Server, chaos: &Chaos, seed: u64, lines: &Lines, done: &mut BTreeMap<String, u64>) {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut number = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(chaos.every_ms)).await;
        number += 1;
        let fault = chaos.faults[random.random_range(0..chaos.faults.len())];
        if strike(server, fault, number, &mut random, lines).await {
            *done.entry(fault.name().to_owned()).or_default() += 1;
        }
    }
}

/// Whether it could be done.
async fn strike(server: &mut Server, fault: Fault, number: u64, random: &mut SmallRng, lines: &Lines) -> bool {
    match fault {
        Fault::KillAsr => to_one(server, "alfavoice-asr", random, |pid| signal(pid, libc::SIGKILL)),
        Fault::KillLlm => to_one(server, "alfavoice-llm", random, |pid| signal(pid, libc::SIGKILL)),
        Fault::StopAsr => to_one(server, "alfavoice-asr", random, stand_still),
        Fault::StopLlm => to_one(server, "alfavoice-llm", random, stand_still),
        Fault::SlowAsr => to_one(server, "alfavoice-asr", random, slow_down),
        Fault::CutLine => somebody(lines, random, Mishap { number, kind: MishapKind::Cut }),
        Fault::StallReader => somebody(lines, random, Mishap { number, kind: MishapKind::Stall(STALL) }),
        Fault::FillDisk => match server.data_dir() {
            Some(folder) if is_small(folder) => fill(folder).await,
            _ => false,
        },
        Fault::RestartServer => server.restart(libc::SIGTERM).await.is_ok(),
        Fault::CrashServer => server.restart(libc::SIGKILL).await.is_ok(),
    }
}

fn to_one(server: &Server, kind: &str, random: &mut SmallRng, what: impl FnOnce(u32)) -> bool {
    let workers = server.workers(kind);
    if workers.is_empty() {
        return false;
    }
    what(workers[random.random_range(0..workers.len())]);
    true
}

fn stand_still(pid: u32) {
    signal(pid, libc::SIGSTOP);
    tokio::task::spawn_local(async move {
        tokio::time::sleep(STANDSTILL).await;
        signal(pid, libc::SIGCONT);
    });
}

fn slow_down(pid: u32) {
    tokio::task::spawn_local(async move {
        for _ in 0..20 {
            signal(pid, libc::SIGSTOP);
            tokio::time::sleep(Duration::from_millis(80)).await;
            signal(pid, libc::SIGCONT);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
}

fn somebody(lines: &Lines, random: &mut SmallRng, mishap: Mishap) -> bool {
    let lines = lines.borrow();
    if lines.is_empty() {
        return false;
    }
    lines[random.random_range(0..lines.len())].send(mishap).is_ok()
}

/// A file system that can be filled without harm to anything else.
fn is_small(folder: &Path) -> bool {
    const SMALL: u64 = 256 * 1024 * 1024;
    rustix::fs::statvfs(folder).is_ok_and(|facts| facts.f_blocks.saturating_mul(facts.f_frsize) < SMALL)
}

async fn fill(folder: &Path) -> bool {
    let file = folder.join("loadtest-ballast");
    let path = file.clone();
    let filled = tokio::task::spawn_blocking(move || {
        let mut out = std::fs::File::create(&path)?;
        let block = vec![0_u8; 1 << 16];
        // Until there is no room: that is the point.
        while std::io::Write::write_all(&mut out, &block).is_ok() {}
        std::io::Result::Ok(())
    });
    let filled = filled.await.is_ok_and(|done| done.is_ok());
    tokio::time::sleep(FULL_FOR).await;
    let _ = std::fs::remove_file(file);
    filled
}
