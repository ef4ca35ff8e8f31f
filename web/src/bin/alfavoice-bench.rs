//! What the server itself costs: per 20 ms of sound, and around a 5 s utterance. Called by `cargo xtask bench`.
//!
//! Starts the `alfavoice` beside it, speaks to it over loopback as fast as it takes the sound, and reads processor
//! times from the kernel. Prints a table; nothing is asserted here.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::web::Bytes;
use anyhow::{Context as _, bail};
use awc::ws::{Frame, Message};
use engine::audio::{AudioFormat, Intake, IntakeOptions, Pcm16k, le_bytes};
use engine::listener::Listener;
use engine::segmenter::SegmenterOptions;
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::ServerMessage;
use protocol::frame::AudioFrame;

const CHUNK: usize = 320;
const CHUNKS: usize = 6000;
const CONNECTIONS: usize = 8;
const UTTERANCES: usize = 12;
/// Decodes of a real shape take seconds.
const LONG_UTTERANCES: usize = 4;

fn main() -> anyhow::Result<()> {
    web::tls::choose_provider();
    actix_web::rt::System::new().block_on(bench())
}

/// A random-weight model of a real shape, made by `asr-bench`: where the file is there, it is measured too.
const REAL_SHAPE: &str = "ALFAVOICE_BENCH_MODEL";

async fn bench() -> anyhow::Result<()> {
    let server = Server::start(None).await?;
    per_chunk(&server).await?;
    println!("built-in model:");
    around_an_utterance(&server, UTTERANCES).await?;
    drop(server);
    if let Some(model) = std::env::var_os(REAL_SHAPE) {
        println!("{}:", Path::new(&model).display());
        around_an_utterance(&Server::start(Some(Path::new(&model))).await?, LONG_UTTERANCES).await?;
    }
    Ok(())
}

/// Eight people who say nothing: transport, session and detector for every 20 ms.
async fn per_chunk(server: &Server) -> anyhow::Result<()> {
    let silence = vec![0_i16; CHUNK * CHUNKS];
    let before = cpu_ns(server.process.id())?;
    let clients = (0..CONNECTIONS).map(|_| server.transcribe(&silence, CHUNK));
    futures_util::future::try_join_all(clients).await?;
    let chunks = (CHUNKS * CONNECTIONS) as f64;
    let total = (cpu_ns(server.process.id())? - before) as f64 / chunks / 1000.0;

    let engine = detector_us(&silence, CONNECTIONS)? / chunks;
    println!(
        "server, per 20 ms chunk of a stream: {total:.1} us processor time, {engine:.1} us of it conversion and detector"
    );
    println!("  everything else: {:.1} us (gate 15, goal 8)", total - engine);
    println!("  one core takes in {:.0} streams", 20_000.0 / total);
    Ok(())
}

/// What conversion and detector take for so many hearings of a sound, in microseconds.
fn detector_us(sound: &[i16], times: usize) -> anyhow::Result<f64> {
    let before = cpu_ns(std::process::id())?;
    for _ in 0..times {
        let mut intake = Intake::new(AudioFormat::DEFAULT, IntakeOptions { denoise: false, automatic_gain: true });
        let mut listener = Listener::new(SegmenterOptions::default());
        let mut heard = Pcm16k::new();
        for chunk in sound.chunks(CHUNK) {
            heard.clear();
            intake.push(&le_bytes(chunk), &mut heard)?;
            std::hint::black_box(listener.push(&heard));
        }
    }
    Ok((cpu_ns(std::process::id())? - before) as f64 / 1000.0)
}

/// A 5 s utterance through the whole server, against what the recogniser's slot took for it.
async fn around_an_utterance(server: &Server, times: usize) -> anyhow::Result<()> {
    let path = std::env::var("ALFAVOICE_BENCH_WAV").unwrap_or_else(|_| "models/asr/samples/ru_04.wav".to_owned());
    let mut sound: Vec<i16> =
        hound::WavReader::open(&path).with_context(|| path.clone())?.into_samples().collect::<Result<_, _>>()?;
    sound.extend(std::iter::repeat_n(0, 16_000));
    server.transcribe(&sound, CHUNK).await?;
    let workers = server.workers();
    let all = || -> anyhow::Result<u64> {
        let workers: u64 = workers.iter().map(|pid| cpu_ns(*pid)).sum::<anyhow::Result<u64>>()?;
        Ok(cpu_ns(server.process.id())? + workers)
    };
    let (before, jobs_before) = (all()?, server.job_cpu_us().await?);
    // One after the other in one connection, as people dictate.
    server.transcribe(&sound.repeat(times), CHUNK).await?;
    let whole = (all()? - before) as f64 / 1e6 / times as f64;
    let jobs = (server.job_cpu_us().await? - jobs_before) / 1e3 / times as f64;
    println!(
        "  {times} utterances of {:.1} s with their pauses through the whole server: {whole:.1} ms processor time each, {jobs:.1} ms of it in decodes",
        sound.len() as f64 / 16_000.0
    );
    let detector = detector_us(&sound, times)? / 1e3 / times as f64;
    println!(
        "  outside them: {:.1} % (gate 5 %, goal 2 %), the detector's part {:.1} %",
        (whole - jobs) / whole * 100.0,
        detector / whole * 100.0
    );
    Ok(())
}

