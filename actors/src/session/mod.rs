//! A person's session: the pure state (`state`) and the actor that carries out what it decides.
//!
//! A session outlives its connection: outputs go to whatever client is attached, finals are kept until they are
//! acknowledged, and a client that lost its connection attaches again with its token. Without a client for long enough
//! the recording is finished, its text recorded, and the session ends.

mod activity;
mod cadence;
mod finals;
mod options;
mod output;
mod prompt;
mod sound;
mod state;
mod utterance;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::watch;
use tracing::{debug, info};

pub use cadence::CadenceLimits;
pub use options::{Mode, SessionOptions, Tier, Wishes};
pub use output::{Activity, CleanedBy, Final, Notice, Partial, Problem, SessionOutput, SessionWord, Timings};
pub use state::SessionLimits;

use self::state::{SessionEffect, SessionState};
use crate::ids::{Owner, SessionId, UtteranceId};
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
}

impl Pools {
    fn of(&self, tier: Tier) -> &Addr<Scheduler> {
        match tier {
            Tier::Normal => &self.normal,
            Tier::High => &self.high,
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
}

pub struct Session {
    id: SessionId,
    token: Token,
    state: SessionState,
    pools: Pools,
    recorder: Arc<dyn Recorder>,
    registry: Registry,
    clock: Clock,
    linger: Duration,
    client: Option<Recipient<Told>>,
    /// Counts attachments, so that the end of an old connection does not detach a new one.
    attachment: u64,
    unacknowledged: VecDeque<Final>,
    /// Closed while too much sound waits: the client is read no further.
    reading: watch::Sender<bool>,
    leaving: bool,
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
        let state = SessionState::new(setup.id, setup.owner, setup.limits, setup.options);
        Self {
            id: setup.id,
            token: setup.token,
            state,
            pools: setup.pools,
            recorder: setup.recorder,
            registry: setup.registry,
            clock: setup.clock,
            linger: setup.linger,
            client: None,
            attachment: 0,
            unacknowledged: VecDeque::new(),
            reading: watch::channel(true).0,
            leaving: false,
            ticking: None,
        }
    }

    fn perform(&mut self, effects: Vec<SessionEffect>, ctx: &mut Context<Self>) {
        for effect in effects {
            match effect {
                SessionEffect::Submit { job, tier, replaces } => {
                    let listener = ctx.address().recipient();
                    self.pools.of(tier).do_send(Submit { job: *job, replaces, listener });
                }
                SessionEffect::CancelJob { job, tier } => self.pools.of(tier).do_send(Cancel { job }),
                SessionEffect::Tell(output) => self.tell(output),
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

    fn tick_while_speaking(&mut self, ctx: &mut Context<Self>) {
        match (self.state.is_speaking(), self.ticking) {
            (true, None) => {
                self.ticking = Some(ctx.run_interval(TICK, |session, ctx| {
                    let effects = session.state.tick(session.clock.now());
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
        let effects = self.state.sound(bytes.as_ref(), offset, self.clock.now());
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
