//! The server under load: one that runs, or one that we start and may therefore hurt.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::http;
use crate::people::{self, People};

const START_LIMIT: Duration = Duration::from_secs(120);
/// Where a server that we start writes what it has to say.
const LOG: &str = "loadtest-server.log";
const STOP_LIMIT: Duration = Duration::from_secs(60);

pub struct Server {
    pub url: String,
    people: People,
    started: Option<Started>,
    /// The process, if it is ours; another one after a restart.
    pid: Rc<Cell<Option<u32>>>,
}

struct Started {
    executable: PathBuf,
    settings: Vec<String>,
    port: u16,
    data: TempDir,
    process: Child,
}

impl Server {
    pub fn at(url: &str, people: People) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), people, started: None, pid: Rc::default() }
    }

    /// Starts one on a free port and waits until it is ready.
    pub async fn start(executable: &Path, settings: &[String]) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let data = tempfile::tempdir()?;
        let process = spawn(executable, settings, port, data.path())?;
        let started = Started { executable: executable.to_owned(), settings: settings.to_vec(), port, data, process };
        let pid = Rc::new(Cell::new(Some(started.process.id())));
        let server =
            Self { url: format!("http://127.0.0.1:{port}"), people: People::default(), started: Some(started), pid };
        server.until_ready().await?;
        Ok(server)
    }

    /// Those who may speak to it: with accounts of their own where the server is ours.
    pub async fn people(&mut self, count: usize) -> anyhow::Result<People> {
        if self.started.is_some() {
            self.people = self.people.at_least(count, &self.url).await?;
        }
        Ok(self.people.clone())
    }

    pub async fn until_ready(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < START_LIMIT {
            if http::get(&format!("{}/readyz", self.url)).await.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = self.data_dir().and_then(|folder| std::fs::read_to_string(folder.join(LOG)).ok()).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(20).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        bail!("the server at {} was not ready within {} s\n{}", self.url, START_LIMIT.as_secs(), last.join("\n"))
    }

    /// The process, now and after restarts.
    pub fn pid(&self) -> Rc<Cell<Option<u32>>> {
        Rc::clone(&self.pid)
    }

    /// Its worker processes of a kind (part of the executable's name).
    pub fn workers(&self, kind: &str) -> Vec<u32> {
        let is = |pid: &u32| {
            let exe = std::fs::read_link(format!("/proc/{pid}/exe"));
            exe.is_ok_and(|exe| exe.file_name().is_some_and(|name| name.to_string_lossy().contains(kind)))
        };
        self.pid.get().map(children).unwrap_or_default().into_iter().filter(is).collect()
    }

    pub fn data_dir(&self) -> Option<&Path> {
        self.started.as_ref().map(|started| started.data.path())
    }

    /// Ends it, by the signal, and starts it again on the same port with the same data.
    pub async fn restart(&mut self, by: libc::c_int) -> anyhow::Result<()> {
        let started = self.started.as_mut().context("only a server that was started here is restarted")?;
        signal(started.process.id(), by);
        let begun = Instant::now();
        while started.process.try_wait()?.is_none() {
            if begun.elapsed() > STOP_LIMIT {
                started.process.kill()?;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        started.process = spawn(&started.executable, &started.settings, started.port, started.data.path())?;
        self.pid.set(Some(started.process.id()));
        self.until_ready().await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(started) = &mut self.started {
            // Gently first: its workers leave with it in any case.
            signal(started.process.id(), libc::SIGTERM);
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(5) {
                if matches!(started.process.try_wait(), Ok(Some(_))) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = started.process.kill();
            let _ = started.process.wait();
        }
    }
}

fn spawn(executable: &Path, settings: &[String], port: u16, data: &Path) -> anyhow::Result<Child> {
    let mut command = Command::new(executable);
    command
        .args(["serve", "--profile", "development", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
        .arg(data);
    for setting in people::SETTINGS.into_iter().chain(settings.iter().map(String::as_str)) {
        command.args(["--set", setting]);
    }
    let log = std::fs::File::options().create(true).append(true).open(data.join(LOG))?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.spawn().with_context(|| format!("cannot start {}", executable.display()))
}

/// Sends a signal to a process that belongs to a server of ours.
pub fn signal(pid: u32, signal: libc::c_int) {
    let _ = Command::new("kill").arg(format!("-{signal}")).arg(pid.to_string()).stderr(Stdio::null()).status();
}

/// Processes that a process started.
pub fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let of_task = |task: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(task.ok()?.path().join("children")).ok()?;
        Some(text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
    };
    tasks.filter_map(of_task).flatten().collect()
}
