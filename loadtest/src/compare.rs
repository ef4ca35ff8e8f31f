//! The same speech against two servers in one run, in turns, so that ratios are honest.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Clips sent at the same moment,
    pub at_once: Vec<Recording>,
    /// or each so long after the one before.
    pub apart: Duration,
    /// Position of the clip whose time counts; none: all count.
    pub counts: Option<usize>,
    /// To us it is spoken at the pace of speech; the other gets it whole when it has been said.
    pub live: bool,
    pub rounds: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    pub what: String,
    /// Who is compared.
    pub names: (&'static str, &'static str),
    pub first: Percentiles,
    pub second: Percentiles,
    /// The second's over the first's, of the 95th percentile.
    pub ratio: f64,
}

impl Comparison {
    fn of(what: &str, names: (&'static str, &'static str), first: Vec<Duration>, second: Vec<Duration>) -> Self {
        let (first, second) = (Percentiles::of(first), Percentiles::of(second));
        let ratio = second.p95 as f64 / first.p95.max(1) as f64;
        Self { what: what.to_owned(), names, first, second, ratio }
    }
}

pub async fn compare(what: &str, ours: &Peer, theirs: &Peer, load: &Load) -> anyhow::Result<Comparison> {
    let (mut mine, mut other) = (Vec::new(), Vec::new());
    for _ in 0..load.rounds {
        mine.extend(round(ours, load, load.live).await?);
        other.extend(round(theirs, load, false).await?);
    }
    Ok(Comparison::of(what, ("ours", "theirs"), mine, other))
}

/// What somebody costs us who keeps every core busy with other things: idle without them, busy with them.
pub async fn beside_busy_cores(what: &str, peer: &Peer, load: &Load) -> anyhow::Result<Comparison> {
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..load.rounds {
        alone.extend(round(peer, load, load.live).await?);
        let _busy = Busy::every_core();
        beside.extend(round(peer, load, load.live).await?);
    }
    Ok(Comparison::of(what, ("idle", "busy"), alone, beside))
}

/// Threads that do nothing useful, one for each core, until it is dropped.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn every_core() -> Self {
        let on = Arc::new(AtomicBool::new(true));
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let on = Arc::clone(&on);
            std::thread::spawn(move || {
                while on.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(on)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

async fn round(peer: &Peer, load: &Load, live: bool) -> anyhow::Result<Vec<Duration>> {
    let times = join_all(load.at_once.iter().zip(0..).map(async |(clip, number)| {
        tokio::time::sleep(load.apart * number).await;
        ask(peer, clip, live).await
    }))
    .await;
    let times: Vec<Duration> = times.into_iter().collect::<anyhow::Result<_>>()?;
    Ok(match load.counts {
        Some(at) => vec![times[at]],
        None => times,
    })
}

/// From the beginning of the question, or from the end of the speech if it is live, to the whole text.
async fn ask(peer: &Peer, clip: &Recording, live: bool) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    match peer {
        Peer::Native(server) => {
            let manner = Manner {
                server: server.clone(),
                key: None,
                mode: if live { Mode::OnPause } else { Mode::AfterRecording },
                quality: Quality::Normal,
                pause_ms: 0,
                real_time: live,
                cancels: false,
            };
            let (_line, mishaps) = watch::channel(Mishap::default());
            let mut person = Person { manner, mishaps };
            let mut seen = Seen::default();
            person.speak(0, clip, &mut seen, None).await?;
            if !seen.errors.is_empty() {
                bail!("{}", seen.errors.join("; "));
            }
            if live {
                return seen.after_stop.first().copied().context("the recording has no end");
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
        let ((one, other), (a, b)) = (self.names, (self.first, self.second));
        write!(
            f,
            "{:42} {one} p50 {:6} p95 {:6} ms, {other} p50 {:6} p95 {:6} ms: {:.1}x",
            self.what, a.p50, a.p95, b.p50, b.p95, self.ratio
        )
    }
}
