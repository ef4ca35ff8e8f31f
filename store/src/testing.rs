//! A PostgreSQL of one's own for tests: on a free port of the loopback, in a folder that goes with it.
//!
//! Uses the server binaries of the machine (Debian: package `postgresql`). Where there are none, `start` says so and
//! the tests that need it are to count as ignored. As root the server runs as an unprivileged user, because it
//! refuses to run as root. It dies with its owner, and with the test process should that be killed.

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use crate::held_lock::HeldLock;

const USER: &str = "alfavoice";

/// How long the server may take until it answers.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Why there is no PostgreSQL for tests.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no private PostgreSQL: {reason}; on Debian `apt-get install postgresql` brings it")]
pub struct NoPostgres {
    pub reason: String,
}

fn none(reason: impl Into<String>) -> NoPostgres {
    NoPostgres { reason: reason.into() }
}

/// A running server. Dropped, it is stopped and its data are gone.
pub struct PrivatePostgres {
    binaries: PathBuf,
    account: Account,
    folder: TempDir,
    port: u16,
    server: Mutex<Option<Server>>,
}

impl PrivatePostgres {
    /// Creates a cluster and starts it.
    pub fn start() -> Result<Self, NoPostgres> {
        let binaries = find_binaries().ok_or_else(|| none("its server binaries are not installed"))?;
        let account = Account::choose()?;
        let folder = account.folder()?;
        let mut initdb = account.command(&binaries.join("initdb"), None)?;
        initdb.args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username", USER, "--pgdata"]);
        run(initdb.arg(folder.path().join("data")).current_dir(folder.path()))?;
        let mut postgres = Self { binaries, account, folder, port: 0, server: Mutex::new(None) };
        // Between choosing a free port and taking it somebody else may have taken it.
        let mut last = none("never started");
        for _ in 0..5 {
            postgres.port = free_port()?;
            match postgres.launch() {
                Ok(()) => return Ok(postgres),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates a database, as a copy of `template` if given (to which nobody may be connected).
    pub fn create_database(&self, name: &str, template: Option<&str>) -> Result<(), NoPostgres> {
        let template = template.unwrap_or("template0");
        self.psql(&format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\" ENCODING 'UTF8'"))
    }

    pub fn drop_database(&self, name: &str) -> Result<(), NoPostgres> {
        self.psql(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))
    }

    /// Ends the server at once, as a crash would: connections break, nothing is finished.
    pub fn kill(&self) {
        drop(self.lock().take());
    }

    /// Starts a killed server again, on the same port with the same data. Does nothing when it runs.
    pub fn start_again(&self) -> Result<(), NoPostgres> {
        if self.lock().is_some() {
            return Ok(());
        }
        self.launch()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn launch(&self) -> Result<(), NoPostgres> {
        let log = self.folder.path().join("server.log");
        let output = std::fs::File::create(&log).map_err(|e| none(format!("{}: {e}", log.display())))?;
        let errors = output.try_clone().map_err(|e| none(e.to_string()))?;
        let mut command = self.account.command(&self.binaries.join("postgres"), Some("QUIT"))?;
        command.arg("-D").arg(self.folder.path().join("data"));
        let port = self.port.to_string();
        let sockets = self.folder.path().display().to_string();
        for setting in [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={sockets}"),
            // The machine does not lose power during a test; what was committed still survives `kill`.
            "fsync=off".to_owned(),
            "full_page_writes=off".to_owned(),
            "max_connections=200".to_owned(),
        ] {
            command.arg("-c").arg(setting);
        }
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(output).stderr(errors);
        let server = Server::spawn(command)?;
        let started = Instant::now();
        while started.elapsed() < START_LIMIT {
            if server.has_ended() {
                break;
            }
            let mut ask = Command::new(self.binaries.join("pg_isready"));
            ask.args(["--quiet", "--host=127.0.0.1", "--port", &port]);
            if ask.status().is_ok_and(|status| status.success()) {
                *self.lock() = Some(server);
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let mut text = String::new();
        let _ = std::fs::File::open(&log).and_then(|mut file| file.read_to_string(&mut text));
        Err(none(format!("it does not start: {}", text.trim().lines().last().unwrap_or("without a word"))))
    }

    fn psql(&self, sql: &str) -> Result<(), NoPostgres> {
        let mut psql = Command::new(self.binaries.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--host=127.0.0.1", "--username", USER, "--dbname=postgres"]);
        run(psql.arg("--port").arg(self.port.to_string()).args(["--command", sql]))
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The server process, owned by a thread: the kernel ends the server when the thread that started it does, and a
/// test's own thread may end long before.
struct Server {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn spawn(mut command: Command) -> Result<Self, NoPostgres> {
        let (stop, stopped) = mpsc::channel::<()>();
        let (report, reported) = mpsc::channel::<std::io::Result<()>>();
        let thread = std::thread::spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => return drop(report.send(Err(error))),
            };
            let _ = report.send(Ok(()));
            loop {
                if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
                    return;
                }
                // A message, or the end of whoever could send one.
                if stopped.recv_timeout(Duration::from_millis(100)) != Err(mpsc::RecvTimeoutError::Timeout) {
                    return end(&mut child);
                }
            }
        });
        match reported.recv() {
            Ok(Ok(())) => Ok(Self { stop, thread: Some(thread) }),
            Ok(Err(error)) => Err(none(error.to_string())),
            Err(_) => Err(none("its thread ended")),
        }
    }

    fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// QUIT is PostgreSQL's immediate shutdown, with which its children end, too.
fn end(child: &mut Child) {
    let asked = Command::new("kill").arg("-QUIT").arg(child.id().to_string()).status();
    let since = Instant::now();
    while asked.as_ref().is_ok_and(std::process::ExitStatus::success) && since.elapsed() < Duration::from_secs(10) {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// As whom the server runs.
enum Account {
    Own,
    /// We are root; name of an unprivileged user.
    Other(&'static str),
}

impl Account {
    fn choose() -> Result<Self, NoPostgres> {
        if !is_root() {
            return Ok(Self::Own);
        }
        let exists = |user: &&str| {
            let mut id = Command::new("id");
            id.args(["-u", user]).stdout(Stdio::null()).stderr(Stdio::null());
            id.status().is_ok_and(|status| status.success())
        };
        let user = ["postgres", "nobody"].into_iter().find(exists);
        user.map(Self::Other).ok_or_else(|| none("there is no unprivileged user to run it as"))
    }

    /// A folder that the account may write in and others may not.
    fn folder(&self) -> Result<TempDir, NoPostgres> {
        let made = |e: std::io::Error| none(format!("no temporary folder: {e}"));
        let Self::Other(user) = self else {
            return tempfile::Builder::new().prefix("alfavoice-pg").tempdir().map_err(made);
        };
        // The configured folder for temporary files may lie where only root can go.
        let folder = tempfile::Builder::new().prefix("alfavoice-pg").tempdir_in("/tmp").map_err(made)?;
        run(Command::new("chown").arg(user).arg(folder.path()))?;
        Ok(folder)
    }

    /// `program` as this account; with a signal, it gets that when the calling thread ends.
    fn command(&self, program: &Path, signal_on_our_end: Option<&str>) -> Result<Command, NoPostgres> {
        let setpriv = find_in_path("setpriv");
        let mut command = match (self, setpriv) {
            (Self::Own, None) => return Ok(Command::new(program)),
            (Self::Own, Some(setpriv)) => Command::new(setpriv),
            (Self::Other(user), Some(setpriv)) => {
                let mut command = Command::new(setpriv);
                command.args(["--reuid", user, "--regid", group_of(user)?.as_str(), "--clear-groups"]);
                command
            }
            (Self::Other(_), None) => return Err(none("`setpriv` is missing, without which root cannot run it")),
        };
        if let Some(signal) = signal_on_our_end {
            command.args(["--pdeathsig", signal]);
        } else if matches!(self, Self::Own) {
            return Ok(Command::new(program));
        }
        command.arg(program);
        Ok(command)
    }
}

fn group_of(user: &str) -> Result<String, NoPostgres> {
    let output = Command::new("id").args(["-g", user]).output().map_err(|e| none(e.to_string()))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn is_root() -> bool {
    #[cfg(unix)]
    return std::fs::metadata("/proc/self").is_ok_and(|of| std::os::unix::fs::MetadataExt::uid(&of) == 0);
    #[cfg(not(unix))]
    return false;
}

/// The newest version that is complete.
fn find_binaries() -> Option<PathBuf> {
    let versions = |root: &str| {
        let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(root)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let version = entry.file_name().to_str()?.trim_start_matches(|c: char| !c.is_ascii_digit()).parse();
                Some((version.ok()?, entry.path().join("bin")))
            })
            .collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.into_iter().map(|(_, path)| path)
    };
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    let complete =
        |folder: &PathBuf| ["initdb", "postgres", "psql", "pg_isready"].iter().all(|name| folder.join(name).exists());
    std::env::split_paths(&in_path).chain(versions("/usr/lib/postgresql")).chain(versions("/usr")).find(complete)
}

fn find_in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.exists())
}

fn free_port() -> Result<u16, NoPostgres> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| none(format!("no free port: {e}")))?;
    listener.local_addr().map(|address| address.port()).map_err(|e| none(e.to_string()))
}

fn run(command: &mut Command) -> Result<(), NoPostgres> {
    let output = command.stdin(Stdio::null()).output().map_err(|e| none(format!("{command:?}: {e}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(none(format!("{command:?}: {}", said.trim().lines().last().unwrap_or("failed without a word"))))
}

impl crate::Store {
    /// Lets an SQLite file grow no further, as if the disk were full.
    pub async fn limit_pages_for_tests(&self, pages: i64) -> crate::Result<()> {
        let limit = self.statement(format!("PRAGMA max_page_count = {pages}"), []);
        sea_orm::ConnectionTrait::query_one_raw(self.writer(), limit).await?;
        Ok(())
    }
}
