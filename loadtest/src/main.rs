//! `alfavoice-loadtest`: people who speak at the pace of speech, and a report of what they saw.

mod recording;
mod report;
mod speaker;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use futures_util::future::join_all;

use self::recording::Recording;
use self::report::Report;
use self::speaker::Speaker;

/// Lets people speak to a running AlfaVoice server and reports what they saw
#[derive(Debug, Parser)]
#[command(name = "alfavoice-loadtest", version, max_term_width = 100)]
struct Options {
    /// The server
    #[arg(long, default_value = "http://127.0.0.1:3000", value_name = "URL")]
    server: String,
    /// People who speak at the same time
    #[arg(long, default_value_t = 2)]
    speakers: usize,
    /// Recordings that each of them speaks, one after the other
    #[arg(long, default_value_t = 3)]
    recordings: usize,
    /// Silence after each recording
    #[arg(long, default_value_t = 1500, value_name = "MS")]
    pause_ms: u64,
    /// Folder with `transcripts.tsv` and 16 kHz recordings
    #[arg(long, default_value = "models/asr/samples", value_name = "DIR")]
    samples: PathBuf,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let _ = rustls::crypto::ring::default_provider().install_default();
    match actix_rt::System::new().block_on(run(Options::parse())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everybody got text for everything that they said.
async fn run(options: Options) -> anyhow::Result<bool> {
    let recordings = Recording::read_all(&options.samples)
        .with_context(|| format!("cannot read the recordings in {}", options.samples.display()))?;
    if recordings.is_empty() {
        bail!("there is no recording in {}", options.samples.display());
    }
    let speak = |n: usize| {
        let chosen: Vec<&Recording> =
            (0..options.recordings).map(|k| &recordings[(n + k * options.speakers) % recordings.len()]).collect();
        let speaker = Speaker {
            server: options.server.clone(),
            pause: Duration::from_millis(options.pause_ms),
            // People do not all begin at the same moment.
            delay: Duration::from_millis(137 * n as u64 % 3000),
        };
        async move { speaker.speak(&chosen).await }
    };
    let heard = join_all((0..options.speakers).map(speak)).await;
    let report = Report::of(&heard);
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(report.is_clean())
}
