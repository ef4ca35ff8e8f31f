//! `alfavoice tune`: how many threads a decode should have on this machine, measured.

mod choice;
mod file;
mod trial;

use std::path::PathBuf;
use std::sync::Arc;

use actors::placement::plan::{Wishes, plan};
use actors::placement::topology::Machine;
use actors::recorder::NoRecorder;
use actors::system::PoolSettings;
use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::ProgressBar;

use self::choice::{Measured, choose, worth_trying};
use super::options::SettingsOptions;
use crate::wiring;

/// Measures decodes with different numbers of threads, on the cores that the plan gives to the recogniser, all slots
/// at work, and says which numbers suit this machine
#[derive(Debug, Args)]
pub struct Tune {
    /// Write the result into this configuration file; what else is in it stays
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Decodes per slot and setting
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
}

impl Tune {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let settings = options.load(&[])?;
        let machine = Machine::read()?;
        if !machine.is_this_one {
            bail!("the environment describes another machine (HWLOC_*); there is nothing to measure");
        }
        let wired = wiring::wire(&settings, Arc::new(NoRecorder))?.system;
        let pool = wired.recognisers.first().context("there is a recogniser")?;
        let wishes = |pool: &PoolSettings, threads: usize| {
            let mut pools: Vec<_> =
                wired.recognisers.iter().chain(&wired.cleaner).map(|pool| pool.wish.clone()).collect();
            if let Some(wish) = pools.iter_mut().find(|wish| wish.name == pool.wish.name) {
                (wish.threads_per_slot, wish.slots_per_worker) = (threads, 0);
            }
            Wishes { pools, node_cores: wired.node_cores.clone(), bind_memory: wired.bind_memory }
        };
        let workers = |threads| -> anyhow::Result<Vec<_>> {
            let planned = plan(&machine, &wishes(pool, threads))?.workers;
            Ok(planned.into_iter().filter(|worker| worker.pool == pool.wish.name).collect())
        };
        let cores = workers(1)?.iter().map(|worker| worker.slots.len()).min().unwrap_or(1);
        let sound = trial::sample()?;
        println!("{} on {cores} core(s) of each worker, {:.1} s of speech:", pool.model, sound.seconds());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut measured = Vec::new();
        for threads in worth_trying(cores) {
            let waiting = ProgressBar::new_spinner().with_message(format!("{threads} thread(s)"));
            waiting.enable_steady_tick(std::time::Duration::from_millis(100));
            let result = runtime.block_on(trial::run(pool, &workers(threads)?, &sound, self.rounds))?;
            waiting.finish_and_clear();
            println!("  {result}");
            measured.push(result);
        }
        let best = choose(&measured).context("something was measured")?;
        println!("best: {}", described(best));
        if let Some(path) = &self.write {
            file::write(path, best)?;
            println!("written to {}; start the server with `--config {}`", path.display(), path.display());
        }
        Ok(())
    }
}

fn described(best: &Measured) -> String {
    format!(
        "asr.threads_per_slot = {}, asr.slots_per_worker = {} ({:.0} ms a decode with all slots at work)",
        best.threads,
        best.slots_per_worker,
        best.latency.as_secs_f64() * 1000.0
    )
}
