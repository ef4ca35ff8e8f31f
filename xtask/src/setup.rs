//! `cargo xtask setup`: installs what builds and tests need, or says which line does.

use anyhow::{Result, bail};

use crate::needs::{NEEDS, Need, Purpose};
use crate::shell;

/// What may be done about missing packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    AsRoot,
    WithSudo,
    /// No `apt-get`, or nobody who may use it.
    None,
}

pub fn run(arguments: &[String]) -> Result<bool> {
    match arguments {
        [] => {
            install(Purpose::Test)?;
            report();
            Ok(true)
        }
        [check] if check == "--check" => {
            let missing = report();
            if !missing.is_empty() {
                println!("missing; run as root: {}", install_line(&missing));
            }
            Ok(missing.is_empty())
        }
        _ => bail!("`cargo xtask setup` takes only `--check`"),
    }
}

/// Installs what is missing for that purpose (tests need everything). Fast where nothing is. What only tests need may
/// stay missing: they say so themselves.
pub fn install(purpose: Purpose) -> Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| need.purpose <= purpose && !need.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let means = means();
    if means == Means::None {
        let (build, test): (Vec<&Need>, Vec<&Need>) = missing.iter().partition(|need| need.purpose == Purpose::Build);
        if !test.is_empty() {
            println!("note: some things will be left out; run as root: {}", install_line(&test));
        }
        if !build.is_empty() {
            report();
            bail!("these packages are needed to build; run as root: {}", install_line(&build));
        }
        return Ok(());
    }
    println!("installing: {}", missing.iter().map(|need| need.package).collect::<Vec<_>>().join(" "));
    // A fresh machine has no package lists; an old list may name versions that are gone.
    if let Err(error) = apt_get(means, &["update"]) {
        println!("note: {error:#}");
    }
    let (build, test): (Vec<&Need>, Vec<&Need>) = missing.iter().partition(|need| need.purpose == Purpose::Build);
    if !build.is_empty() {
        apt_get_install(means, &build)?;
    }
    // One by one: a package that this release of the system does not have must not keep the others out.
    for need in test {
        if let Err(error) = apt_get_install(means, &[need]) {
            println!("note: no {} ({error:#}): what needs it will be left out", need.name);
        }
    }
    Ok(())
}

/// Prints the table; what is missing in it.
fn report() -> Vec<&'static Need> {
    let mut missing = Vec::new();
    println!("{:<14}{:<9}{:<16}why", "what", "is there", "package");
    for need in &NEEDS {
        let there = need.is_there();
        let state = match (there, need.purpose) {
            (true, _) => "yes",
            (false, Purpose::Build) => "NO",
            (false, Purpose::Page | Purpose::Test) => "no",
        };
        println!("{:<14}{state:<9}{:<16}{}", need.name, need.package, need.why);
        if !there {
            missing.push(need);
        }
    }
    missing
}

fn install_line(missing: &[&Need]) -> String {
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    format!("apt-get install --yes {}", packages.join(" "))
}

fn means() -> Means {
    let root = shell::capture(shell::program("id", ["-u"])).is_ok_and(|id| id.trim() == "0");
    if shell::find("apt-get").is_none() {
        Means::None
    } else if root {
        Means::AsRoot
    } else if shell::succeeds(&mut shell::program("sudo", ["-n", "true"])) {
        Means::WithSudo
    } else {
        Means::None
    }
}

fn apt_get_install(means: Means, needs: &[&Need]) -> Result<()> {
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(needs.iter().map(|need| need.package));
    apt_get(means, &arguments)
}

fn apt_get(means: Means, arguments: &[&str]) -> Result<()> {
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"];
    words.extend(arguments);
    match means {
        Means::WithSudo => shell::run(shell::program("sudo", ["-n"].iter().chain(&words))),
        _ => shell::run(shell::program(words[0], &words[1..])),
    }
}
