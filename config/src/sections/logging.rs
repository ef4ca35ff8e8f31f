//! `[logging]`: what is written down, how and where.

use std::path::PathBuf;

use crate::value::{LogFilter, choice};

choice! {
    /// How a log line looks.
    LogFormat { Text = "text", Json = "json" }
}

choice! {
    /// When a new log file is begun.
    LogRotation { Never = "never", Hourly = "hourly", Daily = "daily" }
}

section! {
    /// What is logged, how and where. The console always gets the log; the file is extra.
    Logging "logging" {
        /// `error`, `warn`, `info`, `debug`, `trace` or `off`; with a comma also per module: `info,actors=debug`.
        level: LogFilter = "info";
        /// One line of text for people or one JSON object per line for machines.
        format: LogFormat = "text";
        /// Log file; a relative path counts from `server.data_dir`. Empty = no file.
        file: Option<PathBuf> = "logs/alfavoice.log";
        /// When a new file is begun.
        rotation: LogRotation = "daily";
        /// Old log files that are kept; the oldest goes first.
        keep_files: u16 = 14, unit "files", range 1..=10_000;
    }
}
