//! A real server as a process of its own, on a free port, with the built-in model, and clients that speak to it.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod api;
pub mod client;
pub mod database;
pub mod sound;
pub mod views;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The executable under test.
pub const ALFAVOICE: &str = env!("CARGO_BIN_EXE_alfavoice");

pub struct TestServer {
    process: Child,
    pub address: String,
    data: Rc<TempDir>,
    /// Where it is not the SQLite file in the data folder.
    database: Option<Rc<str>>,
}

impl TestServer {
    /// Ready for work.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With some settings, ready for work.
    pub async fn start_with(settings: &[&str]) -> Self {
        let server = Self::start_unready(settings, &[]);
        let ready = server.until_readyz(Duration::from_secs(60), |status, _| status == 200).await;
        assert!(ready.is_some(), "the server never became ready");
        server
    }

    /// Listening, but perhaps without workers yet.
    pub fn start_unready(settings: &[&str], environment: &[(&str, &str)]) -> Self {
        web::tls::choose_provider();
        let data = tempfile::tempdir().expect("a temporary folder");
        Self::launch(Rc::new(data), database::another().map(Rc::from), settings, environment)
    }

    /// Another server on the data of this one, which must have ended.
    pub fn start_again(&self, settings: &[&str]) -> Self {
        Self::launch(Rc::clone(&self.data), self.database.clone(), settings, &[])
    }

    fn launch(data: Rc<TempDir>, database: Option<Rc<str>>, settings: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(ALFAVOICE);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data.path());
        if let Some(url) = &database {
            command.args(["--set", &format!("database.url={url}")]);
        }
        for setting in settings {
            command.args(["--set", setting]);
        }
        command.envs(environment.iter().copied()).stdout(Stdio::piped());
        if std::env::var_os("ALFAVOICE_TEST_LOG").is_none() {
            command.stderr(Stdio::null());
        }
        let mut process = command.spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("it says where it is");
        let address =
            line.split_whitespace().find_map(|word| word.split_once("://")).expect("an address in the line").1;
        Self { process, address: address.trim_end_matches('/').to_owned(), data, database }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        let client = awc::Client::builder().timeout(Duration::from_secs(20)).finish();
        let mut response = client.get(self.url(path)).send().await.expect("the server answers");
        let body = response.body().limit(10_000_000).await.expect("a body");
        (response.status().as_u16(), String::from_utf8(body.to_vec()).expect("text"))
    }

    /// Polls `/readyz` until it is as wanted.
    pub async fn until_readyz(&self, limit: Duration, wanted: impl Fn(u16, &Value) -> bool) -> Option<Value> {
        let start = Instant::now();
        while start.elapsed() < limit {
            let (status, body) = self.get("/readyz").await;
            let body: Value = serde_json::from_str(&body).expect("JSON");
            if wanted(status, &body) {
                return Some(body);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    }

    /// The value of a metric, summed over its labels.
    pub async fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.get("/metrics").await;
        let of = |line: &str| line.split([' ', '{']).next() == Some(name);
        text.lines().filter(|line| of(line)).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// Process ids of the worker processes.
    pub fn workers(&self) -> Vec<u32> {
        children(self.pid())
    }

    /// Those of one executable.
    pub fn workers_named(&self, name: &str) -> Vec<u32> {
        let is = |pid: &u32| {
            std::fs::read_link(format!("/proc/{pid}/exe"))
                .is_ok_and(|exe| exe.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)))
        };
        self.workers().into_iter().filter(is).collect()
    }

    pub fn signal(&self, signal: &str) {
        send_signal(self.pid(), signal);
    }

    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.process.wait().expect("it is our child")
    }

    /// Whether the process has ended within the limit.
    pub async fn ended_within(&mut self, limit: Duration) -> Option<std::process::ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if let Some(status) = self.process.try_wait().expect("it is our child") {
                return Some(status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `kill -SIGNAL PID`, for a process that a test started.
pub fn send_signal(pid: u32, signal: &str) {
    let status = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "cannot signal {pid}");
}

fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the server runs");
    let of_task = |task: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(task.ok()?.path().join("children")).ok()?;
        Some(text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
    };
    tasks.filter_map(of_task).flatten().collect()
}

/// Resident memory of a process in bytes.
pub fn resident_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let kb = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    kb.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).expect("a number") * 1024
}

/// Processor time that a process has used, all threads.
pub fn cpu_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let fields: Vec<&str> = stat.rsplit(") ").next().expect("a name in brackets").split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().expect("utime") + fields[12].parse::<u64>().expect("stime");
    Duration::from_millis(ticks * 10)
}
