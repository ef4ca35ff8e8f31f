//! Somebody who speaks, and what their session asks for: live text by the server's own cadence, finals at pauses, the
//! clean-up of their texts. Pure: turns of time and answers in, wishes out.

mod finals;

use std::collections::VecDeque;
use std::time::Duration;

use actors::ids::Owner;
use actors::job::Class;
use actors::load::{Level, Service};
use actors::moment::Moment;
use actors::session::{Cadence, CadenceLimits, SoFar};

use crate::machine::{Purpose, SimulatedWork};
use crate::scenario::{Does, SessionRules, Speech};
use crate::speech::{Chance, Spoken};

/// Something that happens to a person at a time known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Speak,
    /// Live text may be due; counts only if nothing changed since it was planned.
    Partial {
        plan: u64,
    },
    PauseBegan {
        utterance: u64,
        voice_end: Moment,
    },
    Resumed {
        utterance: u64,
    },
    Ended {
        utterance: u64,
        voice_end: Moment,
    },
    /// A refused final is offered again.
    Again {
        utterance: u64,
    },
    /// The time for a clean-up is up.
    CleanDue {
        utterance: u64,
    },
}

/// What a person's session wants done, or tells.
#[derive(Debug)]
pub enum Wish {
    Submit {
        number: u64,
        to: Does,
        class: Class,
        deadline: Moment,
        work: SimulatedWork,
        replaces: Option<u64>,
    },
    Cancel {
        number: u64,
        from: Does,
    },
    At(Moment, Turn),
    /// The first live text of an utterance was shown, so long after its first voiced sample.
    FirstPartial(Duration),
    /// A final was told, so long after its last voiced sample.
    Final {
        utterance: u64,
        after: Duration,
    },
    Resubmitted,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Done,
    Failed,
    Refused { retry_after: Duration },
}

#[derive(Debug, Clone, Copy)]
struct InFlight {
    number: u64,
    to: Does,
    started: bool,
    submitted: Moment,
}

#[derive(Debug)]
struct Speculation {
    job: InFlight,
    voice_end: Moment,
    done: bool,
}

#[derive(Debug)]
struct Open {
    utterance: u64,
    began: Moment,
    passes: u32,
    last_pass_end: Moment,
    partial: Option<InFlight>,
    speculation: Option<Speculation>,
    pausing: bool,
    shown: bool,
    cleaning: Cleaning,
}

impl Open {
    fn so_far(&self) -> SoFar {
        match (self.passes, self.shown) {
            (0, _) => SoFar::NoPass,
            (_, false) => SoFar::NoText,
            (_, true) => SoFar::Text,
        }
    }
}

#[derive(Debug)]
struct Closed {
    utterance: u64,
    began: Moment,
    voice_end: Moment,
    decode: Option<InFlight>,
    decoded: bool,
    cleaning: Cleaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cleaning {
    NotYet,
    Asked { number: u64 },
    Over,
}

#[derive(Debug)]
pub struct Person {
    pub owner: Owner,
    pub group: usize,
    high: bool,
    rules: SessionRules,
    chance: Chance,
    cadence: Cadence,
    level: Level,
    fast_stands_in: bool,
    open: Option<Open>,
    closed: VecDeque<Closed>,
    utterances: u64,
    jobs: u64,
    plans: u64,
    /// Finals that were told, of utterances up to this one.
    pub told: u64,
}

impl Person {
    pub fn new(
        owner: Owner,
        group: usize,
        high: bool,
        rules: SessionRules,
        cadence: CadenceLimits,
        chance: Chance,
    ) -> Self {
        Self {
            owner,
            group,
            high,
            rules,
            chance,
            cadence: Cadence::new(cadence),
            level: Level::Full,
            fast_stands_in: false,
            open: None,
            closed: VecDeque::new(),
            utterances: 0,
            jobs: 0,
            plans: 0,
            told: 0,
        }
    }

    /// Utterances begun.
    pub fn utterances(&self) -> u64 {
        self.utterances
    }

    pub fn is_settled(&self) -> bool {
        self.open.is_none() && self.closed.is_empty()
    }

    /// Whether this is a change, which the client is told.
    pub fn follow(&mut self, service: Service) -> bool {
        self.fast_stands_in = service.fast_stands_in;
        let level = service.level.for_session();
        std::mem::replace(&mut self.level, level) != level
    }

    pub fn factor(&mut self, sigma: f64) -> f64 {
        self.chance.factor(sigma)
    }

