//! `cargo xtask run`: from a fresh machine to a page in the browser.

use anyhow::Result;

use crate::client;
use crate::needs::Purpose;
use crate::setup;
use crate::shell;
use crate::workspace;

pub fn run(arguments: &[String]) -> Result<bool> {
    setup::install(Purpose::Page)?;
    // The native build looks for one library's sources beside another's, so all must be unpacked before it begins.
    shell::run(shell::cargo(["fetch", "--quiet"]))?;
    client::build()?;
    let mut build = vec!["build".to_owned(), "--release".to_owned()];
    for executable in executables()? {
        build.extend(["--bin".to_owned(), executable]);
    }
    shell::run(shell::cargo(build))?;
    serve(arguments)?;
    Ok(true)
}

/// The server and its workers.
fn executables() -> Result<Vec<String>> {
    let wanted = |name: &String| name == "alfavoice" || is_worker(name);
    Ok(workspace::members()?.into_iter().flat_map(|member| member.executables).filter(wanted).collect())
}

/// Whether it is the executable of a worker process.
pub fn is_worker(name: &str) -> bool {
    ["alfavoice-asr", "alfavoice-llm", "alfavoice-tts"].contains(&name)
}

/// Becomes the server, so that ctrl-c and its exit status are the server's.
fn serve(arguments: &[String]) -> Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let server = shell::root().join(target).join("release").join("alfavoice");
    let command = shell::program(server, serve_arguments(arguments));
    become_it(command)
}

/// `serve` with our defaults for whatever is not given.
fn serve_arguments(given: &[String]) -> Vec<String> {
    let mut arguments = vec!["serve".to_owned()];
    for (flag, value) in [("--profile", "development"), ("--listen", "127.0.0.1:3000"), ("--data-dir", "./data")] {
        let says = |argument: &String| argument == flag || argument.starts_with(&format!("{flag}="));
        if !given.iter().any(says) {
            arguments.extend([flag.to_owned(), value.to_owned()]);
        }
    }
    arguments.extend(given.iter().filter(|argument| *argument != "--").cloned());
    arguments
}

#[cfg(unix)]
fn become_it(mut command: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(anyhow::Error::new(error).context(format!("cannot start `{}`", command.get_program().display())))
}

#[cfg(not(unix))]
fn become_it(command: std::process::Command) -> Result<()> {
    shell::run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_replaces_our_defaults() {
        let told = |given: &[&str]| {
            serve_arguments(&given.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).join(" ")
        };
        assert_eq!(told(&[]), "serve --profile development --listen 127.0.0.1:3000 --data-dir ./data");
        assert_eq!(
            told(&["--", "--listen=0.0.0.0:80", "--profile", "production"]),
            "serve --data-dir ./data --listen=0.0.0.0:80 --profile production"
        );
    }
}
