//! The same speech against two servers in one run, in turns, so that ratios are honest.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures_util::future::join_all;
use protocol::{Mode, Quality};
use serde::Serialize;
use tokio::sync::watch;

use crate::http;
use crate::person::{Manner, Mishap, Person, Seen};
use crate::recording::Recording;
use crate::report::Percentiles;

/// How a server is asked.
#[derive(Debug, Clone)]
pub enum Peer {
    /// AlfaVoice's own protocol, as fast as the server listens.
    Native(String),
    /// `POST /v1/audio/transcriptions`.
    OpenAi(String),
    /// whisper.cpp's `POST /inference`.
    Inference(String),
}

/// What is asked of both.
#[derive(Debug, Clone)]
pub struct Load {
    /// Clips sent at the same moment.
    pub at_once: Vec<Recording>,
    /// Position of the clip whose time counts; none: all count.
    pub counts: Option<usize>,
    pub rounds: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    pub what: String,
    pub ours: Percentiles,
    pub theirs: Percentiles,
    /// Theirs over ours, of the 95th percentile.
    pub ratio: f64,
}

pub async fn compare(what: &str, ours: &Peer, theirs: &Peer, load: &Load) -> anyhow::Result<Comparison> {
    let (mut mine, mut other) = (Vec::new(), Vec::new());
    for _ in 0..load.rounds {
        mine.extend(round(ours, load).await?);
        other.extend(round(theirs, load).await?);
    }
    let (ours, theirs) = (Percentiles::of(mine), Percentiles::of(other));
    let ratio = theirs.p95 as f64 / ours.p95.max(1) as f64;
    Ok(Comparison { what: what.to_owned(), ours, theirs, ratio })
}

async fn round(peer: &Peer, load: &Load) -> anyhow::Result<Vec<Duration>> {
    let times = join_all(load.at_once.iter().map(|clip| ask(peer, clip))).await;
    let times: Vec<Duration> = times.into_iter().collect::<anyhow::Result<_>>()?;
    Ok(match load.counts {
        Some(at) => vec![times[at]],
        None => times,
    })
}

/// From the beginning of the question to the whole text.
async fn ask(peer: &Peer, clip: &Recording) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    match peer {
        Peer::Native(server) => {
            let manner = Manner {
                server: server.clone(),
                mode: Mode::AfterRecording,
                quality: Quality::Normal,
                pause_ms: 0,
                real_time: false,
                cancels: false,
            };
            let mut person = Person { manner, mishaps: watch::channel(Mishap::default()).1 };
            let mut seen = Seen::default();
            person.speak(0, clip, &mut seen).await?;
            if !seen.errors.is_empty() {
                bail!("{}", seen.errors.join("; "));
            }
        }
        Peer::OpenAi(server) => {
            let fields = [("model", "whisper-1"), ("language", clip.language.as_str()), ("response_format", "json")];
            let url = format!("{}/v1/audio/transcriptions", server.trim_end_matches('/'));
            expect_ok(&http::post_form(&url, &fields, (&clip.name, &wav(clip)?)).await?)?;
        }
        Peer::Inference(server) => {
            let fields = [("language", clip.language.as_str()), ("response_format", "json")];
            let url = format!("{}/inference", server.trim_end_matches('/'));
            expect_ok(&http::post_form(&url, &fields, (&clip.name, &wav(clip)?)).await?)?;
        }
    }
    Ok(begun.elapsed())
}

fn expect_ok(answer: &http::Answer) -> anyhow::Result<()> {
    if answer.status != 200 {
        bail!("status {}: {}", answer.status, answer.body);
    }
    Ok(())
}

fn wav(clip: &Recording) -> anyhow::Result<Vec<u8>> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec)?;
    for sample in &clip.samples {
        writer.write_sample(*sample)?;
    }
    writer.finalize().context("a recording as a file")?;
    Ok(bytes.into_inner())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:50} ours p50 {:6} p95 {:6} ms, theirs p50 {:6} p95 {:6} ms: {:.1}x",
            self.what, self.ours.p50, self.ours.p95, self.theirs.p50, self.theirs.p95, self.ratio
        )
    }
}
