//! What is simulated: people, machine and rules, read from a TOML file.

use std::time::Duration;

use actors::load::{AdmissionLimits, GovernorLimits, LadderLimits};
use actors::scheduler::book::BookLimits;
use actors::scheduler::order::Order;
use actors::scheduler::queue::QueueLimits;
use actors::session::CadenceLimits;
use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    pub minutes: f64,
    #[serde(default = "one")]
    pub seed: u64,
    /// Sizes of the first group; a run for each.
    pub people: Vec<usize>,
    /// Start of the run that figures leave out.
    #[serde(default = "half_a_minute")]
    pub warm_up_s: f64,
    #[serde(rename = "group")]
    pub groups: Vec<Group>,
    pub speech: Speech,
    #[serde(rename = "pool")]
    pub pools: Vec<PoolSpec>,
    #[serde(default)]
    pub session: SessionRules,
    #[serde(default)]
    pub scheduling: SchedulingRules,
    #[serde(default)]
    pub load: LoadRules,
}

/// People who are alike.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: String,
    /// How many; of the first group the scenario's `people` decides.
    #[serde(default)]
    pub people: usize,
    /// One person with so many connections.
    #[serde(default)]
    pub same_owner: bool,
    /// Part of them that wants `high` quality.
    #[serde(default)]
    pub high: f64,
    /// They come at random times within so long.
    #[serde(default = "ten")]
    pub arrive_s: f64,
    /// How long each stays; without it, until the end.
    pub stay_s: Option<Spread>,
}

/// A lognormal distribution.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    pub median: f64,
    pub sigma: f64,
}

/// How people speak, in seconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    pub utterance: Spread,
    pub longest: f64,
    /// Speech between two short gaps inside an utterance.
    pub between_gaps: Spread,
    pub gap: Spread,
    /// Silence between utterances.
    pub silence: Spread,
    /// What is said, to the moment, where it is known: recordings, drawn by lot, in place of the above.
    #[serde(default)]
    pub recordings: Vec<Recorded>,
}

/// A recording, in seconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Of each utterance the stretches with voice.
    pub utterances: Vec<Vec<(f64, f64)>>,
    /// When the next recording begins.
    pub next: f64,
}

/// Whose work a pool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    Normal,
    High,
    Clean,
}

/// Slots and how long they take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    pub does: Does,
    pub slots: usize,
    #[serde(default)]
    pub partial: Line,
    #[serde(rename = "final")]
    pub finals: Line,
    /// Sigma of the lognormal factor by which single jobs differ.
    #[serde(default)]
    pub spread: f64,
    /// Part of its time that a job takes with the smaller context.
    #[serde(default = "all_of_it")]
    pub tight: f64,
}

/// Service time over the length of the sound.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub fixed_ms: f64,
    pub per_second_ms: f64,
}

/// As the server's settings of the same names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionRules {
    pub first_partial_ms: u32,
    pub partial_interval_ms: u32,
    pub partial_interval_max_ms: u32,
    pub pre_roll_ms: u64,
    /// A pause begins after so much silence, and the final is decoded.
    pub eager_ms: u64,
    pub pause_ms: u64,
    pub partial_deadline_ms: u64,
    pub final_deadline_ms: u64,
    pub clean_deadline_ms: u64,
    /// Part of the utterances that the language model is asked about.
    pub clean_share: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SchedulingRules {
    pub max_queue_size: usize,
    pub owner_share_percent: usize,
    pub ageing_ms: u64,
    pub partial_slots_percent: u8,
    /// `earliest_deadline`, `shortest_first` or `response_ratio`.
    pub order: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoadRules {
    pub ladder: bool,
    pub admission: bool,
    pub tolerable_wait_ms: u64,
    pub step_down_ms: u64,
    pub step_up_ms: u64,
    pub most: usize,
    pub most_per_owner: usize,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self {
            first_partial_ms: 350,
            partial_interval_ms: 400,
            partial_interval_max_ms: 3000,
            pre_roll_ms: 300,
            eager_ms: 200,
            pause_ms: 500,
            partial_deadline_ms: 2000,
            final_deadline_ms: 3000,
            clean_deadline_ms: 1000,
            clean_share: 0.3,
        }
    }
}

