//! `cargo xtask simulate`: a thin call of `alfavoice-simulate`, built with optimisation.

use anyhow::Result;

use crate::shell;

pub fn run(arguments: &[String]) -> Result<bool> {
    let fixed = ["run", "--release", "--quiet", "--package", "simulate", "--"];
    let all = fixed.into_iter().map(str::to_owned).chain(arguments.iter().cloned());
    shell::run(shell::cargo(all.collect::<Vec<_>>()))?;
    Ok(true)
}
