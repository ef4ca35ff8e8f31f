//! Log lines to the console and to a file that is begun anew.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use config::{LogFormat, LogRotation, Settings};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

/// Keep it until the end: what is not written yet is written when it is dropped.
#[must_use]
pub struct LogGuard(Option<tracing_appender::non_blocking::WorkerGuard>);

pub fn start(settings: &Settings) -> anyhow::Result<LogGuard> {
    let filter = EnvFilter::try_new(settings.logging.level.as_str()).context("`logging.level`")?;
    let colours = std::io::stderr().is_terminal();
    let console = fmt::layer().with_ansi(colours).with_writer(std::io::stderr);
    let console = match settings.logging.format {
        LogFormat::Text => console.compact().boxed(),
        LogFormat::Json => console.json().boxed(),
    };
    let (file, guard) = match settings.log_file() {
        None => (None, None),
        Some(path) => {
            let (writer, guard) = tracing_appender::non_blocking(appender(settings, &path)?);
            let layer = fmt::layer().with_ansi(false).with_writer(writer);
            let layer = match settings.logging.format {
                LogFormat::Text => layer.boxed(),
                LogFormat::Json => layer.json().boxed(),
            };
            (Some(layer), Some(guard))
        }
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(console)
        .with(file)
        .try_init()
        .context("logging was started before")?;
    Ok(LogGuard(guard))
}

impl LogGuard {
    /// Whether a file is written.
    pub fn has_file(&self) -> bool {
        self.0.is_some()
    }
}

fn appender(settings: &Settings, path: &std::path::Path) -> anyhow::Result<RollingFileAppender> {
    let folder = path.parent().context("`logging.file` is in no folder")?;
    let name = path.file_name().and_then(|name| name.to_str()).context("`logging.file` has no name")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let rotation = match settings.logging.rotation {
        LogRotation::Hourly => Rotation::HOURLY,
        LogRotation::Daily => Rotation::DAILY,
        LogRotation::Never => Rotation::NEVER,
    };
    RollingFileAppender::builder()
        .rotation(rotation)
        .filename_prefix(name)
        .max_log_files(usize::from(settings.logging.keep_files))
        .build(folder)
        .with_context(|| format!("cannot write log files into {}", folder.display()))
}
