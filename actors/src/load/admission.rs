//! Who is let in, and when those who are not may come again.
//!
//! **Promises**: whoever is told a time and comes back after it (not before, and not much later) is let in, because a
//! place was written down for them; the places are written down no closer than places come free, so keeping the
//! promise does not overload the machine. Somebody whose connection broke finds their place again. The one exception
//! is the hard bound: above `most` connections and a tenth more nobody is let in.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use super::level::Level;
use super::shed::ShedReason;
use crate::ids::Owner;
use crate::moment::Moment;

#[derive(Debug, Clone, Copy)]
pub struct AdmissionLimits {
    /// Connections of all people together.
    pub most: usize,
    pub most_per_owner: usize,
    /// How long the place of a connection that ended is kept for its owner.
    pub comeback: Duration,
}

/// Room for finals, in slots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// That finals keep busy now.
    pub load: f64,
    /// That finals may keep busy.
    pub most: f64,
    /// That one who was just let in may need.
    pub newcomer: f64,
}

/// How somebody got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    Newcomer,
    /// Their connection ended a moment ago.
    Returned,
    /// They were told to come now.
    Promised,
}

impl Entry {
    /// Its name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newcomer => "newcomer",
            Self::Returned => "returned",
            Self::Promised => "promised",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnedAway {
    pub reason: ShedReason,
    pub retry_after: Duration,
}

/// What people do with the server is known after this time; until then they are taken to speak without rest.
const SETTLING: Duration = Duration::from_secs(20);
/// Told where no place can be promised, because it depends on the client itself or on a restart.
const SOON: Duration = Duration::from_secs(2);
/// A promised place is held at least so long.
const SHORTEST_HOLD: Duration = Duration::from_secs(10);
/// Departures that the rate is measured from.
const DEPARTURES: usize = 32;
/// With fewer than these, people are taken to stay this long.
const FEW_DEPARTURES: usize = 8;
const TYPICAL_STAY: Duration = Duration::from_secs(600);
/// What people need, as a part of what somebody needs who speaks without rest.
const EXPECTED: f64 = 0.75;
/// Part of the measured rate that is promised.
const CAUTION: f64 = 0.8;
/// Places that come free per second even if none does: there is an end to everybody's patience.
const SLOWEST: f64 = 1.0 / 60.0;
/// Promises written down at a time.
const MOST_PROMISES: usize = 100_000;

/// When it falls due; the count keeps apart those of the same moment.
type PromiseKey = (Moment, u64);

#[derive(Debug)]
struct Promise {
    owner: Owner,
    until: Moment,
}

#[derive(Debug)]
pub struct Admission {
    limits: AdmissionLimits,
    closed: bool,
    level: Level,
    room: Option<Room>,
    open: usize,
    open_of: HashMap<Owner, usize>,
    /// When those began to speak who are not settled yet.
    fresh: VecDeque<Moment>,
    departures: VecDeque<Moment>,
    promises: BTreeMap<PromiseKey, Promise>,
    promises_of: HashMap<Owner, BTreeSet<PromiseKey>>,
    last_promise: Moment,
    made: u64,
    /// Places kept for those who were here, in the order in which they lapse.
    kept: VecDeque<(Moment, Owner)>,
    kept_for: HashMap<Owner, usize>,
}

impl Admission {
    pub fn new(limits: AdmissionLimits) -> Self {
        Self {
            limits,
            closed: false,
            level: Level::Full,
            room: None,
            open: 0,
            open_of: HashMap::new(),
            fresh: VecDeque::new(),
            departures: VecDeque::new(),
            promises: BTreeMap::new(),
            promises_of: HashMap::new(),
            last_promise: Moment::ZERO,
            made: 0,
            kept: VecDeque::new(),
            kept_for: HashMap::new(),
        }
    }

    pub fn open(&self) -> usize {
        self.open
    }

    /// Promises that were not kept yet.
    pub fn waiting(&self) -> usize {
        self.promises.len()
    }

    /// Nobody comes in any more.
    pub fn close(&mut self) {
        self.closed = true;
    }

    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// What was measured; `room` is none while nothing is known.
    pub fn observe(&mut self, level: Level, room: Option<Room>) {
        self.level = level;
        self.room = room;
    }

