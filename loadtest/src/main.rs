//! `alfavoice-loadtest`: people who speak at the pace of speech, everything that can go wrong meanwhile, and a report of
//! what they saw.

mod chaos;
mod compare;
mod crowd;
mod http;
mod meter;
mod people;
mod person;
mod ramp;
mod recording;
mod report;
mod run;
mod scenario;
mod server;
mod upload;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};

use self::compare::{Load, Peer};
use self::people::People;
use self::recording::Recording;
use self::report::Report;
use self::scenario::{Chaos, Fault, Phase, Scenario};
use self::server::Server;

/// Lets people speak to an AlfaVoice server and reports what they saw
#[derive(Debug, Parser)]
#[command(name = "alfavoice-loadtest", version, max_term_width = 100)]
struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A scenario: steady, soak, burst, cancellations, chaos (see `loadtest/scenarios`)
    Run(Run),
    /// Finds how many people can speak at once before finals take too long; then twice as many come, and go again
    Ramp(Ramp),
    /// The same speech to this server and to another, in turns
    Compare(Compare),
}

#[derive(Debug, Args)]
struct Target {
    /// A server that runs
    #[arg(long, value_name = "URL", conflicts_with = "start")]
    server: Option<String>,
    /// Start this executable for the run (needed for chaos and for processor and memory figures)
    #[arg(long, value_name = "ALFAVOICE")]
    start: Option<PathBuf>,
    /// A setting for the started server; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Keys of people of a running server, one a line; a server that is started here gets accounts by itself
    #[arg(long, value_name = "FILE", conflicts_with = "start")]
    keys: Option<PathBuf>,
    /// Folder with `transcripts.tsv` and 16 kHz recordings
    #[arg(long, default_value = "models/asr/samples", value_name = "DIR")]
    samples: PathBuf,
}

impl Target {
    async fn open(&self) -> anyhow::Result<Server> {
        match (&self.server, &self.start) {
            (Some(url), _) => Ok(Server::at(url, self.people()?)),
            (None, Some(executable)) => Server::start(executable, &self.settings).await,
            (None, None) => Ok(Server::at("http://127.0.0.1:3000", self.people()?)),
        }
    }

    fn people(&self) -> anyhow::Result<People> {
        let Some(file) = &self.keys else { return Ok(People::default()) };
        let keys = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        Ok(People::with(keys.lines().map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect()))
    }

