//! A person's session: the pure state (`state`) and the actor that carries out what it decides.
//!
//! A session outlives its connection: outputs go to whatever client is attached, finals are kept until they are
//! acknowledged, and a client that lost its connection attaches again with its token. Without a client for long enough
//! the recording is finished, its text recorded, and the session ends.

mod activity;
mod cadence;
pub(crate) mod cleaning;
mod finals;
mod hearing;
mod lead;
mod options;
mod output;
mod prompt;
mod sound;
mod state;
mod utterance;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use engine::language::Language;
use engine::text::instruction::EditInstruction;
use tokio::sync::watch;
use tracing::{debug, info};

pub use cadence::{Cadence, CadenceLimits, SoFar};
pub use cleaning::{CleanerLimits, TextOptions};
pub use hearing::hearing;
pub use options::{Mode, SessionOptions, Tier, Vocabulary, Wishes};
pub use output::{Activity, CleanedBy, Edited, Final, Notice, Partial, Problem, SessionOutput, SessionWord, Timings};
pub use state::SessionLimits;

use self::state::{SessionEffect, SessionState};
use crate::cache::{CacheKey, CleanCache};
use crate::ids::{JobId, Owner, SessionId, UtteranceId};
use crate::job::{Job, JobEvent, JobFailure, Work};
use crate::load::Steward;
use crate::moment::Clock;
use crate::recorder::Recorder;
use crate::registry::{Registry, Token};
use crate::scheduler::{Cancel, JobTold, Scheduler, Submit};

const TICK: Duration = Duration::from_millis(250);
/// Finals kept for a client that never acknowledges.
const MOST_UNACKNOWLEDGED: usize = 200;

/// The schedulers that a session's work goes to.
#[derive(Clone)]
pub struct Pools {
    pub normal: Addr<Scheduler>,
    pub high: Addr<Scheduler>,
    pub cleaner: Option<Cleaner>,
}

/// The language model of the dictation.
#[derive(Clone)]
pub struct Cleaner {
    pub scheduler: Addr<Scheduler>,
    pub cache: CleanCache,
}

/// Where a job goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Recogniser(Tier),
    Cleaner,
}

impl Pools {
    fn of(&self, target: Target) -> Option<&Addr<Scheduler>> {
        match target {
            Target::Recogniser(Tier::Normal) => Some(&self.normal),
            Target::Recogniser(Tier::High) => Some(&self.high),
            Target::Cleaner => self.cleaner.as_ref().map(|cleaner| &cleaner.scheduler),
        }
    }
}

/// What a session is made of.
pub struct SessionSetup {
    pub id: SessionId,
    pub token: Token,
    pub owner: Owner,
    pub limits: SessionLimits,
    pub options: SessionOptions,
    pub pools: Pools,
    pub recorder: Arc<dyn Recorder>,
    pub registry: Registry,
    pub clock: Clock,
    /// How long it waits for a client that lost its connection.
    pub linger: Duration,
    /// Knows how much service the load allows.
    pub steward: Steward,
}

pub struct Session {
    id: SessionId,
    owner: Owner,
    token: Token,
    state: SessionState,
    pools: Pools,
    recorder: Arc<dyn Recorder>,
    registry: Registry,
    clock: Clock,
    linger: Duration,
    steward: Steward,
    client: Option<Recipient<Told>>,
    /// Counts attachments, so that the end of an old connection does not detach a new one.
    attachment: u64,
    unacknowledged: VecDeque<Final>,
    /// Closed while too much sound waits: the client is read no further.
    reading: watch::Sender<bool>,
    leaving: bool,
    /// Replies that are worth keeping when they come, by their jobs.
    to_be_kept: HashMap<u64, CacheKey>,
    /// Runs only while somebody speaks: a thousand idle sessions have no clock to watch.
    ticking: Option<SpawnHandle>,
}

/// Something for the client.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Told(pub SessionOutput);

/// Sound as it came.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Sound<B: AsRef<[u8]> + Send + 'static> {
    pub bytes: B,
    pub offset: Option<u64>,
}