    /// Begins to speak; returns when the next utterance would begin.
    pub fn speak(&mut self, speech: &Speech, now: Moment, wishes: &mut Vec<Wish>) -> Moment {
        let (eager, pause) = (ms(self.rules.eager_ms), ms(self.rules.pause_ms));
        let (spoken, silence): (Spoken, _) = self.chance.says(speech, pause);
        self.utterances += 1;
        let utterance = self.utterances;
        for (begins, ends) in spoken.gaps.iter().filter(|(begins, ends)| *ends - *begins >= eager) {
            let voice_end = now + *begins;
            wishes.push(Wish::At(voice_end + eager, Turn::PauseBegan { utterance, voice_end }));
            wishes.push(Wish::At(now + *ends, Turn::Resumed { utterance }));
        }
        let voice_end = now + spoken.end;
        wishes.push(Wish::At(voice_end + eager, Turn::PauseBegan { utterance, voice_end }));
        wishes.push(Wish::At(voice_end + pause, Turn::Ended { utterance, voice_end }));
        self.open = Some(Open {
            utterance,
            began: now,
            passes: 0,
            last_pass_end: now,
            partial: None,
            speculation: None,
            pausing: false,
            shown: false,
            cleaning: Cleaning::NotYet,
        });
        self.plan_partial(now, wishes);
        voice_end + silence.max(pause + ms(100))
    }

    pub fn turn(&mut self, turn: Turn, now: Moment, wishes: &mut Vec<Wish>) {
        match turn {
            Turn::Partial { plan } if plan == self.plans => self.partial_if_due(now, wishes),
            // The world lets people speak; a plan that was changed is none.
            Turn::Speak | Turn::Partial { .. } => {}
            Turn::PauseBegan { utterance, voice_end } => self.speculate(utterance, voice_end, now, wishes),
            Turn::Resumed { utterance } => self.go_on(utterance, now, wishes),
            Turn::Ended { utterance, voice_end } => self.end(utterance, voice_end, now, wishes),
            Turn::Again { utterance } => self.again(utterance, now, wishes),
            Turn::CleanDue { utterance } => self.clean_due(utterance, wishes),
        }
        self.settle(now, wishes);
    }

    pub fn started(&mut self, number: u64) {
        if let Some(job) = self.job_mut(number) {
            job.started = true;
        }
    }

    pub fn ended(&mut self, number: u64, answer: Answer, now: Moment, wishes: &mut Vec<Wish>) {
        let open = self.open.as_ref();
        if open.and_then(|open| open.partial).is_some_and(|job| job.number == number) {
            self.partial_ended(answer, now, wishes);
        } else if open.and_then(|open| open.speculation.as_ref()).is_some_and(|s| s.job.number == number) {
            self.speculation_ended(answer, now, wishes);
        } else if self.cleaning_mut(number).is_some_and(|cleaning| {
            *cleaning = Cleaning::Over;
            true
        }) {
        } else if let Some(at) = self.closed.iter().position(|c| c.decode.is_some_and(|job| job.number == number)) {
            self.final_ended(at, answer, now, wishes);
        }
        self.settle(now, wishes);
    }

    fn job_mut(&mut self, number: u64) -> Option<&mut InFlight> {
        let (partial, speculation) = match &mut self.open {
            Some(open) => (open.partial.as_mut(), open.speculation.as_mut().map(|s| &mut s.job)),
            None => (None, None),
        };
        let decodes = self.closed.iter_mut().filter_map(|closed| closed.decode.as_mut());
        partial.into_iter().chain(speculation).chain(decodes).find(|job| job.number == number)
    }

    fn cleaning_mut(&mut self, number: u64) -> Option<&mut Cleaning> {
        let open = self.open.as_mut().map(|open| &mut open.cleaning);
        let closed = self.closed.iter_mut().map(|closed| &mut closed.cleaning);
        open.into_iter().chain(closed).find(|cleaning| **cleaning == Cleaning::Asked { number })
    }

    fn plan_partial(&mut self, now: Moment, wishes: &mut Vec<Wish>) {
        let Some(open) = &self.open else { return };
        self.plans += 1;
        let since = if open.passes == 0 { open.began } else { open.last_pass_end };
        let due = since + ms(u64::from(self.cadence.interval_ms(open.so_far(), self.level)));
        wishes.push(Wish::At(due.max(now + ms(20)), Turn::Partial { plan: self.plans }));
    }

