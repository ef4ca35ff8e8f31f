//! `alfavoice-simulate`: what a machine gives so many people, without the machine and without the people.

use std::path::PathBuf;
use std::process::ExitCode;

use actors::scheduler::order::Order;
use anyhow::Context as _;
use clap::Parser;
use simulate::scenario::Scenario;
use simulate::{plot, report, world};

/// Runs the server's scheduling, admission and degradation in virtual time and prints what people would see
#[derive(Debug, Parser)]
#[command(name = "alfavoice-simulate", version, max_term_width = 100)]
struct Options {
    /// The scenario, a TOML file
    scenario: PathBuf,
    /// Sizes of the first group, instead of the scenario's
    #[arg(long, value_name = "N", value_delimiter = ',')]
    people: Vec<usize>,
    /// Minutes of virtual time, instead of the scenario's
    #[arg(long)]
    minutes: Option<f64>,
    /// Other people and other chances, instead of the scenario's
    #[arg(long)]
    seed: Option<u64>,
    /// Runs each order inside a class side by side
    #[arg(long)]
    compare: bool,
    /// Draws the runs over time into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing was lost or doubled and every told time was true.
fn run(options: Options) -> anyhow::Result<bool> {
    let file = options.scenario.display();
    let text = std::fs::read_to_string(&options.scenario).with_context(|| format!("cannot read `{file}`"))?;
    let mut scenario = Scenario::parse(&text).with_context(|| format!("`{file}`"))?;
    if !options.people.is_empty() {
        scenario.people = options.people;
    }
    scenario.minutes = options.minutes.unwrap_or(scenario.minutes);
    scenario.seed = options.seed.unwrap_or(scenario.seed);
    let orders = if options.compare { Order::ALL.to_vec() } else { vec![scenario.order()?] };
    let (mut whole, mut drawn) = (true, Vec::new());
    for order in orders {
        let outcomes: Vec<_> = scenario.people.iter().map(|people| world::run(&scenario, *people, order)).collect();
        let title =
            format!("{}, {}, {} minutes, seed {}", scenario.name, order.name(), scenario.minutes, scenario.seed);
        println!("{}", report::table(&title, &outcomes));
        whole &= outcomes.iter().all(|outcome| outcome.lost + outcome.doubled + outcome.promises_broken == 0);
        drawn.push(plot::svg(&title, &outcomes));
    }
    if let Some(to) = options.svg {
        // Of several orders the scenario's own, which is the last one's unless it says otherwise.
        let chosen = drawn.pop().unwrap_or_default();
        std::fs::write(&to, chosen).with_context(|| format!("cannot write `{}`", to.display()))?;
    }
    Ok(whole)
}
