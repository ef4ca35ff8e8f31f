//! From the end of an utterance to its final: the decode, the clean-up, the order of telling.

use std::time::Duration;

use actors::job::Class;
use actors::moment::Moment;

use super::{Answer, Cleaning, Closed, Person, Turn, Wish, ms};
use crate::machine::{Purpose, SimulatedWork};
use crate::scenario::Does;

impl Person {
    pub(super) fn drop_speculation(&mut self, wishes: &mut Vec<Wish>) {
        let Some(open) = &mut self.open else { return };
        let Some(speculation) = open.speculation.take() else { return };
        if !speculation.done {
            wishes.push(Wish::Cancel { number: speculation.job.number, from: speculation.job.to });
        }
        if let Cleaning::Asked { number } = std::mem::replace(&mut open.cleaning, Cleaning::NotYet) {
            wishes.push(Wish::Cancel { number, from: Does::Clean });
        }
    }

    pub(super) fn end(&mut self, utterance: u64, voice_end: Moment, now: Moment, wishes: &mut Vec<Wish>) {
        let Some(open) = self.open.take_if(|open| open.utterance == utterance) else { return };
        if let Some(job) = open.partial {
            wishes.push(Wish::Cancel { number: job.number, from: job.to });
        }
        let in_time = open.speculation.as_ref().filter(|s| s.voice_end == voice_end);
        let mut closed = Closed {
            utterance,
            began: open.began,
            voice_end,
            decode: in_time.filter(|s| !s.done).map(|s| s.job),
            decoded: in_time.is_some_and(|s| s.done),
            cleaning: open.cleaning,
        };
        if in_time.is_none() {
            let sound = voice_end.since(open.began) + ms(self.rules.pre_roll_ms);
            closed.decode = Some(self.submit(Purpose::Final, sound, None, now, wishes));
        }
        self.closed.push_back(closed);
    }

    pub(super) fn final_ended(&mut self, at: usize, answer: Answer, now: Moment, wishes: &mut Vec<Wish>) {
        let closed = &mut self.closed[at];
        closed.decode = None;
        let utterance = closed.utterance;
        match answer {
            Answer::Done | Answer::Failed => closed.decoded = true,
            Answer::Refused { retry_after } => {
                wishes.push(Wish::Resubmitted);
                wishes.push(Wish::At(now + retry_after, Turn::Again { utterance }));
            }
        }
    }

    pub(super) fn again(&mut self, utterance: u64, now: Moment, wishes: &mut Vec<Wish>) {
        let waiting = |c: &Closed| c.utterance == utterance && !c.decoded && c.decode.is_none();
        let Some(at) = self.closed.iter().position(waiting) else { return };
        let sound = self.closed[at].voice_end.since(self.closed[at].began) + ms(self.rules.pre_roll_ms);
        let job = self.submit(Purpose::Final, sound, None, now, wishes);
        self.closed[at].decode = Some(job);
    }

    pub(super) fn begin_cleaning(
        &mut self,
        utterance: u64,
        sound: Duration,
        now: Moment,
        wishes: &mut Vec<Wish>,
    ) -> Cleaning {
        let asks = self.chance.is(self.rules.clean_share);
        if !asks || self.level.cleans_by_rules() {
            return Cleaning::Over;
        }
        self.jobs += 1;
        let number = self.jobs;
        let due = now + ms(self.rules.clean_deadline_ms);
        let work =
            SimulatedWork { purpose: Purpose::Final, sound_ms: sound.as_millis() as u64, tight: false, factor: 1.0 };
        let class = Class::LiveFinal;
        wishes.push(Wish::Submit { number, to: Does::Clean, class, deadline: due, work, replaces: None });
        wishes.push(Wish::At(due, Turn::CleanDue { utterance }));
        Cleaning::Asked { number }
    }

    pub(super) fn clean_due(&mut self, utterance: u64, wishes: &mut Vec<Wish>) {
        let open = self.open.as_mut().filter(|o| o.utterance == utterance).map(|o| &mut o.cleaning);
        let closed = self.closed.iter_mut().find(|c| c.utterance == utterance).map(|c| &mut c.cleaning);
        if let Some(cleaning) = open.or(closed)
            && let Cleaning::Asked { number } = *cleaning
        {
            *cleaning = Cleaning::Over;
            wishes.push(Wish::Cancel { number, from: Does::Clean });
        }
    }

    /// Tells finals in the order of speaking.
    pub(super) fn settle(&mut self, now: Moment, wishes: &mut Vec<Wish>) {
        for at in 0..self.closed.len() {
            let closed = &self.closed[at];
            if closed.decoded && closed.cleaning == Cleaning::NotYet {
                let (utterance, sound) = (closed.utterance, closed.voice_end.since(closed.began));
                self.closed[at].cleaning = self.begin_cleaning(utterance, sound, now, wishes);
            }
        }
        while let Some(closed) = self.closed.pop_front_if(|c| c.decoded && c.cleaning == Cleaning::Over) {
            wishes.push(Wish::Final { utterance: closed.utterance, after: now.since(closed.voice_end) });
        }
    }
}
