//! `cargo xtask build`: worker executables per instruction set, because ggml fixes its kernels when it is built.
//!
//! The table repeats `engine/worker/src/isa.rs` (this package uses no other of ours); a test compares the two.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::client;
use crate::needs::Purpose;
use crate::run::is_worker;
use crate::setup;
use crate::shell;
use crate::workspace;

/// From the least to the most; each has the switches of those before it.
const VARIANTS: [(&str, &[&str]); 4] = [
    ("baseline", &[]),
    ("avx2", &["GGML_SSE42", "GGML_AVX", "GGML_AVX2", "GGML_BMI2", "GGML_FMA", "GGML_F16C"]),
    ("avx512", &["GGML_AVX512", "GGML_AVX512_VBMI", "GGML_AVX512_VNNI"]),
    ("amx", &["GGML_AVX512_BF16", "GGML_AMX_TILE", "GGML_AMX_INT8", "GGML_AMX_BF16"]),
];

/// Whatever this machine has; not for shipping.
const NATIVE: &str = "native";

/// Tells the build scripts of worker executables which variant they build.
const BUILD_VARIABLE: &str = "ALFAVOICE_ISA";

pub fn run(arguments: &[String]) -> Result<bool> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let variants: Vec<&str> = match words.as_slice() {
        [] => vec![NATIVE],
        ["--all-variants"] => VARIANTS.iter().map(|(name, _)| *name).collect(),
        ["--variant", name] if *name == NATIVE || VARIANTS.iter().any(|(known, _)| known == name) => vec![name],
        ["--variant", name] => bail!("there is no variant `{name}`; known are {NATIVE}, {}", known().join(", ")),
        _ => bail!("usage: cargo xtask build [--variant NAME | --all-variants]"),
    };
    setup::install(Purpose::Page)?;
    shell::run(shell::cargo(["fetch", "--quiet"]))?;
    client::build()?;
    let dist = shell::root().join("target/dist");
    std::fs::create_dir_all(&dist).with_context(|| format!("cannot make `{}`", dist.display()))?;

    shell::run(shell::cargo(["build", "--release", "--bin", "alfavoice"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    copy(&shell::root().join(target).join("release/alfavoice"), &dist.join("alfavoice"))?;
    for variant in variants {
        workers(variant, &dist)?;
    }
    println!("\nin {}:", dist.display());
    shell::run(shell::program("ls", ["-l", "--human-readable", &dist.display().to_string()]))?;
    Ok(true)
}

fn workers(variant: &str, dist: &Path) -> Result<()> {
    // Cargo does not notice that these variables changed, so each variant has a build folder of its own.
    let target = shell::root().join("target/variants").join(variant);
    let names = workspace::members()?.into_iter().flat_map(|member| member.executables);
    let workers: Vec<String> = names.filter(|name| is_worker(name)).collect();
    let mut arguments = vec!["build".to_owned(), "--release".to_owned()];
    arguments.extend(workers.iter().flat_map(|name| ["--bin".to_owned(), name.clone()]));
    let mut build: Command = shell::cargo(arguments);
    build.env("CARGO_TARGET_DIR", &target).env(BUILD_VARIABLE, variant).envs(flags(variant));
    shell::run(build)?;
    for worker in workers {
        copy(&target.join("release").join(&worker), &dist.join(file_name(&worker, variant)))?;
    }
    Ok(())
}

fn known() -> Vec<&'static str> {
    VARIANTS.iter().map(|(name, _)| *name).collect()
}

/// `alfavoice-asr-avx2`; the plain name is what is left when no better one can run.
fn file_name(worker: &str, variant: &str) -> String {
    if [NATIVE, "baseline"].contains(&variant) { worker.to_owned() } else { format!("{worker}-{variant}") }
}

/// ggml's switches for a variant.
fn flags(variant: &str) -> Vec<(&'static str, &'static str)> {
    let Some(level) = VARIANTS.iter().position(|(name, _)| *name == variant) else {
        return vec![("GGML_NATIVE", "ON")];
    };
    let mut flags = vec![("GGML_NATIVE", "OFF")];
    for (at, (_, switches)) in VARIANTS.iter().enumerate() {
        flags.extend(switches.iter().map(|switch| (*switch, if at <= level { "ON" } else { "OFF" })));
    }
    flags
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    // A running executable cannot be written over, but it can be replaced.
    let _ = std::fs::remove_file(to);
    std::fs::copy(from, to).with_context(|| format!("cannot copy `{}` to `{}`", from.display(), to.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_has_the_switches_of_the_lesser_ones_and_not_those_of_the_greater() {
        let flags = flags("avx512");
        let says = |name: &str| flags.iter().find(|(flag, _)| *flag == name).map(|(_, value)| *value);
        assert_eq!(says("GGML_NATIVE"), Some("OFF"));
        assert_eq!(says("GGML_AVX2"), Some("ON"));
        assert_eq!(says("GGML_AVX512"), Some("ON"));
        assert_eq!(says("GGML_AMX_TILE"), Some("OFF"));
        assert_eq!(super::flags("native"), [("GGML_NATIVE", "ON")]);
        assert_eq!((file_name("w", "amx").as_str(), file_name("w", "native").as_str()), ("w-amx", "w"));
    }

    #[test]
    fn the_table_is_that_of_the_workers() {
        let source = std::fs::read_to_string(shell::root().join("engine/worker/src/isa.rs")).unwrap();
        let table = source.split("const FEATURES").nth(1).unwrap().split("];").next().unwrap();
        let mut theirs: Vec<(String, String)> = table
            .split("Feature {")
            .skip(1)
            .map(|row| {
                let switch = row.split('"').nth(1).unwrap().to_owned();
                let since = row.split("Variant::").nth(1).unwrap();
                (since.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_lowercase(), switch)
            })
            .collect();
        let ours = VARIANTS.iter().flat_map(|(name, switches)| switches.iter().map(move |switch| (*name, *switch)));
        let mut ours: Vec<(String, String)> = ours.map(|(name, switch)| (name.to_owned(), switch.to_owned())).collect();
        theirs.sort();
        ours.sort();
        assert_eq!(ours, theirs, "engine/worker/src/isa.rs and xtask/src/variants.rs differ");
        assert!(source.contains(&format!("\"{BUILD_VARIABLE}\"")));
    }
}
