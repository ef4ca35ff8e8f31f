//! Load, ladder and admission together, as one pure state machine. The server and the simulator run this very code.

use std::time::Duration;

use super::admission::{Admission, AdmissionLimits, Entry, Room, TurnedAway};
use super::capacity::most_load;
use super::ladder::{Ladder, LadderLimits, Step, Strain};
use super::level::{Level, Service};
use super::meter::{Meter, Reading};
use crate::ids::Owner;
use crate::moment::Moment;

#[derive(Debug, Clone, Copy)]
pub struct GovernorLimits {
    pub ladder: LadderLimits,
    pub admission: AdmissionLimits,
    /// Service time of a final that is taken for granted before one was measured.
    pub default_service: Duration,
}

/// Somebody who speaks without rest has a final decoded so often, those for pauses that were none included.
const RESTLESS: Duration = Duration::from_secs(5);
#[derive(Debug)]
pub struct Governor {
    limits: GovernorLimits,
    meters: Vec<Meter>,
    ladder: Ladder,
    admission: Admission,
}

impl Governor {
    /// `pools` are those whose work people wait for: the recognisers.
    pub fn new(limits: GovernorLimits, pools: usize) -> Self {
        Self {
            limits,
            meters: vec![Meter::default(); pools],
            ladder: Ladder::new(limits.ladder),
            admission: Admission::new(limits.admission),
        }
    }

    pub fn level(&self) -> Level {
        self.ladder.level()
    }

    /// The first pool is that of the fast model, the last that of the accurate one.
    pub fn service(&self) -> Service {
        let level = self.ladder.level();
        let wait = |meter: Option<&Meter>| meter.map(|meter| meter.strain().wait).unwrap_or_default();
        let easier = wait(self.meters.first()) <= wait(self.meters.last());
        Service { level, fast_stands_in: level.may_use_fast_model() && easier }
    }

    pub fn admission(&self) -> &Admission {
        &self.admission
    }

    pub fn meters(&self) -> &[Meter] {
        &self.meters
    }

    /// To be called several times a second for each pool.
    pub fn observe(&mut self, pool: usize, reading: Reading, now: Moment) -> Option<Step> {
        let meter = self.meters.get_mut(pool)?;
        meter.observe(reading, now);
        let step = self.ladder.observe(self.strain(), now);
        self.admission.observe(self.ladder.level(), self.room());
        step
    }

    /// Lets somebody in who speaks at once.
    pub fn enter(&mut self, owner: &Owner, now: Moment) -> Result<Entry, TurnedAway> {
        self.admission.enter(owner, now)
    }

    /// Lets a connection in that may be silent for long.
    pub fn admit(&mut self, owner: &Owner, now: Moment) -> Result<Entry, TurnedAway> {
        self.admission.admit(owner, now)
    }

    pub fn speaks(&mut self, how: Entry, now: Moment) {
        self.admission.speaks(how, now);
    }

    pub fn leave(&mut self, owner: &Owner, now: Moment) {
        self.admission.leave(owner, now);
    }

    pub fn close(&mut self) {
        self.admission.close();
    }

    /// That of the pool that has it hardest.
    pub fn strain(&self) -> Strain {
        self.meters.iter().map(Meter::strain).fold(Strain::default(), |worst, strain| Strain {
            wait: worst.wait.max(strain.wait),
            utilisation: worst.utilisation.max(strain.utilisation),
        })
    }

    /// That of all pools together, in slots of the fast model: before anybody is refused it stands in for the others.
    fn room(&self) -> Option<Room> {
        let fast = self.service_in(&self.meters[0]);
        let with_slots = self.meters.iter().filter(|meter| meter.slots() > 0);
        let mut room = Room { load: 0.0, most: 0.0, newcomer: fast.as_secs_f64() / RESTLESS.as_secs_f64() };
        for meter in with_slots {
            let service = self.service_in(meter);
            let worth = fast.as_secs_f64() / service.as_secs_f64().max(0.001);
            room.load += meter.final_load() * worth;
            room.most += most_load(meter.slots(), service, self.limits.ladder.tolerable_wait / 2) * worth;
        }
        (room.most > 0.0).then_some(room)
    }

    fn service_in(&self, meter: &Meter) -> Duration {
        meter.final_service().unwrap_or(self.limits.default_service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: GovernorLimits = GovernorLimits {
        ladder: LadderLimits {
            tolerable_wait: Duration::from_millis(400),
            worse_after: Duration::from_secs(1),
            better_after: Duration::from_secs(5),
        },
        admission: AdmissionLimits { most: 10_000, most_per_owner: 10, comeback: Duration::ZERO },
        default_service: Duration::from_millis(500),
    };

    fn entered(governor: &mut Governor, ask: usize, now: Moment) -> usize {
        (0..ask).filter(|n| governor.enter(&Owner::new(&format!("{now:?} {n}")), now).is_ok()).count()
    }

    #[test]
    fn a_larger_machine_lets_more_people_in() {
        let carried = |slots| {
            let mut governor = Governor::new(LIMITS, 1);
            governor.observe(0, Reading { slots, ..Reading::default() }, Moment::from_millis(0));
            entered(&mut governor, 5000, Moment::from_millis(100))
        };
        let (small, large) = (carried(2), carried(80));
        assert!((5..40).contains(&small), "{small}");
        assert!(large > small * 30, "{large}");
    }

    #[test]
    fn finals_that_wait_in_one_pool_are_strain_for_all() {
        let mut governor = Governor::new(LIMITS, 2);
        let calm = Reading { slots: 4, busy: 1, ..Reading::default() };
        let late = Reading { slots: 4, busy: 4, final_wait: Duration::from_secs(2), ..Reading::default() };
        governor.observe(0, calm, Moment::from_millis(0));
        assert_eq!(entered(&mut governor, 1, Moment::from_millis(0)), 1);
        for tenth in 0..200 {
            let now = Moment::from_millis(tenth * 100);
            governor.observe(0, calm, now);
            governor.observe(1, late, now);
        }
        assert_eq!(governor.level(), Level::Refusing);
        assert_eq!(entered(&mut governor, 1, Moment::from_millis(20_000)), 0);
    }
}
