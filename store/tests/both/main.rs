//! Every case on every database: SQLite in a file, SQLite in memory, PostgreSQL.
//!
//! A case is an async function that is given a `World` with a store of its own. The trials of a database that cannot
//! run here are shown as ignored, with the reason printed above.

mod backups;
mod connections;
mod differential;
mod exports;
mod history;
mod jobs;
mod odd_input;
mod people;
mod personal;
mod plans;
mod retention;
mod schema;
mod searches;
mod sessions;
mod sound;
mod strangers;
mod world;

use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use store::testing::PrivatePostgres;
use world::{Base, Case, Environment};

fn main() {
    let arguments = Arguments::from_args();
    let postgres = if arguments.list { Err("not started to list the tests".to_owned()) } else { start_postgres() };
    let environment = Arc::new(Environment::new(postgres.ok()));
    let mut trials = Vec::new();
    for case in cases() {
        for base in case.bases {
            let (run, environment, base) = (case.run, Arc::clone(&environment), *base);
            let missing = base == Base::Postgres && environment.postgres.is_none();
            let name = format!("{}::{}", base.name(), case.name);
            let trial = Trial::test(name, move || Ok(environment.run(base, run).map_err(|e| format!("{e:?}"))?));
            trials.push(trial.with_ignored_flag(missing));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The server must be gone before the process ends without unwinding.
    drop(environment);
    conclusion.exit();
}

fn start_postgres() -> Result<PrivatePostgres, String> {
    PrivatePostgres::start().map_err(|error| {
        eprintln!("SKIPPED: every `postgres::` trial: {error}");
        error.to_string()
    })
}

fn cases() -> Vec<Case> {
    [
        backups::cases(),
        connections::cases(),
        differential::cases(),
        exports::cases(),
        history::cases(),
        jobs::cases(),
        odd_input::cases(),
        people::cases(),
        personal::cases(),
        plans::cases(),
        retention::cases(),
        schema::cases(),
        searches::cases(),
        sessions::cases(),
        sound::cases(),
        strangers::cases(),
    ]
    .concat()
}
