//! Which level of service the load allows at present.
//!
//! **Promises**: one step at a time; a step down only after the strain lasted, a step up only after calm lasted longer,
//! and each time that a step up proves to have been too early the next one is waited for twice as long. So a load that
//! lies between two levels does not make the service flap.

use std::time::Duration;

use super::level::Level;
use crate::moment::Moment;

/// How hard the machine has it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Strain {
    /// What a live final that came now would wait for a slot.
    pub wait: Duration,
    /// Part of the slots at work, 0 to 1.
    pub utilisation: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LadderLimits {
    /// A live final may wait so long; longer is strain.
    pub tolerable_wait: Duration,
    /// Strain for so long is a step down; the greater the strain, the sooner.
    pub worse_after: Duration,
    /// Calm for so long is a step up.
    pub better_after: Duration,
}

/// Slots that busy leave no room for live text at its present pace.
const SATURATED: f64 = 0.97;
/// Below this there is room for a step up.
const ROOMY: f64 = 0.85;
/// Strain so soon after a step up means that the step was too early.
const RELAPSE: Duration = Duration::from_secs(30);
/// The longest calm that is ever asked for.
const MOST_PATIENCE: Duration = Duration::from_secs(120);

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub from: Level,
    pub to: Level,
}

#[derive(Debug, Clone)]
pub struct Ladder {
    limits: LadderLimits,
    level: Level,
    strained_since: Option<Moment>,
    calm_since: Option<Moment>,
    /// Of the last step up.
    improved: Option<Moment>,
    /// Calm that is asked for now.
    patience: Duration,
}

impl Ladder {
    pub fn new(limits: LadderLimits) -> Self {
        let patience = limits.better_after;
        Self { limits, level: Level::Full, strained_since: None, calm_since: None, improved: None, patience }
    }

    pub fn level(&self) -> Level {
        self.level
    }

    /// To be called several times a second.
    pub fn observe(&mut self, strain: Strain, now: Moment) -> Option<Step> {
        let strained = self.is_strained(strain);
        let calm = !strained && strain.utilisation < ROOMY && strain.wait * 2 < self.limits.tolerable_wait;
        self.strained_since = strained.then(|| self.strained_since.unwrap_or(now));
        self.calm_since = calm.then(|| self.calm_since.unwrap_or(now));
        if self.strained_since.is_some_and(|since| now.since(since) >= self.worse_after(strain)) {
            return self.step_down(now);
        }
        if self.calm_since.is_some_and(|since| now.since(since) >= self.patience) {
            return self.step_up(now);
        }
        None
    }

    /// Finals that wait are strain; slots that are all busy only while fewer partials can help.
    fn is_strained(&self, strain: Strain) -> bool {
        strain.wait > self.limits.tolerable_wait || (self.level == Level::Full && strain.utilisation > SATURATED)
    }

    fn worse_after(&self, strain: Strain) -> Duration {
        let times = strain.wait.as_secs_f64() / self.limits.tolerable_wait.as_secs_f64().max(0.001);
        self.limits.worse_after.div_f64(times.clamp(1.0, 5.0))
    }

    fn step_down(&mut self, now: Moment) -> Option<Step> {
        let too_early = self.improved.take().is_some_and(|improved| now.since(improved) < RELAPSE);
        if too_early {
            self.patience = (self.patience * 2).min(MOST_PATIENCE.max(self.limits.better_after));
        }
        self.strained_since = None;
        self.go_to(self.level.worse())
    }

    fn step_up(&mut self, now: Moment) -> Option<Step> {
        let lasted = self.improved.is_some_and(|improved| now.since(improved) >= RELAPSE);
        if lasted || self.level == Level::Full {
            self.patience = self.limits.better_after;
        }
        self.calm_since = None;
        let step = self.go_to(self.level.better());
        if step.is_some() {
            self.improved = Some(now);
        }
        step
    }