impl Default for SchedulingRules {
    fn default() -> Self {
        Self {
            max_queue_size: 1000,
            owner_share_percent: 25,
            ageing_ms: 10_000,
            partial_slots_percent: 50,
            order: "response_ratio".to_owned(),
        }
    }
}

impl Default for LoadRules {
    fn default() -> Self {
        Self {
            ladder: true,
            admission: true,
            tolerable_wait_ms: 300,
            step_down_ms: 1000,
            step_up_ms: 10_000,
            most: 5000,
            most_per_owner: 64,
        }
    }
}

fn one() -> u64 {
    1
}

fn ten() -> f64 {
    10.0
}

fn half_a_minute() -> f64 {
    30.0
}

fn all_of_it() -> f64 {
    1.0
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

impl Scenario {
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let scenario: Self = toml::from_str(text).context("the scenario cannot be read")?;
        ensure!(!scenario.groups.is_empty(), "a scenario needs a `[[group]]`");
        ensure!(!scenario.people.is_empty(), "`people` is empty; give a number for each run");
        ensure!(scenario.session.eager_ms < scenario.session.pause_ms, "`eager_ms` must be less than `pause_ms`");
        ensure!(scenario.pool_for(Does::Normal).is_some(), "a scenario needs a `[[pool]]` that does `normal`");
        let speech = scenario.speech.recordings.iter().flat_map(|recording| &recording.utterances);
        ensure!(speech.clone().all(|voiced| !voiced.is_empty()), "an utterance of a recording has no voice");
        let ordered = |voiced: &Vec<(f64, f64)>| voiced.iter().flat_map(|(from, to)| [from, to]).is_sorted();
        ensure!(speech.clone().all(ordered), "the stretches of an utterance are not in order");
        ensure!(scenario.pools.iter().all(|pool| pool.slots > 0), "each pool needs a slot");
        scenario.order()?;
        Ok(scenario)
    }

    pub fn order(&self) -> anyhow::Result<Order> {
        match self.scheduling.order.as_str() {
            "earliest_deadline" => Ok(Order::EarliestDeadline),
            "shortest_first" => Ok(Order::ShortestFirst),
            "response_ratio" => Ok(Order::ResponseRatio),
            other => {
                bail!("there is no order `{other}`; give `earliest_deadline`, `shortest_first` or `response_ratio`")
            }
        }
    }

    pub fn pool_for(&self, does: Does) -> Option<usize> {
        self.pools.iter().position(|pool| pool.does == does)
    }

    pub fn cadence(&self) -> CadenceLimits {
        CadenceLimits {
            first_ms: self.session.first_partial_ms,
            shortest_ms: self.session.partial_interval_ms,
            longest_ms: self.session.partial_interval_max_ms,
        }
    }

    pub fn book(&self, order: Order) -> BookLimits {
        let rules = &self.scheduling;
        let per_owner = (rules.max_queue_size * rules.owner_share_percent / 100).max(4);
        BookLimits {
            queue: QueueLimits { size: rules.max_queue_size, per_owner, ageing: ms(rules.ageing_ms), order },
            hang: Duration::from_secs(60),
            most_crashes: 2,
            most_losses: 6,
            default_wait: ms(500),
            partial_slots_percent: rules.partial_slots_percent,
        }
    }

    pub fn governor(&self) -> GovernorLimits {
        let load = &self.load;
        // Without a ladder no wait is too long.
        let tolerable_wait = if load.ladder { ms(load.tolerable_wait_ms) } else { Duration::from_secs(1_000_000) };
        GovernorLimits {
            ladder: LadderLimits {
                tolerable_wait,
                worse_after: ms(load.step_down_ms),
                better_after: ms(load.step_up_ms),
            },
            // Simulated people who leave do not come back.
            admission: AdmissionLimits {
                most: load.most,
                most_per_owner: load.most_per_owner,
                comeback: Duration::ZERO,
            },
            default_service: ms(500),
        }
    }
}