#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum Control {
    Wish(Box<Wishes>),
    Mark(String),
    Finish,
    Cancel,
    /// Nobody waits for any of it: what is said, waits or is worked on is forgotten.
    Abandon,
    /// Edit a selected text.
    Edit {
        id: String,
        instruction: EditInstruction,
        language: Option<Language>,
    },
    /// The client has this final and all before it.
    Acknowledge(u64),
}

/// Makes `client` the receiver of everything that follows.
#[derive(Message)]
#[rtype(result = "Attached")]
pub struct Attach {
    pub client: Recipient<Told>,
}

#[derive(Debug, MessageResponse)]
pub struct Attached {
    pub attachment: u64,
    pub received: u64,
    /// Finals that were told but not acknowledged.
    pub unacknowledged: Vec<Final>,
    /// False while the client should not be read.
    pub reading: watch::Receiver<bool>,
}

/// The connection of this attachment is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Detach {
    pub attachment: u64,
    /// The client said goodbye: it will not come back.
    pub for_good: bool,
}

impl Session {
    pub fn new(setup: SessionSetup) -> Self {
        let state = SessionState::new(setup.id, setup.owner.clone(), setup.limits, setup.options);
        Self {
            id: setup.id,
            owner: setup.owner,
            token: setup.token,
            state,
            pools: setup.pools,
            recorder: setup.recorder,
            registry: setup.registry,
            clock: setup.clock,
            linger: setup.linger,
            steward: setup.steward,
            client: None,
            attachment: 0,
            unacknowledged: VecDeque::new(),
            reading: watch::channel(true).0,
            leaving: false,
            to_be_kept: HashMap::new(),
            ticking: None,
        }
    }

    fn perform(&mut self, effects: Vec<SessionEffect>, ctx: &mut Context<Self>) {
        for effect in effects {
            match effect {
                SessionEffect::Submit { job, to, replaces } => self.submit(*job, to, replaces, ctx),
                SessionEffect::CancelJob { job, from } => {
                    self.to_be_kept.remove(&job.number);
                    if let Some(scheduler) = self.pools.of(from) {
                        scheduler.do_send(Cancel { job });
                    }
                }
                SessionEffect::LookAfter { utterance, after } => {
                    ctx.run_later(after, move |session, ctx| {
                        let effects = session.state.look_after(utterance, session.clock.now());
                        session.perform(effects, ctx);
                    });
                }
                SessionEffect::Tell(output) => self.tell(output),
                SessionEffect::KeepSound { utterance, sound } => self.recorder.keep_sound(self.id, utterance, sound),
                SessionEffect::ResubmitAfter { utterance, after } => {
                    ctx.run_later(after, move |session, ctx| session.resubmit(utterance, ctx));
                }
            }
        }
        let may_read = !self.state.is_far_behind();
        self.reading.send_if_modified(|reading| std::mem::replace(reading, may_read) != may_read);
        self.tick_while_speaking(ctx);
        if self.leaving && self.state.is_settled() {
            ctx.stop();
        }
    }

    /// Hands a job to its scheduler, unless its answer is known.
    fn submit(&mut self, job: Job, to: Target, replaces: Option<JobId>, ctx: &mut Context<Self>) {
        let id = job.id;
        if let (Work::Generate { request }, Some(cleaner)) = (&job.work, &self.pools.cleaner) {
            let key = CleanCache::key(request);
            if let Some(event) = key.and_then(|key| cleaner.cache.find(key)) {
                return ctx.notify(JobTold { job: id, event });
            }
            self.to_be_kept.extend(key.map(|key| (id.number, key)));
        }
        match self.pools.of(to) {
            Some(scheduler) => scheduler.do_send(Submit { job, replaces, listener: ctx.address().recipient() }),
            None => ctx.notify(JobTold { job: id, event: JobEvent::Ended(Err(JobFailure::Cancelled)) }),
        }
    }

