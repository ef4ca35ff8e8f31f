//! What is to happen: how many people speak how long, and what goes wrong meanwhile.

use std::path::Path;

use anyhow::{Context as _, ensure};
use protocol::{Mode, Quality};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    /// One after the other.
    pub phases: Vec<Phase>,
    pub mode: Mode,
    pub quality: Quality,
    /// Silence after each recording.
    pub pause_ms: u64,
    /// Recordings spoken as one, with a pause between them.
    pub joined: usize,
    /// Everybody takes back what they say, every second.
    pub cancels: bool,
    /// Chooses who says what when, and what goes wrong: the same seed, the same run.
    pub seed: u64,
    pub chaos: Option<Chaos>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    pub speakers: usize,
    pub seconds: u64,
    /// Meanwhile somebody sends so much sound by Deepgram's protocol, as fast as the server reads it.
    #[serde(default)]
    pub upload_minutes: u64,
    /// Meanwhile one more person speaks over so many connections at once.
    #[serde(default)]
    pub connections_of_one: usize,
    /// They begin at random times within so long.
    #[serde(default = "three_seconds")]
    pub arrive_ms: u64,
}

fn three_seconds() -> u64 {
    3000
}

impl Phase {
    pub fn of(speakers: usize, seconds: u64) -> Self {
        Self { speakers, seconds, upload_minutes: 0, connections_of_one: 0, arrive_ms: three_seconds() }
    }

    /// Of everybody.
    pub fn connections(self) -> usize {
        self.speakers + self.connections_of_one
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chaos {
    /// One fault each time.
    pub every_ms: u64,
    #[serde(default = "Fault::all")]
    pub faults: Vec<Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A recogniser's process is killed.
    KillAsr,
    /// It stands still.
    StopAsr,
    /// It gets a fifth of its time for two seconds.
    SlowAsr,
    KillLlm,
    StopLlm,
    /// Somebody's line breaks in the middle of a frame.
    CutLine,
    /// Somebody reads nothing for a while.
    StallReader,
    /// The disk of the data folder is full for a while (only where it is a small file system of its own).
    FillDisk,
    /// The server is told to stop, and started again.
    RestartServer,
    /// The server is killed, and started again.
    CrashServer,
}

impl Fault {
    pub fn all() -> Vec<Self> {
        vec![
            Self::KillAsr,
            Self::StopAsr,
            Self::SlowAsr,
            Self::KillLlm,
            Self::StopLlm,
            Self::CutLine,
            Self::StallReader,
            Self::FillDisk,
            Self::RestartServer,
            Self::CrashServer,
        ]
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::KillAsr => "kill_asr",
            Self::StopAsr => "stop_asr",
            Self::SlowAsr => "slow_asr",
            Self::KillLlm => "kill_llm",
            Self::StopLlm => "stop_llm",
            Self::CutLine => "cut_line",
            Self::StallReader => "stall_reader",
            Self::FillDisk => "fill_disk",
            Self::RestartServer => "restart_server",
            Self::CrashServer => "crash_server",
        }
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self {
            name: "people speaking".to_owned(),
            phases: vec![Phase::of(2, 30)],
            mode: Mode::OnPause,
            quality: Quality::Normal,
            pause_ms: 1500,
            joined: 1,
            cancels: false,
            seed: 1,
            chaos: None,
        }
    }
}

impl Scenario {
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        Self::parse(&text).with_context(|| file.display().to_string())
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let scenario: Self = toml::from_str(text)?;
        ensure!(!scenario.phases.is_empty(), "a scenario needs a phase");
        ensure!(scenario.joined >= 1, "`joined` counts recordings; give 1 or more");
        let people = scenario.phases.iter().all(|phase| phase.speakers > 0 && phase.seconds > 0);
        ensure!(people, "a phase needs speakers and seconds");
        ensure!(scenario.chaos.as_ref().is_none_or(|chaos| chaos.every_ms >= 100), "`chaos.every_ms` is under 100");
        Ok(scenario)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scenarios_of_the_repository_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let files: Vec<_> =
            std::fs::read_dir(folder).expect("there are some").map(|file| file.expect("a file").path()).collect();
        assert!(files.len() >= 5);
        for file in files {
            Scenario::read(&file).expect("it is well formed");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(Scenario::parse("speakers = 3").is_err(), "an unknown key");
        assert!(Scenario::parse("phases = []").is_err());
        assert!(Scenario::parse("phases = [{ speakers = 0, seconds = 1 }]").is_err());
        let chaos = Scenario::parse("phases = [{ speakers = 1, seconds = 1 }]\n[chaos]\nevery_ms = 500").expect("fine");
        assert_eq!(chaos.chaos.expect("chaos").faults.len(), Fault::all().len());
    }
}
