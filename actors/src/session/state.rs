//! Everything a session decides, as a pure state machine: sound and answers in, jobs and results out.
//!
//! **Promises**: each sample is taken once; every utterance that was told to have started gets exactly one final text
//! (or is cancelled by the user), in order; committed live text only grows; the sound of an utterance is kept until its
//! final is out; at the end a receipt accounts for every voiced millisecond.

mod abandon;
mod cleaning;
mod editing;
mod jobs;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use engine::agreement::{Agreement, AgreementOptions};
use engine::asr::{ModelFacts, Purpose};
use engine::audio::SampleRange;
use engine::language::LanguageTracker;
use engine::listener::Listener;
use engine::segmenter::{EndReason, ListenEvent};

use self::editing::Editing;
use super::Target;
use super::activity::ActivityTeller;
use super::cadence::{Cadence, CadenceLimits};
use super::cleaning::{CleanerLimits, Pace};
use super::finals::Finals;
use super::lead::Lead;
use super::options::{SessionOptions, Tier, Wishes};
use super::output::{Notice, Problem, SessionOutput};
use super::sound::SoundIn;
use super::utterance::{Ended, Outcome, Role, Speculation, Utterance};
use crate::ids::{JobId, Owner, SessionId, UtteranceId};
use crate::job::{Job, JobEvent};
use crate::load::{Level, Service};
use crate::metrics as names;
use crate::moment::Moment;

/// What holds for every session.
#[derive(Debug, Clone)]
pub struct SessionLimits {
    pub cadence: CadenceLimits,
    /// Sound at the end of a pass whose words may still change.
    pub unsettled_ms: u32,
    pub partial_deadline: Duration,
    pub final_deadline: Duration,
    /// Without sound for this long the open utterance is taken to be over.
    pub stall: Duration,
    /// The receiver is told how far sound is safe after so much of it.
    pub acknowledge_ms: u64,
    /// Sound that may wait for its final text before the client is read no further.
    pub most_waiting_ms: u64,
    /// Facts of the models of both tiers.
    pub normal: ModelFacts,
    pub high: ModelFacts,
    /// None: texts are cleaned by the rules alone.
    pub cleaner: Option<CleanerLimits>,
}

impl SessionLimits {
    fn facts(&self, tier: Tier) -> &ModelFacts {
        match tier {
            Tier::Normal => &self.normal,
            Tier::High => &self.high,
        }
    }
}

/// What the actor is to do.
#[derive(Debug)]
pub enum SessionEffect {
    Submit {
        job: Box<Job>,
        to: Target,
        replaces: Option<JobId>,
    },
    CancelJob {
        job: JobId,
        from: Target,
    },
    Tell(SessionOutput),
    /// For the recorder, before the final that it belongs to.
    KeepSound {
        utterance: UtteranceId,
        sound: Arc<[i16]>,
    },
    /// Give this utterance's final to the scheduler again after a while.
    ResubmitAfter {
        utterance: UtteranceId,
        after: Duration,
    },
    /// See after a while whether this utterance's clean-up is there.
    LookAfter {
        utterance: UtteranceId,
        after: Duration,
    },
}

pub struct SessionState {
    id: SessionId,
    owner: Owner,
    limits: SessionLimits,
    options: SessionOptions,
    sound: SoundIn,
    lead: Lead,
    listener: Listener,
    open: Option<Utterance>,
    /// Over, waiting for their finals; told in this order.
    closed: VecDeque<Utterance>,
    finals: Finals,
    tracker: LanguageTracker,
    cadence: Cadence,
    /// How long clean-ups take.
    pace: Pace,
    editing: Editing,
    activity: ActivityTeller,
    /// Answered once every utterance up to this one is settled.
    marks: VecDeque<(String, UtteranceId)>,
    finishing: bool,
    last_utterance: u64,
    last_job: u64,
    acknowledged: u64,
    last_sound: Moment,
    /// How much service the load allows.
    level: Level,
    /// The fast model does what the accurate one should.
    fast_stands_in: bool,
}

impl SessionState {
    pub fn new(id: SessionId, owner: Owner, limits: SessionLimits, options: SessionOptions) -> Self {
        let facts = limits.facts(options.tier);
        Self {
            id,
            sound: SoundIn::new(options.format, options.intake),
            lead: Lead::default(),
            listener: Listener::new(options.segmenter(facts)),
            open: None,
            closed: VecDeque::new(),
            finals: Finals::new(id, owner.clone()),
            tracker: LanguageTracker::new(options.languages.clone()),
            cadence: Cadence::new(limits.cadence),
            pace: Pace::default(),
            editing: Editing::default(),
            activity: ActivityTeller::default(),
            marks: VecDeque::new(),
            finishing: false,
            last_utterance: 0,
            last_job: 0,
            acknowledged: 0,
            last_sound: Moment::ZERO,
            level: Level::Full,
            fast_stands_in: false,
            owner,
            limits,
            options,
        }
    }

