//! `cargo xtask`: the project's own commands. What people and CI type is here and nowhere else.

mod bench;
mod cache;
mod check;
mod client;
mod counts;
mod docs;
mod length;
mod needs;
mod packages;
mod run;
mod setup;
mod shell;
mod simulate;
mod steps;
mod test;
mod variants;
mod workspace;

use std::process::ExitCode;

/// One command: its name, what may follow it, what it does.
struct Task {
    name: &'static str,
    arguments: &'static str,
    what: &'static str,
    /// Whether all is well; an error where it could not be found out.
    run: fn(&[String]) -> anyhow::Result<bool>,
}

const TASKS: [Task; 8] = [
    Task {
        name: "run",
        arguments: "[ARGUMENTS OF `alfavoice serve`]",
        what: "install what is missing, build, and serve on port 3000",
        run: run::run,
    },
    Task { name: "test", arguments: "", what: "everything that must be green; what CI runs", run: test::run },
    Task { name: "check", arguments: "", what: "formatting, lints, layers, file lengths, licences", run: check::run },
    Task {
        name: "build",
        arguments: "[--variant NAME | --all-variants]",
        what: "worker executables per instruction set, into target/dist",
        run: variants::run,
    },
    Task {
        name: "bench",
        arguments: "[FILTER]",
        what: "how fast it is, side by side with the stock build",
        run: bench::run,
    },
    Task {
        name: "simulate",
        arguments: "SCENARIO.toml [--compare] [--svg FILE]",
        what: "what a machine gives so many people, in virtual time",
        run: simulate::run,
    },
    Task { name: "setup", arguments: "[--check]", what: "install what builds and tests need", run: setup::run },
    Task { name: "docs", arguments: "", what: "write the documents that come from the code", run: docs::run },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = arguments.split_first().map_or(("help", [].as_slice()), |(name, rest)| (name.as_str(), rest));
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        help();
        let asked = ["help", "--help", "-h"].contains(&name);
        if !asked {
            eprintln!("\nerror: there is no `cargo xtask {name}`");
        }
        return if asked { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    };
    match (task.run)(rest) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn help() {
    println!("usage: cargo xtask COMMAND\n");
    for task in &TASKS {
        println!("  {:<10}{}", task.name, task.what);
        if !task.arguments.is_empty() {
            println!("            {}", task.arguments);
        }
    }
}