struct Server {
    process: Child,
    url: String,
    _data: TempFolder,
}

struct TempFolder(PathBuf);

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Server {
    async fn start(model: Option<&Path>) -> anyhow::Result<Self> {
        let beside = std::env::current_exe()?.with_file_name("alfavoice");
        let data = TempFolder(std::env::temp_dir().join(format!("alfavoice-bench-{}", std::process::id())));
        let models = data.0.join("models");
        std::fs::create_dir_all(&models)?;
        let mut command = Command::new(&beside);
        if let Some(model) = model {
            std::os::unix::fs::symlink(std::fs::canonicalize(model)?, models.join("bench.bin"))?;
            let entry = "[[model]]\nid = \"bench\"\nkind = \"asr\"\ndescription = \"random weights\"\nlicence = \"none\"\nfile = \"bench.bin\"\n";
            std::fs::write(models.join("models.toml"), entry)?;
            command.env("ALFAVOICE_ASR__NORMAL_MODEL", "bench");
        }
        let mut process = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&data.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", beside.display()))?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("piped")?).read_line(&mut line)?;
        let address =
            line.split_whitespace().find(|word| word.starts_with("http://")).context("the server says no address")?;
        let server = Self { url: address.trim_end_matches('/').to_owned(), process, _data: data };
        for _ in 0..600 {
            if server.get("/readyz").await.is_ok() {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the server never became ready")
    }

    async fn get(&self, path: &str) -> anyhow::Result<String> {
        let response = awc::Client::new().get(format!("{}{path}", self.url)).send().await;
        let mut response = response.map_err(|error| anyhow::anyhow!("{error}"))?;
        if !response.status().is_success() {
            bail!("{path}: {}", response.status());
        }
        Ok(String::from_utf8(response.body().limit(10_000_000).await?.to_vec())?)
    }

    async fn job_cpu_us(&self) -> anyhow::Result<f64> {
        let text = self.get("/metrics").await?;
        let of = |line: &&str| line.starts_with("alfavoice_job_cpu_microseconds_total");
        Ok(text.lines().filter(of).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum())
    }

    fn workers(&self) -> Vec<u32> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process.id())).into_iter().flatten().flatten();
        let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
        children
            .flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
            .collect()
    }

    /// Sends sound without wanting live text, and waits for its receipt.
    async fn transcribe(&self, sound: &[i16], chunk: usize) -> anyhow::Result<()> {
        let connected = awc::Client::new().ws(format!("{}/transcribe", self.url)).connect().await;
        let (_, socket) = connected.map_err(|error| anyhow::anyhow!("{error}"))?;
        let (mut to_server, mut from_server) = socket.split();
        let sending = async {
            let start = r#"{"type":"start","partials":false,"language":"ru"}"#;
            to_server.send(Message::Text(start.into())).await?;
            for (n, samples) in sound.chunks(chunk).enumerate() {
                let frame = AudioFrame { offset: (n * chunk) as u64, samples: &le_bytes(samples) }.encode();
                to_server.send(Message::Binary(Bytes::from(frame))).await?;
            }
            to_server.send(Message::Text(r#"{"type":"finish"}"#.into())).await?;
            anyhow::Ok(to_server)
        };
        let reading = async {
            while let Some(frame) = from_server.next().await {
                if let Frame::Text(text) = frame.map_err(|error| anyhow::anyhow!("{error}"))?
                    && matches!(serde_json::from_slice(&text)?, ServerMessage::Done { .. })
                {
                    return Ok(());
                }
            }
            bail!("the server closed the connection")
        };
        let (sent, read) = futures_util::future::join(sending, reading).await;
        read?;
        sent?.send(Message::Close(None)).await?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Nanoseconds that all threads of a process have run.
fn cpu_ns(pid: u32) -> anyhow::Result<u64> {
    let mut total = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).context("the process runs")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        total += text.split(' ').next().context("a number")?.parse::<u64>()?;
    }
    Ok(total)
}