    fn go_to(&mut self, to: Level) -> Option<Step> {
        let from = std::mem::replace(&mut self.level, to);
        (from != to).then_some(Step { from, to })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: LadderLimits = LadderLimits {
        tolerable_wait: Duration::from_millis(400),
        worse_after: Duration::from_secs(1),
        better_after: Duration::from_secs(5),
    };

    fn strain(wait_ms: u64, utilisation: f64) -> Strain {
        Strain { wait: Duration::from_millis(wait_ms), utilisation }
    }

    /// Observes the same strain ten times a second; the steps with their times.
    fn run(ladder: &mut Ladder, strain: Strain, from_ms: u64, until_ms: u64) -> Vec<(u64, Step)> {
        let times = (from_ms..until_ms).step_by(100);
        times.filter_map(|ms| Some((ms, ladder.observe(strain, Moment::from_millis(ms))?))).collect()
    }

    #[test]
    fn lasting_strain_goes_down_step_by_step_and_lasting_calm_up_again() {
        let mut ladder = Ladder::new(LIMITS);
        let down = run(&mut ladder, strain(500, 1.0), 0, 20_000);
        assert_eq!(down.iter().map(|(_, step)| step.to).collect::<Vec<_>>(), Level::ALL[1..]);
        let up = run(&mut ladder, strain(0, 0.1), 20_000, 80_000);
        assert_eq!(up.last().map(|(_, step)| step.to), Some(Level::Full));
        assert_eq!(up.len(), 6);
    }

    #[test]
    fn a_moment_of_strain_changes_nothing() {
        let mut ladder = Ladder::new(LIMITS);
        assert_eq!(run(&mut ladder, strain(500, 1.0), 0, 700), []);
        assert_eq!(run(&mut ladder, strain(100, 0.9), 700, 900), []);
        assert_eq!(run(&mut ladder, strain(500, 1.0), 900, 1600), []);
    }

    #[test]
    fn great_strain_is_answered_sooner() {
        let mut slow = Ladder::new(LIMITS);
        let mut fast = Ladder::new(LIMITS);
        let first = |ladder: &mut Ladder, ms| run(ladder, strain(ms, 1.0), 0, 5000)[0].0;
        assert!(first(&mut fast, 2000) < first(&mut slow, 410));
    }

    #[test]
    fn slots_all_busy_slow_partials_down_and_nothing_more() {
        let mut ladder = Ladder::new(LIMITS);
        run(&mut ladder, strain(100, 1.0), 0, 60_000);
        assert_eq!(ladder.level(), Level::SlowerPartials);
    }

    #[test]
    fn a_step_up_that_was_too_early_makes_the_next_wait_longer() {
        let mut ladder = Ladder::new(LIMITS);
        let mut ups = Vec::new();
        for ms in (0..300_000).step_by(100) {
            // Full service is too much, one step less is easy.
            let now = if ladder.level() == Level::Full { strain(900, 1.0) } else { strain(0, 0.5) };
            if let Some(step) = ladder.observe(now, Moment::from_millis(ms)) {
                ups.extend((step.to == Level::Full).then_some(ms));
            }
        }
        let waits: Vec<u64> = ups.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(waits.windows(2).all(|pair| pair[1] > pair[0]), "{waits:?}");
        assert!(ups.len() <= 6, "at most a handful of attempts in five minutes: {ups:?}");
    }

    proptest! {
        /// Whatever the load does: steps are of one level, and never come faster than the limits say.
        #[test]
        fn steps_are_single_and_spaced(loads in prop::collection::vec((0..3000u64, 0.0..1.0f64), 1..400)) {
            let mut ladder = Ladder::new(LIMITS);
            let mut last: Option<(u64, Step)> = None;
            for (at, (wait, utilisation)) in loads.into_iter().enumerate() {
                let ms = at as u64 * 100;
                let before = ladder.level();
                let Some(step) = ladder.observe(strain(wait, utilisation), Moment::from_millis(ms)) else { continue };
                prop_assert_eq!(step.from, before);
                prop_assert_eq!((step.from as i32 - step.to as i32).abs(), 1);
                let (fastest, up) = if step.to > step.from { (200, false) } else { (5000, true) };
                if let Some((then, previous)) = last {
                    let same_way = (previous.to < previous.from) == up;
                    prop_assert!(!same_way || ms - then >= fastest, "{then} {ms} {step:?}");
                }
                last = Some((ms, step));
            }
        }
    }
}