    /// Lets somebody in who speaks at once.
    pub fn enter(&mut self, owner: &Owner, now: Moment) -> Result<Entry, TurnedAway> {
        let how = self.admit(owner, now)?;
        self.speaks(how, now);
        Ok(how)
    }

    /// Somebody who was let in begins to speak. Until then they cost nothing: a thousand people may be connected and
    /// silent, as they are after a restart.
    pub fn speaks(&mut self, how: Entry, now: Moment) {
        // What those need who were here a moment ago is in what was measured.
        if how != Entry::Returned {
            self.fresh.push_back(now);
        }
    }

    /// Lets a connection in.
    pub fn admit(&mut self, owner: &Owner, now: Moment) -> Result<Entry, TurnedAway> {
        self.forget_what_is_over(now);
        if self.closed {
            return Err(TurnedAway { reason: ShedReason::Draining, retry_after: SOON });
        }
        let own = self.open_of.get(owner).copied().unwrap_or_default();
        if own >= self.limits.most_per_owner {
            return Err(TurnedAway { reason: ShedReason::TooManySessionsOfOwner, retry_after: SOON });
        }
        let below_the_bound = self.open < self.limits.most + self.limits.most / 10 + 1;
        if below_the_bound && self.take_promise(owner, now) {
            return Ok(self.let_in(owner, Entry::Promised));
        }
        if below_the_bound && self.take_kept(owner) {
            return Ok(self.let_in(owner, Entry::Returned));
        }
        let expected = self.fall_due_before(now + SETTLING);
        let reason = if self.open + expected >= self.limits.most {
            ShedReason::TooManySessions
        } else if !self.is_empty(expected) && (self.level.refuses() || !self.has_room_for(expected + 1)) {
            ShedReason::Overloaded
        } else {
            return Ok(self.let_in(owner, Entry::Newcomer));
        };
        Err(TurnedAway { reason, retry_after: self.promise(owner, own, now) })
    }

    pub fn leave(&mut self, owner: &Owner, now: Moment) {
        let Some(own) = self.open_of.get_mut(owner) else { return };
        *own -= 1;
        if *own == 0 {
            self.open_of.remove(owner);
        }
        self.open -= 1;
        if self.limits.comeback.is_zero() {
            self.departed(now);
        } else {
            self.kept.push_back((now + self.limits.comeback, owner.clone()));
            *self.kept_for.entry(owner.clone()).or_default() += 1;
        }
    }

    /// Somebody is gone for good. A place that is kept for somebody is not free.
    fn departed(&mut self, at: Moment) {
        if self.departures.len() == DEPARTURES {
            self.departures.pop_front();
        }
        self.departures.push_back(at);
    }

    fn let_in(&mut self, owner: &Owner, how: Entry) -> Entry {
        self.open += 1;
        *self.open_of.entry(owner.clone()).or_default() += 1;
        how
    }

    /// Nobody is here and nobody is awaited. Then somebody is let in even where one person is more than the machine can
    /// carry: nothing else would ever be measured again, and slow text is better than none.
    fn is_empty(&self, expected: usize) -> bool {
        self.open == 0 && expected == 0
    }

    /// Whether the machine could carry so many more if they, and whoever came lately, spoke without rest.
    fn has_room_for(&self, more: usize) -> bool {
        let Some(room) = self.room else { return true };
        room.load + (self.fresh.len() + more) as f64 * room.newcomer <= room.most
    }

