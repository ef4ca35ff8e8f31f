//! The run: everything that happens, in the order of virtual time.

use std::collections::VecDeque;
use std::time::Duration;

use actors::ids::{JobId, Owner, SessionId};
use actors::job::{Class, Job, JobEvent, JobFailure};
use actors::load::{Governor, Level};
use actors::moment::Moment;
use actors::scheduler::book::Effect;
use actors::scheduler::order::Order;
use engine_worker::message::JobTag;
use uuid::Uuid;

use crate::calendar::Calendar;
use crate::machine::{Pool, SimulatedWork};
use crate::measure::{OfGroup, Outcome, Slice};
use crate::person::{Answer, Person, Turn, Wish};
use crate::scenario::{Does, Scenario};
use crate::speech::Chance;

/// As often as the server's schedulers look.
const TICK: Duration = Duration::from_millis(100);
const SLICE: Duration = Duration::from_secs(5);
/// What was said may come to its text so long after the end.
const LONGEST_DRAIN: Duration = Duration::from_secs(600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    /// Somebody asks to be let in; whether they come because they were told to.
    Arrives {
        person: usize,
        promised: bool,
    },
    Leaves {
        person: usize,
    },
    Turns {
        person: usize,
        turn: Turn,
    },
    Ends {
        pool: usize,
        tag: JobTag,
    },
    Ticks,
}

/// Runs a scenario with so many people in its first group.
pub fn run(scenario: &Scenario, people: usize, order: Order) -> Outcome {
    World::new(scenario, people, order).run()
}

struct World<'a> {
    scenario: &'a Scenario,
    now: Moment,
    end: Moment,
    warm: Moment,
    calendar: Calendar<Happening>,
    people: Vec<Person>,
    inside: Vec<bool>,
    leaving: Vec<bool>,
    pools: Vec<Pool>,
    governor: Governor,
    /// Pools in the order in which the governor knows them.
    recognisers: Vec<usize>,
    effects: VecDeque<(usize, Effect<SimulatedWork>)>,
    wishes: Vec<Wish>,
    outcome: Outcome,
    ticks: u64,
    busy_ticks: f64,
    level_ticks: [u64; 7],
}

impl<'a> World<'a> {
    fn new(scenario: &'a Scenario, count: usize, order: Order) -> Self {
        let limits = scenario.book(order);
        let recognisers: Vec<usize> =
            [Does::Normal, Does::High].into_iter().filter_map(|does| scenario.pool_for(does)).collect();
        let mut world = Self {
            scenario,
            now: Moment::ZERO,
            end: Moment::ZERO + Duration::from_secs_f64(scenario.minutes * 60.0),
            warm: Moment::ZERO + Duration::from_secs_f64(scenario.warm_up_s),
            calendar: Calendar::default(),
            people: Vec::new(),
            inside: Vec::new(),
            leaving: Vec::new(),
            pools: scenario.pools.iter().map(|spec| Pool::new(spec, limits)).collect(),
            governor: Governor::new(scenario.governor(), recognisers.len()),
            recognisers,
            effects: VecDeque::new(),
            wishes: Vec::new(),
            outcome: Outcome { people: count, slice: SLICE, ..Outcome::default() },
            ticks: 0,
            busy_ticks: 0.0,
            level_ticks: [0; 7],
        };
        for (number, group) in scenario.groups.iter().enumerate() {
            world.outcome.groups.push(OfGroup { name: group.name.clone(), ..OfGroup::default() });
            for member in 0..if number == 0 { count } else { group.people } {
                world.add_person(number, member);
            }
        }
        world.plan(Moment::ZERO, Happening::Ticks);
        world
    }

    fn add_person(&mut self, group: usize, member: usize) {
        let scenario = self.scenario;
        let spec = &scenario.groups[group];
        // What somebody says depends on who they are, not on who else there is.
        let mut chance = Chance::of(scenario.seed, (group as u64) << 32 | member as u64);
        let arrives = Moment::ZERO + Duration::from_secs_f64(chance.part() * spec.arrive_s);
        let high = chance.is(spec.high);
        let name = if spec.same_owner { spec.name.clone() } else { format!("{} {member}", spec.name) };
        let mut rules = scenario.session.clone();
        if scenario.pool_for(Does::Clean).is_none() {
            rules.clean_share = 0.0;
        }
        let person = self.people.len();
        self.people.push(Person::new(Owner::new(&name), group, high, rules, scenario.cadence(), chance));
        self.inside.push(false);
        self.leaving.push(false);
        self.plan(arrives, Happening::Arrives { person, promised: false });
    }

    fn plan(&mut self, at: Moment, happening: Happening) {
        self.calendar.plan(at, happening);
    }