    fn partial_if_due(&mut self, now: Moment, wishes: &mut Vec<Wish>) {
        let Some(open) = &self.open else { return };
        let running = open.partial.is_some_and(|job| job.started);
        if open.pausing || open.speculation.is_some() || running {
            // Planned again when that is over.
            return;
        }
        if self.level.gives_partials() {
            let replaces = open.partial.map(|job| job.number);
            let sound = now.since(open.began) + ms(self.rules.pre_roll_ms);
            let job = self.submit(Purpose::Partial, sound, replaces, now, wishes);
            if let Some(open) = &mut self.open {
                open.passes += 1;
                open.last_pass_end = now;
                open.partial = Some(job);
            }
        }
        self.plan_partial(now, wishes);
    }

    fn submit(
        &mut self,
        purpose: Purpose,
        sound: Duration,
        replaces: Option<u64>,
        now: Moment,
        wishes: &mut Vec<Wish>,
    ) -> InFlight {
        self.jobs += 1;
        let to = if self.high && !self.fast_stands_in { Does::High } else { Does::Normal };
        let (class, patience) = match purpose {
            Purpose::Partial => (Class::LivePartial, self.rules.partial_deadline_ms),
            Purpose::Final => (Class::LiveFinal, self.rules.final_deadline_ms),
        };
        let tight = purpose == Purpose::Partial && self.level.partials_context() == engine::asr::ContextSize::Tight;
        let work = SimulatedWork { purpose, sound_ms: sound.as_millis() as u64, tight, factor: 1.0 };
        wishes.push(Wish::Submit { number: self.jobs, to, class, deadline: now + ms(patience), work, replaces });
        InFlight { number: self.jobs, to, started: false, submitted: now }
    }

    fn speculate(&mut self, utterance: u64, voice_end: Moment, now: Moment, wishes: &mut Vec<Wish>) {
        let Some(open) = self.open.as_mut().filter(|open| open.utterance == utterance) else { return };
        open.pausing = true;
        let began = open.began;
        if let Some(job) = open.partial.take() {
            wishes.push(Wish::Cancel { number: job.number, from: job.to });
        }
        self.drop_speculation(wishes);
        let sound = voice_end.since(began) + ms(self.rules.pre_roll_ms);
        let job = self.submit(Purpose::Final, sound, None, now, wishes);
        if let Some(open) = &mut self.open {
            open.speculation = Some(Speculation { job, voice_end, done: false });
        }
    }

    fn go_on(&mut self, utterance: u64, now: Moment, wishes: &mut Vec<Wish>) {
        let Some(open) = self.open.as_mut().filter(|open| open.utterance == utterance) else { return };
        open.pausing = false;
        if open.speculation.as_ref().is_some_and(|s| s.done || !s.job.started) {
            self.drop_speculation(wishes);
        }
        self.plan_partial(now, wishes);
    }

    fn partial_ended(&mut self, answer: Answer, now: Moment, wishes: &mut Vec<Wish>) {
        let Some(job) = self.open.as_mut().and_then(|open| open.partial.take()) else { return };
        self.cadence.took(now.since(job.submitted));
        match answer {
            Answer::Done => self.show(now, wishes),
            Answer::Refused { retry_after } => self.cadence.took(retry_after),
            Answer::Failed => {}
        }
        self.plan_partial(now, wishes);
    }

    fn show(&mut self, now: Moment, wishes: &mut Vec<Wish>) {
        if let Some(open) = self.open.as_mut().filter(|open| !open.shown) {
            open.shown = true;
            wishes.push(Wish::FirstPartial(now.since(open.began)));
        }
    }

    fn speculation_ended(&mut self, answer: Answer, now: Moment, wishes: &mut Vec<Wish>) {
        let Some(open) = &mut self.open else { return };
        if answer != Answer::Done {
            // The final will be asked for when the pause is confirmed.
            open.speculation = None;
            return;
        }
        if let Some(speculation) = &mut open.speculation {
            speculation.done = true;
        }
        let (pausing, utterance) = (open.pausing, open.utterance);
        let sound = now.since(open.began);
        self.show(now, wishes);
        if pausing {
            let cleaning = self.begin_cleaning(utterance, sound, now, wishes);
            if let Some(open) = &mut self.open {
                open.cleaning = cleaning;
            }
        } else {
            if let Some(open) = &mut self.open {
                open.speculation = None;
            }
            self.plan_partial(now, wishes);
        }
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