    /// Writes down a place for this owner; returns how long it is until then.
    fn promise(&mut self, owner: &Owner, own: usize, now: Moment) -> Duration {
        let written: Option<&BTreeSet<PromiseKey>> = self.promises_of.get(owner);
        let last = written.and_then(BTreeSet::last).map(|key| key.0);
        // Somebody who asks again and again gets no more places than they may use, and holds up nobody.
        if let Some(last) = last.filter(|_| own + written.map_or(0, BTreeSet::len) >= self.limits.most_per_owner) {
            return last.since(now).max(Duration::from_secs(1));
        }
        let spacing = self.spacing(now);
        let earliest = (now + Duration::from_secs(1)).max(self.last_promise);
        // In whole milliseconds from now, as the client will be told.
        let wait_ms = (earliest + spacing).since(now).as_micros().div_ceil(1000);
        let wait = Duration::from_millis(u64::try_from(wait_ms).unwrap_or(u64::MAX));
        let due = now + wait;
        self.last_promise = due;
        if self.promises.len() < MOST_PROMISES {
            self.made += 1;
            let key = (due, self.made);
            let until = due + SHORTEST_HOLD.max(wait / 4);
            self.promises.insert(key, Promise { owner: owner.clone(), until });
            self.promises_of.entry(owner.clone()).or_default().insert(key);
        }
        wait
    }

    /// Time between the last promise and the next one.
    fn spacing(&self, now: Moment) -> Duration {
        let growth = self.growth();
        // What will be free once those inside are known is given away once.
        if self.promises.len() < growth {
            return SETTLING / u32::try_from(growth).unwrap_or(u32::MAX);
        }
        // Promises follow each other by a millisecond at least, though people may leave all at once.
        Duration::from_secs_f64(1.0 / (CAUTION * self.leaving(now)).clamp(SLOWEST, 1000.0))
    }

    /// People who leave, per second.
    fn leaving(&self, now: Moment) -> f64 {
        if self.departures.len() < FEW_DEPARTURES {
            return self.open as f64 / TYPICAL_STAY.as_secs_f64();
        }
        let watched = self.departures.front().map_or(0.0, |first| now.since(*first).as_secs_f64());
        self.departures.len() as f64 / watched.max(1.0)
    }

    /// Places that are left when those who came lately turn out not to speak without rest.
    fn growth(&self) -> usize {
        let Some(room) = self.room.filter(|_| !self.level.refuses()) else { return 0 };
        let settled = self.open.saturating_sub(self.fresh.len());
        let each = if settled == 0 { room.newcomer } else { room.load / settled as f64 };
        let free = room.most - room.load - self.fresh.len() as f64 * each.min(room.newcomer * EXPECTED);
        (free / room.newcomer.max(1e-6)).max(0.0) as usize
    }

    fn fall_due_before(&self, moment: Moment) -> usize {
        self.promises.range(..(moment, u64::MAX)).count()
    }

    fn take_promise(&mut self, owner: &Owner, now: Moment) -> bool {
        let first = self.promises_of.get(owner).and_then(BTreeSet::first).copied();
        let due = first.filter(|key| key.0 <= now);
        if let Some(key) = due {
            self.strike_out(key);
        }
        due.is_some()
    }

    fn strike_out(&mut self, key: PromiseKey) {
        let Some(promise) = self.promises.remove(&key) else { return };
        if let Some(own) = self.promises_of.get_mut(&promise.owner) {
            own.remove(&key);
            if own.is_empty() {
                self.promises_of.remove(&promise.owner);
            }
        }
    }

    fn take_kept(&mut self, owner: &Owner) -> bool {
        let Some(kept) = self.kept_for.get_mut(owner) else { return false };
        *kept -= 1;
        if *kept == 0 {
            self.kept_for.remove(owner);
        }
        if let Some(at) = self.kept.iter().position(|(_, whose)| whose == owner) {
            self.kept.remove(at);
        }
        true
    }

    fn forget_what_is_over(&mut self, now: Moment) {
        while self.fresh.front().is_some_and(|since| now.since(*since) > SETTLING) {
            self.fresh.pop_front();
        }
        while self.kept.front().is_some_and(|(until, _)| *until < now) {
            let (until, owner) = self.kept.pop_front().expect("it was looked at");
            self.departed(until);
            if let Some(kept) = self.kept_for.get_mut(&owner) {
                *kept -= 1;
                if *kept == 0 {
                    self.kept_for.remove(&owner);
                }
            }
        }
        let due = self.promises.range(..(now, u64::MAX));
        let lapsed: Vec<PromiseKey> = due.filter(|(_, promise)| promise.until < now).map(|(key, _)| *key).collect();
        for key in lapsed {
            self.strike_out(key);
        }
    }
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
