//! A worker's output becomes the server's log.
//!
//! A worker writes its own lines as `LEVEL target: message` to its standard error ([`start`]); the server reads them
//! back ([`forward`]) and logs them with the worker's `pid`. Whatever else appears there (a library's printf, the last
//! words of a failed assertion) is logged as a warning.

use std::io::{self, PipeReader};
use std::os::fd::OwnedFd;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::unix::pipe;
use tracing::Level;
use tracing_subscriber::EnvFilter;

/// Environment variable with the filter of a worker's own log ("info", "debug", "engine_whisper=trace").
pub const FILTER_VARIABLE: &str = "ALFAVOICE_WORKER_LOG";

/// A longer line is cut: a library gone mad must not fill the server's memory.
const LONGEST_LINE: u64 = 8 * 1024;

/// Worker side: log to standard error in the form that the server reads.
pub fn start() {
    let filter = EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    // A second logger in one process can only come from a test; the first one stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .without_time()
        .with_writer(io::stderr)
        .try_init();
}

/// Server side: logs each line until the worker and all copies of its output are gone.
pub(crate) fn forward(output: PipeReader, pid: u32) -> io::Result<()> {
    let output = pipe::Receiver::from_owned_fd(OwnedFd::from(output))?;
    tokio::spawn(async move {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        loop {
            line.clear();
            match (&mut output).take(LONGEST_LINE).read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return,
                Ok(_) => report(&Line::parse(&String::from_utf8_lossy(&line)), pid),
            }
        }
    });
    Ok(())
}

fn report(line: &Line, pid: u32) {
    let Line { level, target, message } = line;
    if message.is_empty() {
        return;
    }
    match *level {
        Level::ERROR => tracing::error!(target: "worker", pid, from = target, "{message}"),
        Level::WARN => tracing::warn!(target: "worker", pid, from = target, "{message}"),
        Level::INFO => tracing::info!(target: "worker", pid, from = target, "{message}"),
        Level::DEBUG => tracing::debug!(target: "worker", pid, from = target, "{message}"),
        Level::TRACE => tracing::trace!(target: "worker", pid, from = target, "{message}"),
    }
}

/// One line of a worker's output.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    level: Level,
    target: String,
    message: String,
}

impl Line {
    fn parse(text: &str) -> Self {
        let text = text.trim();
        Self::parse_own(text).unwrap_or_else(|| Self {
            level: Level::WARN,
            target: "output".to_owned(),
            message: text.to_owned(),
        })
    }

    fn parse_own(text: &str) -> Option<Self> {
        let (level, rest) = text.split_once(' ')?;
        let level = match level {
            "ERROR" => Level::ERROR,
            "WARN" => Level::WARN,
            "INFO" => Level::INFO,
            "DEBUG" => Level::DEBUG,
            "TRACE" => Level::TRACE,
            _ => return None,
        };
        let (target, message) = rest.trim_start().split_once(": ")?;
        let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-' | '.');
        (!target.is_empty() && target.chars().all(is_path)).then(|| Self {
            level,
            target: target.to_owned(),
            message: message.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_lines_keep_their_level_and_origin() {
        let line = Line::parse(" INFO engine_whisper::model: model read load_ms=12\n");
        assert_eq!(line.level, Level::INFO);
        assert_eq!(line.target, "engine_whisper::model");
        assert_eq!(line.message, "model read load_ms=12");
    }

    #[test]
    fn a_librarys_words_become_a_warning() {
        for words in
            ["ggml.c:123: GGML_ASSERT(x) failed", "error: no", "INFO", "INFO of something: x y", "info s: done"]
        {
            let line = Line::parse(words);
            assert_eq!((line.level, line.message.as_str()), (Level::WARN, words));
        }
    }
}