    /// Offset of the first frame that was not received yet.
    pub fn received(&self) -> u64 {
        self.sound.received()
    }

    /// An utterance is open.
    pub fn is_speaking(&self) -> bool {
        self.open.is_some()
    }

    /// Nothing is being said, waited for or worked on.
    pub fn is_settled(&self) -> bool {
        self.open.is_none() && self.closed.is_empty() && !self.finishing
    }

    /// Whether so much sound waits for its text that no more should be read from the client.
    pub fn is_far_behind(&self) -> bool {
        let waiting: u64 = self.closed.iter().filter_map(|u| u.ended.as_ref()).map(|e| u64::from(e.range.ms())).sum();
        waiting > self.limits.most_waiting_ms
    }

    /// The client comes back on a new connection and may repeat what the server has.
    pub fn expect_replay(&mut self) {
        self.sound.expect_replay();
    }

    pub fn wish(&mut self, wishes: Wishes) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        let vocabulary = wishes.vocabulary.as_ref().unwrap_or(&self.options.vocabulary);
        if let Some(given) = wishes.style.clone().filter(|style| vocabulary.styles.get(style).is_none()) {
            let known = vocabulary.styles.names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            effects.push(SessionEffect::Tell(SessionOutput::Problem(Problem::UnknownStyle { given, known })));
            return effects;
        }
        let mut wished = self.options.clone();
        wished.take(wishes);
        if let Err(problem) = self.sound.configure(wished.format, wished.intake) {
            wished.format = self.sound.format();
            effects.push(SessionEffect::Tell(SessionOutput::Problem(problem)));
        }
        if wished.intake != self.options.intake && self.sound.received() > 0 {
            wished.intake = self.options.intake;
            let what = String::from("noise suppression and gain are settled by the first sound");
            effects.push(SessionEffect::Tell(SessionOutput::Notice(Notice::SettingIgnored { what })));
        }
        if wished.languages != self.options.languages {
            self.tracker = LanguageTracker::new(wished.languages.clone());
        }
        self.listener.set_options(wished.segmenter(self.limits.facts(wished.tier)));
        self.options = wished;
        effects
    }

    /// A chunk of sound as the client sent it.
    pub fn sound(&mut self, bytes: &[u8], offset: Option<u64>, now: Moment) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        self.last_sound = now;
        let (samples, problem) = self.sound.take(bytes, offset, now);
        self.lead.note(samples.len() as u64 / 16, now);
        let events = self.listener.push(samples);
        if let Some(problem) = problem {
            effects.push(SessionEffect::Tell(SessionOutput::Problem(problem)));
            // The client must know from where to go on.
            effects.push(SessionEffect::Tell(SessionOutput::Received { offset: self.sound.received() }));
        }
        self.heard(events, now, &mut effects);
        self.partial_if_due(now, &mut effects);
        self.acknowledge(&mut effects);
        self.settle(now, &mut effects);
        effects
    }

    pub fn mark(&mut self, id: String, now: Moment) -> Vec<SessionEffect> {
        self.marks.push_back((id, UtteranceId(self.last_utterance)));
        let mut effects = Vec::new();
        self.settle(now, &mut effects);
        effects
    }

    /// The recording is over. Results follow, then `Done`.
    pub fn finish(&mut self, now: Moment) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        let mut events = self.listener.push(self.sound.flush());
        events.extend(self.listener.finish());
        self.finishing = true;
        self.heard(events, now, &mut effects);
        self.acknowledge_all(&mut effects);
        self.settle(now, &mut effects);
        effects
    }

    /// Forget what is being said.
    pub fn cancel(&mut self, now: Moment) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        let events = self.listener.cancel();
        self.heard(events, now, &mut effects);
        self.settle(now, &mut effects);
        effects
    }

    /// To be called a few times a second.
    pub fn tick(&mut self, now: Moment) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        // A client that is not read cannot go on speaking.
        if self.open.is_some() && !self.is_far_behind() && now.since(self.last_sound) > self.limits.stall {
            let events = self.listener.finish();
            self.heard(events, now, &mut effects);
            self.acknowledge_all(&mut effects);
            self.settle(now, &mut effects);
        }
        effects
    }

    pub fn job_event(&mut self, number: u64, event: JobEvent, now: Moment) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        if self.editing.owns(number) {
            self.editing_told(number, event, &mut effects);
            return effects;
        }
        let Some(utterance) = self.utterance_of(number) else {
            return effects;
        };
        let role = utterance.role_of(number).expect("it is one of its jobs");
        match event {
            JobEvent::Ended(result) if role == Role::Cleaning => self.cleaning_ended(number, result, now),
            // Its text comes by its deadline whatever happens.
            _ if role == Role::Cleaning => {}
            JobEvent::Piece(_) => {}
            JobEvent::Queued { position, expected_wait } => {
                if role == Role::Final {
                    effects.push(self.activity.queued(position, expected_wait));
                }
            }
            JobEvent::Started => {
                utterance.job_mut(number).expect("it is one of its jobs").started = true;
                if role == Role::Final {
                    effects.extend(self.activity.started());
                }
            }
            JobEvent::Retrying => {
                utterance.job_mut(number).expect("it is one of its jobs").started = false;
                effects.push(SessionEffect::Tell(SessionOutput::Notice(Notice::Retrying)));
            }
            JobEvent::Ended(result) => self.job_ended(number, role, result, now, &mut effects),
        }
        self.settle(now, &mut effects);
        effects
    }

    /// The load allows more or less service than before; the client is told of each change once.
    pub fn follow(&mut self, service: Service) -> Vec<SessionEffect> {
        self.fast_stands_in = service.fast_stands_in;
        let level = service.level.for_session();
        if level == std::mem::replace(&mut self.level, level) {
            return Vec::new();
        }
        let notice = if level == Level::Full { Notice::Restored } else { Notice::Degraded { level } };
        vec![SessionEffect::Tell(SessionOutput::Notice(notice))]
    }

    /// Gives the final of an utterance to the scheduler once more, after it was refused.
    pub fn resubmit(&mut self, utterance: UtteranceId, now: Moment) -> Vec<SessionEffect> {
        let mut effects = Vec::new();
        let at = self.closed.iter().position(|u| u.id == utterance && !u.is_decoded());
        if let Some(at) = at {
            self.submit_final(at, now, &mut effects);
        }
        effects
    }

    fn utterance_of(&mut self, number: u64) -> Option<&mut Utterance> {
        self.open.iter_mut().chain(&mut self.closed).find(|u| u.role_of(number).is_some())
    }

    fn heard(&mut self, events: Vec<ListenEvent>, now: Moment, effects: &mut Vec<SessionEffect>) {
        for event in events {
            match event {
                ListenEvent::SpeechStarted { at, .. } => self.begin(at, effects),
                ListenEvent::PauseBegan { range, .. } => self.speculate(range, now, effects),
                ListenEvent::SpeechResumed { .. } => self.go_on(effects),
                ListenEvent::UtteranceEnded { range, speech_end, voiced_ms, reason } => {
                    self.end(
                        Ended { range, speech_end, voiced_ms, reason, final_job: None, outcome: None },
                        now,
                        effects,
                    );
                }
            }
        }
    }

    fn begin(&mut self, at: u64, effects: &mut Vec<SessionEffect>) {
        self.last_utterance += 1;
        let id = UtteranceId(self.last_utterance);
        self.open = Some(Utterance::new(
            id,
            at,
            Agreement::new(AgreementOptions { safe_distance_ms: self.limits.unsettled_ms }),
        ));
        effects.push(SessionEffect::Tell(SessionOutput::SpeechStarted { utterance: id, at_ms: at / 16 }));
    }

    /// A pause began: if it lasts, this decode is the final and will be there already.
    fn speculate(&mut self, range: SampleRange, now: Moment, effects: &mut Vec<SessionEffect>) {
        let Some(mut utterance) = self.open.take() else { return };
        utterance.pausing = true;
        // With sound that comes faster than speech it is known at once whether the pause lasts.
        if !self.lead.is_ahead() {
            self.drop_partial(&mut utterance, effects);
            self.drop_speculation(&mut utterance, effects);
            let job = self.submit(&utterance, range, Purpose::Final, now, None, effects);
            utterance.speculation = Some(Speculation { job, result: None });
        }
        self.open = Some(utterance);
    }

    /// The pause was inside the utterance: what is decoded already serves as live text, what waits is not needed.
    fn go_on(&mut self, effects: &mut Vec<SessionEffect>) {
        let Some(mut utterance) = self.open.take() else { return };
        utterance.pausing = false;
        if utterance.speculation.as_ref().is_some_and(|s| s.result.is_some() || !s.job.started) {
            self.drop_speculation(&mut utterance, effects);
        }
        self.open = Some(utterance);
    }

    fn end(&mut self, ended: Ended, now: Moment, effects: &mut Vec<SessionEffect>) {
        let Some(mut utterance) = self.open.take() else { return };
        self.drop_partial(&mut utterance, effects);
        let cancelled = ended.reason == EndReason::Cancel;
        let (range, at_ms) = (ended.range, ended.speech_end / 16);
        utterance.ended = Some(ended);
        if cancelled {
            self.drop_speculation(&mut utterance, effects);
            self.finals.cancelled(self.listener.voiced_ranges(range));
            return;
        }
        effects.push(SessionEffect::Tell(SessionOutput::SpeechStopped { utterance: utterance.id, at_ms }));
        self.finals.spoken(self.listener.voiced_ranges(range));
        let in_time = utterance.speculation.take_if(|s| s.job.range == range);
        self.drop_speculation(&mut utterance, effects);
        let ended = utterance.ended.as_mut().expect("set above");
        match in_time {
            Some(Speculation { result: Some(decoded), .. }) => {
                metrics::counter!(names::SPECULATIONS, "result" => "used").increment(1);
                ended.outcome = Some(Outcome::Decoded(Box::new(decoded)));
            }
            Some(Speculation { job, result: None }) => ended.final_job = Some(job),
            None if ended.voiced_ms == 0 => ended.outcome = Some(Outcome::NoSpeech),
            None => {}
        }
        let needs_job = ended.outcome.is_none() && ended.final_job.is_none();
        self.closed.push_back(utterance);
        if needs_job {
            self.submit_final(self.closed.len() - 1, now, effects);
        }
    }

    fn acknowledge(&mut self, effects: &mut Vec<SessionEffect>) {
        let step = self.limits.acknowledge_ms * u64::from(self.options.format.sample_rate()) / 1000;
        if self.sound.received() >= self.acknowledged + step {
            self.acknowledge_all(effects);
        }
    }

    fn acknowledge_all(&mut self, effects: &mut Vec<SessionEffect>) {
        if self.sound.received() > self.acknowledged {
            self.acknowledged = self.sound.received();
            effects.push(SessionEffect::Tell(SessionOutput::Received { offset: self.acknowledged }));
        }
    }

    /// Tells what is settled, in order: finals, marks, the end of the recording, the state.
    fn settle(&mut self, now: Moment, effects: &mut Vec<SessionEffect>) {
        self.clean_closed(now, effects);
        while self.closed.front().is_some_and(Utterance::is_settled) {
            let utterance = self.closed.pop_front().expect("it is there");
            let ended = utterance.ended.as_ref().expect("closed ones have ended");
            let (range, age) = (ended.range, self.sound.age(ended.speech_end, now));
            if self.options.keep_sound
                && utterance.has_words()
                && let Some(sound) = self.listener.audio(range)
            {
                effects.push(SessionEffect::KeepSound { utterance: utterance.id, sound });
            }
            if let Some(told) = self.finals.settle(utterance, &self.options, &mut self.tracker, age) {
                effects.push(SessionEffect::Tell(SessionOutput::Final(Box::new(told))));
            }
            self.listener.release_utterance(range);
        }
        let waiting_for = self.closed.front().or(self.open.as_ref()).map(|u| u.id);
        while self.marks.front().is_some_and(|(_, last)| waiting_for.is_none_or(|first| *last < first)) {
            let (id, _) = self.marks.pop_front().expect("it is there");
            effects.push(SessionEffect::Tell(SessionOutput::Marked { id }));
        }
        if self.finishing && self.closed.is_empty() && self.open.is_none() {
            self.finishing = false;
            if let Some(whole) =
                self.finals.whole_recording(&self.options, self.sound.age(self.listener.position(), now))
            {
                effects.push(SessionEffect::Tell(SessionOutput::Final(Box::new(whole))));
            }
            let done = SessionOutput::Done { receipt: self.finals.receipt(), audio_ms: self.listener.position() / 16 };
            effects.push(SessionEffect::Tell(done));
        }
        let decoding = self.closed.iter().any(|utterance| !utterance.is_decoded());
        effects.extend(self.activity.now(decoding, !self.closed.is_empty(), self.open.is_some()));
    }

    fn job_id(&self, number: u64) -> JobId {
        JobId { session: self.id, number }
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