    fn recordings(&self) -> anyhow::Result<Vec<Recording>> {
        let recordings = Recording::read_all(&self.samples)
            .with_context(|| format!("cannot read the recordings in {}", self.samples.display()))?;
        if recordings.is_empty() {
            bail!("there is no recording in {}", self.samples.display());
        }
        Ok(recordings)
    }
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    target: Target,
    /// The scenario; without it, some people speak for a while
    scenario: Option<PathBuf>,
    #[arg(long)]
    speakers: Option<usize>,
    #[arg(long)]
    seconds: Option<u64>,
    #[arg(long)]
    seed: Option<u64>,
    /// Let everything go wrong that can, a fault every five seconds unless the scenario says otherwise
    #[arg(long)]
    chaos: bool,
    /// Also write the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also write the report as a page with plots
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Ramp {
    #[command(flatten)]
    target: Target,
    /// Time from the end of speech to the final that 95 of 100 must keep
    #[arg(long, default_value_t = 1000, value_name = "MS")]
    p95_ms: u64,
    /// How long each number of people speaks
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    #[arg(long, default_value_t = 1)]
    from: usize,
    #[arg(long, default_value_t = 200)]
    to: usize,
    /// Also write the report of the burst as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also write it as a page with plots
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Compare {
    #[command(flatten)]
    target: Target,
    /// The other server's OpenAI endpoint
    #[arg(long, value_name = "URL")]
    openai: Option<String>,
    /// The other server's `/inference` endpoint (whisper.cpp)
    #[arg(long, value_name = "URL")]
    inference: Option<String>,
    /// In place of another server: our own code with one decode at a time on fixed 30 s windows
    #[arg(long)]
    baseline: bool,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let local = tokio::task::LocalSet::new();
    match local.block_on(&runtime, Options::parse().run()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// Whether everything went as promised.
    async fn run(self) -> anyhow::Result<bool> {
        match self.what {
            What::Run(run) => run.run().await,
            What::Ramp(ramp) => ramp.run().await,
            What::Compare(compare) => compare.run().await,
        }
    }
}

impl Run {
    async fn run(self) -> anyhow::Result<bool> {
        let mut scenario = match &self.scenario {
            Some(file) => Scenario::read(file)?,
            None => Scenario::default(),
        };
        for phase in &mut scenario.phases {
            *phase = Phase {
                speakers: self.speakers.unwrap_or(phase.speakers),
                seconds: self.seconds.unwrap_or(phase.seconds),
                ..*phase
            };
        }
        if self.chaos && scenario.chaos.is_none() {
            scenario.chaos = Some(Chaos { every_ms: 5000, faults: Fault::all() });
        }
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        let recordings = self.target.recordings()?;
        let mut server = self.target.open().await?;
        let report = run::run(&mut server, scenario, recordings).await?;
        write(&report, self.json.as_deref(), self.html.as_deref())?;
        print!("{report}");
        Ok(report.is_clean())
    }
}

fn write(report: &Report, json: Option<&std::path::Path>, html: Option<&std::path::Path>) -> anyhow::Result<()> {
    if let Some(file) = json {
        std::fs::write(file, serde_json::to_string_pretty(report)?)?;
    }
    if let Some(file) = html {
        std::fs::write(file, report::html::page(report))?;
    }
    Ok(())
}

impl Ramp {
    async fn run(self) -> anyhow::Result<bool> {
        let recordings = self.target.recordings()?;
        let mut server = self.target.open().await?;
        let range = self.from..=self.to;
        let most = ramp::most_speakers(&mut server, recordings.clone(), range, self.seconds, self.p95_ms).await?;
        println!("{most} people can speak at once with p95 under {} ms", self.p95_ms);
        if most == 0 {
            return Ok(false);
        }
        let report = run::run(&mut server, ramp::burst(most), recordings).await?;
        write(&report, self.json.as_deref(), self.html.as_deref())?;
        print!("{report}");
        Ok(report.is_clean())
    }
}

impl Compare {
    async fn run(self) -> anyhow::Result<bool> {
        let recordings = self.target.recordings()?;
        let server = self.target.open().await?;
        let ours = Peer::Native(server.url.clone());
        let (theirs, _started) = match (&self.openai, &self.inference, self.baseline) {
            (Some(url), None, false) => (Peer::OpenAi(url.clone()), None),
            (None, Some(url), false) => (Peer::Inference(url.clone()), None),
            (None, None, true) => {
                let executable = self.target.start.as_ref().context("`--baseline` needs `--start`")?;
                let settings = self.target.settings.iter().cloned();
                let settings: Vec<String> = settings.chain(BASELINE.iter().map(|s| (*s).to_owned())).collect();
                let baseline = Server::start(executable, &settings).await?;
                // By its REST endpoint: whoever comes there waits in line, as with any such server.
                (Peer::OpenAi(baseline.url.clone()), Some(baseline))
            }
            _ => bail!("give one of `--openai URL`, `--inference URL` and `--baseline`"),
        };
        for (what, load) in loads(&recordings, self.rounds) {
            println!("{}", compare::compare(what, &ours, &theirs, &load).await?);
        }
        let (what, load) = alone(&recordings, 3 * self.rounds);
        println!("{}", compare::beside_busy_cores(what, &ours, &load).await?);
        Ok(true)
    }
}

/// One decode at a time, in the model's whole window, as a server does that wraps the library and a lock.
const BASELINE: [&str; 6] = [
    "asr.workers=1",
    "asr.slots_per_worker=1",
    "asr.whole_window=true",
    "audio.pause_ms=10000",
    "audio.longest_utterance_ms=29000",
    "llm.enabled=false",
];

/// Speech of this length, with such pauses: recordings one after the other, cut off there.
fn of_ms(recordings: &[Recording], ms: u64, gap_ms: u64) -> Recording {
    let english = recordings.iter().filter(|recording| recording.language == "en");
    let trimmed: Vec<Recording> = english.map(Recording::trimmed).collect();
    let mut parts: Vec<&Recording> = Vec::new();
    for part in trimmed.iter().cycle() {
        if parts.iter().map(|part| part.ms() + gap_ms).sum::<u64>() >= ms {
            break;
        }
        parts.push(part);
    }
    let mut joined = Recording::joined(&parts, gap_ms);
    joined.samples.truncate(ms as usize * 16);
    joined
}

fn alone(recordings: &[Recording], rounds: usize) -> (&'static str, Load) {
    let at_once = vec![of_ms(recordings, 5000, 0)];
    ("one clip of 5 s", Load { at_once, apart: Duration::ZERO, counts: None, live: false, rounds })
}

/// What is asked of both servers.
fn loads(recordings: &[Recording], rounds: usize) -> Vec<(&'static str, Load)> {
    let all = |at_once| Load { at_once, apart: Duration::ZERO, counts: None, live: false, rounds };
    let five = of_ms(recordings, 5000, 0);
    let behind = vec![of_ms(recordings, 30_000, 0), of_ms(recordings, 3000, 0)];
    vec![
        alone(recordings, rounds),
        ("16 clips of 5 s at once", all(vec![five; 16])),
        (
            "a clip of 3 s behind one of 30 s",
            Load { counts: Some(1), apart: Duration::from_millis(200), ..all(behind) },
        ),
        ("28 s with pauses, from the end of speech", Load { live: true, ..all(vec![of_ms(recordings, 28_000, 700)]) }),
    ]
}