    fn run(mut self) -> Outcome {
        while let Some((at, happening)) = self.calendar.next() {
            let over = at >= self.end && self.people.iter().all(Person::is_settled);
            if over || at > self.end + LONGEST_DRAIN {
                break;
            }
            self.now = at;
            self.happens(happening);
        }
        self.finish()
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Arrives { person, promised } => self.arrives(person, promised),
            Happening::Leaves { person } => self.leaving[person] = true,
            Happening::Turns { person, turn } => self.turns(person, turn),
            Happening::Ends { pool, tag } => {
                let effects = self.pools[pool].end(tag, self.now);
                self.effects.extend(effects.into_iter().map(|effect| (pool, effect)));
            }
            Happening::Ticks => self.tick(),
        }
        self.work_off();
    }

    fn arrives(&mut self, person: usize, promised: bool) {
        if self.now >= self.end {
            return;
        }
        if self.scenario.load.admission {
            match self.governor.enter(&self.people[person].owner, self.now) {
                Ok(_) => self.outcome.promises_kept += u64::from(promised),
                Err(away) => {
                    self.outcome.promises_broken += u64::from(promised);
                    self.outcome.turned_away += 1;
                    let again = self.now + away.retry_after;
                    return self.plan(again, Happening::Arrives { person, promised: true });
                }
            }
        }
        self.inside[person] = true;
        self.outcome.let_in += 1;
        let inside = self.inside.iter().filter(|inside| **inside).count();
        self.outcome.most_inside = self.outcome.most_inside.max(inside);
        let spec = &self.scenario.groups[self.people[person].group];
        if let Some(stay) = spec.stay_s {
            let stay = self.people[person].factor(stay.sigma) * stay.median;
            self.plan(self.now + Duration::from_secs_f64(stay), Happening::Leaves { person });
        }
        self.plan(self.now + Duration::from_millis(500), Happening::Turns { person, turn: Turn::Speak });
    }

    fn turns(&mut self, person: usize, turn: Turn) {
        self.follow(person);
        if turn == Turn::Speak {
            return self.speaks(person);
        }
        let mut wishes = std::mem::take(&mut self.wishes);
        self.people[person].turn(turn, self.now, &mut wishes);
        self.grant(person, wishes);
    }

    fn speaks(&mut self, person: usize) {
        if self.leaving[person] {
            self.inside[person] = false;
            if self.scenario.load.admission {
                self.governor.leave(&self.people[person].owner, self.now);
            }
            return;
        }
        if self.now >= self.end {
            return;
        }
        let mut wishes = std::mem::take(&mut self.wishes);
        let next = self.people[person].speak(&self.scenario.speech, self.now, &mut wishes);
        self.outcome.utterances += 1;
        self.plan(next, Happening::Turns { person, turn: Turn::Speak });
        self.grant(person, wishes);
    }

    fn follow(&mut self, person: usize) {
        if self.scenario.load.ladder && self.people[person].follow(self.governor.service()) {
            self.outcome.notices += 1;
        }
    }

    fn grant(&mut self, person: usize, mut wishes: Vec<Wish>) {
        for wish in wishes.drain(..) {
            match wish {
                Wish::At(at, turn) => self.plan(at, Happening::Turns { person, turn }),
                Wish::Submit { number, to, class, deadline, work, replaces } => {
                    self.submit(person, number, to, class, deadline, work, replaces);
                }
                Wish::Cancel { number, from } => {
                    let pool = self.pool_of(from);
                    let effects = self.pools[pool].book.cancel(job_id(person, number));
                    self.effects.extend(effects.into_iter().map(|effect| (pool, effect)));
                }
                Wish::FirstPartial(after) => {
                    if self.now >= self.warm {
                        let group = self.people[person].group;
                        self.outcome.groups[group].first_partial.add(after);
                    }
                }
                Wish::Final { utterance, after } => self.told(person, utterance, after),
                Wish::Resubmitted => self.outcome.resubmitted += 1,
            }
        }
        self.wishes = wishes;
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one wish")]
    fn submit(
        &mut self,
        person: usize,
        number: u64,
        to: Does,
        class: Class,
        deadline: Moment,
        work: SimulatedWork,
        replaces: Option<u64>,
    ) {
        let pool = self.pool_of(to);
        let factor = self.people[person].factor(self.pools[pool].spread());
        let job = Job {
            id: job_id(person, number),
            owner: self.people[person].owner.clone(),
            class,
            deadline,
            submitted: self.now,
            work: SimulatedWork { factor, ..work },
        };
        let replaces = replaces.map(|number| job_id(person, number));
        let effects = self.pools[pool].book.submit(job, replaces, self.now);
        self.effects.extend(effects.into_iter().map(|effect| (pool, effect)));
    }

    /// Without a model of its own, `high` is done by the normal one.
    fn pool_of(&self, does: Does) -> usize {
        let own = self.scenario.pool_for(does);
        own.unwrap_or_else(|| self.scenario.pool_for(Does::Normal).expect("checked when it was read"))
    }

    fn told(&mut self, person: usize, utterance: u64, after: Duration) {
        let group = self.people[person].group;
        if utterance == self.people[person].told + 1 {
            self.people[person].told = utterance;
        } else {
            self.outcome.doubled += 1;
        }
        if self.now >= self.warm {
            self.outcome.groups[group].finals.add(after);
        }
        self.slice().finals.add(after);
    }

    fn slice(&mut self) -> &mut Slice {
        let at = (self.now.micros() / SLICE.as_micros() as u64) as usize;
        if self.outcome.slices.len() <= at {
            self.outcome.slices.resize_with(at + 1, Slice::default);
        }
        &mut self.outcome.slices[at]
    }

    /// What a job's end leads to joins the queue, so nothing is worked off inside something else.
    fn work_off(&mut self) {
        while let Some((pool, effect)) = self.effects.pop_front() {
            match effect {
                Effect::Dispatch { tag, work, .. } => {
                    let ends = self.pools[pool].begin(tag, work, self.now);
                    self.plan(ends, Happening::Ends { pool, tag });
                }
                Effect::CancelRunning { tag, .. } => {
                    if let Some(ends) = self.pools[pool].stop(tag, self.now) {
                        self.plan(ends, Happening::Ends { pool, tag });
                    }
                }
                Effect::Tell { job, class, event } => self.tell(pool, job, class, event),
                Effect::Kill { .. } | Effect::LetGo { .. } | Effect::CountStale | Effect::CountShed(_) => {}
            }
        }
    }

    fn tell(&mut self, pool: usize, job: JobId, class: Class, event: JobEvent) {
        let person = job.session.0.as_u128() as usize;
        let answer = match event {
            JobEvent::Started => return self.people[person].started(job.number),
            JobEvent::Ended(Ok(finished)) => {
                let decode = class == Class::LiveFinal && self.recognisers.contains(&pool);
                if decode && self.now >= self.warm {
                    let group = self.people[person].group;
                    self.outcome.groups[group].waits.add(finished.waited);
                }
                Answer::Done
            }
            JobEvent::Ended(Err(JobFailure::Refused { retry_after, .. })) => Answer::Refused { retry_after },
            JobEvent::Ended(Err(_)) => Answer::Failed,
            JobEvent::Queued { .. } | JobEvent::Piece(_) | JobEvent::Retrying => return,
        };
        let mut wishes = std::mem::take(&mut self.wishes);
        self.people[person].ended(job.number, answer, self.now, &mut wishes);
        self.grant(person, wishes);
    }

    fn tick(&mut self) {
        for pool in 0..self.pools.len() {
            let effects = self.pools[pool].book.tick(self.now);
            self.effects.extend(effects.into_iter().map(|effect| (pool, effect)));
        }
        for known in 0..self.recognisers.len() {
            let reading = self.pools[self.recognisers[known]].book.reading(self.now);
            if self.governor.observe(known, reading, self.now).is_some() && self.scenario.load.ladder {
                self.outcome.level_changes += 1;
            }
        }
        self.note();
        self.plan(self.now + TICK, Happening::Ticks);
    }

    fn note(&mut self) {
        let books = self.recognisers.iter().map(|pool| &self.pools[*pool].book);
        let (busy, slots) = books.fold((0, 0), |(busy, slots), b| (busy + b.busy_slots(), slots + b.slots()));
        let utilisation = busy as f64 / slots.max(1) as f64;
        let level = if self.scenario.load.ladder { self.governor.level() } else { Level::Full };
        let inside = self.inside.iter().filter(|inside| **inside).count();
        let share = TICK.as_secs_f64() / SLICE.as_secs_f64();
        let slice = self.slice();
        slice.utilisation += utilisation * share;
        slice.inside = inside;
        slice.level = slice.level.max(level);
        if self.now >= self.warm && self.now < self.end {
            self.ticks += 1;
            self.busy_ticks += utilisation;
            self.level_ticks[level as usize] += 1;
        }
    }

    fn finish(mut self) -> Outcome {
        let ticks = self.ticks.max(1) as f64;
        self.outcome.utilisation = self.busy_ticks / ticks;
        self.outcome.at_level = self.level_ticks.map(|level| level as f64 / ticks);
        self.outcome.lost = self.people.iter().map(|person| person.utterances() - person.told).sum();
        self.outcome
    }
}

fn job_id(person: usize, number: u64) -> JobId {
    JobId { session: SessionId(Uuid::from_u128(person as u128)), number }
}