    fn tick_while_speaking(&mut self, ctx: &mut Context<Self>) {
        match (self.state.is_speaking(), self.ticking) {
            (true, None) => {
                self.ticking = Some(ctx.run_interval(TICK, |session, ctx| {
                    let mut effects = session.state.follow(session.steward.service());
                    effects.extend(session.state.tick(session.clock.now()));
                    session.perform(effects, ctx);
                }));
            }
            (false, Some(handle)) => {
                ctx.cancel_future(handle);
                self.ticking = None;
            }
            _ => {}
        }
    }

    fn resubmit(&mut self, utterance: UtteranceId, ctx: &mut Context<Self>) {
        let effects = self.state.resubmit(utterance, self.clock.now());
        self.perform(effects, ctx);
    }

    fn tell(&mut self, output: SessionOutput) {
        if let SessionOutput::Final(told) = &output {
            self.recorder.record(told);
            if self.unacknowledged.len() == MOST_UNACKNOWLEDGED {
                self.unacknowledged.pop_front();
            }
            self.unacknowledged.push_back((**told).clone());
        }
        if let Some(client) = &self.client {
            client.do_send(Told(output));
        }
    }

    fn leave(&mut self, ctx: &mut Context<Self>) {
        self.leaving = true;
        let effects = self.state.finish(self.clock.now());
        self.perform(effects, ctx);
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.registry.enter(self.id, self.token.clone(), ctx.address());
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.registry.leave(self.id);
        debug!(session = %self.id, "session ended");
    }
}

impl<B: AsRef<[u8]> + Send + 'static> Handler<Sound<B>> for Session {
    type Result = ();

    fn handle(&mut self, Sound { bytes, offset }: Sound<B>, ctx: &mut Self::Context) {
        let mut effects = self.state.follow(self.steward.service());
        effects.extend(self.state.sound(bytes.as_ref(), offset, self.clock.now()));
        self.perform(effects, ctx);
    }
}

impl Handler<Control> for Session {
    type Result = ();

    fn handle(&mut self, control: Control, ctx: &mut Self::Context) {
        let now = self.clock.now();
        let effects = match control {
            Control::Wish(wishes) => self.state.wish(*wishes),
            Control::Mark(id) => self.state.mark(id, now),
            Control::Finish => self.state.finish(now),
            Control::Cancel => self.state.cancel(now),
            Control::Abandon => self.state.abandon(now),
            Control::Edit { id, instruction, language } => self.state.edit(id, instruction, language, now),
            Control::Acknowledge(utterance) => {
                self.unacknowledged.retain(|told| told.utterance.0 > utterance);
                return;
            }
        };
        self.perform(effects, ctx);
    }
}

impl Handler<JobTold> for Session {
    type Result = ();

    fn handle(&mut self, JobTold { job, event }: JobTold, ctx: &mut Self::Context) {
        if let JobEvent::Ended(result) = &event
            && let Some(key) = self.to_be_kept.remove(&job.number)
            && let (Ok(finished), Some(cleaner)) = (result, &self.pools.cleaner)
        {
            cleaner.cache.keep(key, &self.owner, finished);
        }
        let effects = self.state.job_event(job.number, event, self.clock.now());
        self.perform(effects, ctx);
    }
}

impl Handler<Attach> for Session {
    type Result = Attached;

    fn handle(&mut self, Attach { client }: Attach, _: &mut Self::Context) -> Attached {
        self.attachment += 1;
        if self.attachment > 1 {
            info!(session = %self.id, received = self.state.received(), "a client came back");
            self.state.expect_replay();
        }
        self.client = Some(client);
        self.leaving = false;
        Attached {
            attachment: self.attachment,
            received: self.state.received(),
            unacknowledged: self.unacknowledged.iter().cloned().collect(),
            reading: self.reading.subscribe(),
        }
    }
}

impl Handler<Detach> for Session {
    type Result = ();

    fn handle(&mut self, Detach { attachment, for_good }: Detach, ctx: &mut Self::Context) {
        if attachment != self.attachment {
            return;
        }
        self.client = None;
        if for_good {
            self.leave(ctx);
            return;
        }
        ctx.run_later(self.linger, move |session, ctx| {
            if session.client.is_none() && session.attachment == attachment {
                session.leave(ctx);
            }
        });
    }
}
