//! The governor as the whole server shares it: schedulers report to it, the doors ask it, sessions read its level.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{counter, gauge};
use tracing::{info, warn};

use super::admission::{Entry, TurnedAway};
use super::governor::Governor;
use super::level::{Level, Service};
use super::meter::Reading;
use crate::ids::Owner;
use crate::metrics as names;
use crate::moment::Clock;

const FAST: u8 = 0x80;

/// Cheap to clone, usable from any thread.
#[derive(Debug, Clone)]
pub struct Steward(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    /// Locked a few times a second by each scheduler, and when a connection comes or goes.
    governor: Mutex<Governor>,
    /// The governor's service, for sessions, which look at each chunk of sound: its level and, in the highest bit,
    /// whether the fast model stands in.
    service: AtomicU8,
}

impl Steward {
    pub fn new(governor: Governor, clock: Clock) -> Self {
        gauge!(names::LOAD_LEVEL).set(0.0);
        Self(Arc::new(Inner { clock, governor: Mutex::new(governor), service: AtomicU8::new(0) }))
    }

    pub fn service(&self) -> Service {
        let packed = self.0.service.load(Ordering::Relaxed);
        Service { level: Level::ALL[usize::from(packed & !FAST)], fast_stands_in: packed & FAST != 0 }
    }

    pub(crate) fn observe(&self, pool: usize, reading: Reading) {
        let now = self.0.clock.now();
        let mut governor = self.governor();
        let step = governor.observe(pool, reading, now);
        let (service, strain) = (governor.service(), governor.strain());
        drop(governor);
        let packed = service.level as u8 | if service.fast_stands_in { FAST } else { 0 };
        self.0.service.store(packed, Ordering::Relaxed);
        let Some(step) = step else { return };
        gauge!(names::LOAD_LEVEL).set(f64::from(step.to as u8));
        counter!(names::LEVEL_CHANGES, "to" => step.to.name()).increment(1);
        let (to, wait_ms) = (step.to.name(), strain.wait.as_millis() as u64);
        if step.to > step.from {
            warn!(to, wait_ms, utilisation = strain.utilisation, "less service, because of the load");
        } else {
            info!(to, wait_ms, utilisation = strain.utilisation, "more service again");
        }
    }

    /// Lets a connection in, or says when to come again.
    pub fn enter(&self, owner: &Owner) -> Result<Entry, TurnedAway> {
        let answer = self.governor().admit(owner, self.0.clock.now());
        match &answer {
            Ok(how) => counter!(names::ADMISSIONS, "how" => how.name()).increment(1),
            Err(away) => counter!(names::SHED, "reason" => away.reason.name()).increment(1),
        }
        answer
    }

    /// One who was let in so begins to speak.
    pub fn speaks(&self, how: Entry) {
        self.governor().speaks(how, self.0.clock.now());
    }

    /// One who was let in is gone.
    pub fn leave(&self, owner: &Owner) {
        self.governor().leave(owner, self.0.clock.now());
    }

    /// Nobody comes in any more.
    pub fn close(&self) {
        self.governor().close();
    }

    pub fn is_closed(&self) -> bool {
        self.governor().admission().is_closed()
    }

    /// Connections that are in.
    pub fn open(&self) -> usize {
        self.governor().admission().open()
    }

    fn governor(&self) -> MutexGuard<'_, Governor> {
        // Its methods leave it whole wherever they stop: counts and lists are changed together without a panic between.
        self.0.governor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
