//! `cargo xtask bench`: how fast it is, on this machine, against the same code built the ordinary way.

use std::path::PathBuf;

use anyhow::Result;

use crate::cache;
use crate::needs::Purpose;
use crate::setup;
use crate::shell;
use crate::workspace::{self, Member};

/// The benchmark of decodes, of the package that holds the recogniser.
const DECODES: &str = "asr-bench";

/// The benchmark of the server's own share.
const SERVER: &str = "alfavoice-bench";

pub fn run(arguments: &[String]) -> Result<bool> {
    setup::install(Purpose::Build)?;
    shell::run(shell::cargo(["fetch", "--quiet"]))?;
    let members = workspace::members()?;
    let has = |name: &str| members.iter().any(|member| member.executables.iter().any(|known| known == name));
    if has(DECODES) {
        decodes()?;
    }
    if has(SERVER) {
        server()?;
    }
    criterion(&members, arguments)?;
    Ok(true)
}

/// Our build of the library and the stock one, in one interleaved run.
fn decodes() -> Result<()> {
    shell::run(shell::cargo(["build", "--release", "--bin", DECODES, "--bin", "alfavoice-asr", "--bin", "alfavoice"]))?;
    let stock = shell::root().join("target/stock");
    let mut build = shell::cargo(["build", "--release", "--bin", DECODES, "--bin", "alfavoice-asr"]);
    build.env("CARGO_TARGET_DIR", &stock).env("ALFAVOICE_STOCK_GGML", "1").env("GGML_LLAMAFILE", "OFF");
    shell::run(build)?;
    let mut bench = shell::program(release(DECODES), [] as [&str; 0]);
    bench.env("ALFAVOICE_STOCK_BENCH", stock.join("release").join(DECODES));
    shell::run(bench)
}

fn server() -> Result<()> {
    shell::run(shell::cargo(["build", "--release", "--bin", SERVER, "--bin", "alfavoice", "--bin", "alfavoice-asr"]))?;
    let mut bench = shell::program(release(SERVER), [] as [&str; 0]);
    // What the benchmark of decodes has made.
    let model = cache::user_cache().unwrap_or_else(std::env::temp_dir).join("alfavoice/bench/small-q5_k.bin");
    if model.is_file() {
        bench.env("ALFAVOICE_BENCH_MODEL", model);
    }
    shell::run(bench)
}

fn criterion(members: &[Member], filter: &[String]) -> Result<()> {
    for member in members.iter().filter(|member| member.has_benches) {
        let mut arguments =
            vec!["bench".to_owned(), "--package".to_owned(), member.name.clone(), "--benches".to_owned()];
        arguments.extend(["--".to_owned()].into_iter().chain(filter.iter().cloned()));
        shell::run(shell::cargo(arguments))?;
    }
    Ok(())
}

fn release(executable: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    shell::root().join(target).join("release").join(executable)
}
