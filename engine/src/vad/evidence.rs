//! Is what the detector hears a voice? A running sum of evidence, and the decision per frame.

use super::{Clues, LONGEST_ONSET_FRAMES};

/// Weights of a logistic model of "voice, not tones or noise" over the clues averaged with `KEEP` per frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    pub log_flux: f32,
    pub sameness: f32,
    pub steadiness: f32,
    pub score: f32,
    pub log_swing: f32,
    pub peakiness: f32,
    pub bias: f32,
}

/// Fitted to 298 spoken recordings (synthetic and human; clean, faint, in noise, over the telephone) against 674 sounds
/// of tones, music and noise. Two of those are still believed: an arpeggio of 100 ms notes, and drums at full scale.
/// Of the frames that carry speech 1.4 % are missed (most of them as faint as the noise around them); speech is
/// believed after 160 ms in the middle, 400 ms in the worst tenth.
pub(super) const WEIGHTS: Weights = Weights {
    log_flux: 11.2,
    sameness: -9.92,
    steadiness: -20.57,
    score: 3.15,
    log_swing: 4.81,
    peakiness: -17.12,
    bias: -0.42,
};

/// Share of the evidence that lives on to the next heard frame (25 frames, 0.4 s, of memory).
pub(super) const KEEP: f32 = 0.96;
/// The same for a frame in which nothing is heard.
const KEEP_IDLE: f32 = 0.97;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Silence,
    /// May become speech: counts as speech from `Speech { since }` on once that comes.
    Onset,
    Speech,
    /// The end of a word dying away: counts as speech, but the pause has begun.
    Tail,
}

/// Thresholds of the gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GateOptions {
    /// Neural score at which a frame is heard.
    pub enter: f32,
    /// Score down to which it goes on being heard.
    pub leave: f32,
    /// How far a frame must stand above the noise floor.
    pub above_floor_db: f32,
    /// Heard frames before speech is believed.
    pub least_run: u32,
    /// Evidence at which speech is believed, at which it is while the noise floor is not known yet (the first half
    /// second, in which noise is as sudden as speech), and at which belief is withdrawn.
    pub believe: f32,
    pub believe_at_first: f32,
    pub withdraw: f32,
    /// Frames after the last heard one that still count as speech.
    pub tail: u32,
    /// Frames without anything heard that end an onset (the closure of a stop consonant does not).
    pub onset_gap: u32,
    /// Evidence that is enough for an onset at the very end of the sound.
    pub believe_at_end: f32,
    /// Most frames between the first heard frame and the belief that still count as speech.
    pub longest_onset: u32,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self {
            enter: 0.5,
            leave: 0.35,
            above_floor_db: 3.0,
            least_run: 5,
            believe: 2.0,
            believe_at_first: 3.0,
            withdraw: -3.0,
            tail: 4,
            onset_gap: 8,
            believe_at_end: 0.3,
            longest_onset: LONGEST_ONSET_FRAMES,
        }
    }
}

/// One frame as the gate sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub score: f32,
    pub level_db: f32,
    pub floor_db: Option<f32>,
    pub clues: Clues,
}

/// Hysteresis over frames.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    options: GateOptions,
    evidence: f32,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Silence,
    /// `age` frames since the first heard one, `run` of them heard, `gap` not heard at the end.
    Onset {
        age: u32,
        run: u32,
        gap: u32,
    },
    /// `gap` frames since the last heard one.
    Speech {
        gap: u32,
    },
}

impl Gate {
    pub(super) fn new(options: GateOptions) -> Self {
        Self { options, evidence: 0.0, state: State::Silence }
    }

    /// Decides one frame. With `Speech`, the second value says how many frames before this one, all of them `Onset`
    /// until now, are speech as well.
    pub(super) fn decide(&mut self, heard: Heard) -> (Decision, u32) {
        let audible = self.audible(heard);
        if audible {
            self.evidence = (self.evidence * KEEP + contribution(heard)).clamp(-8.0, 8.0);
        } else {
            self.evidence *= KEEP_IDLE;
        }
        match self.state {
            State::Silence if audible => self.begin(),
            State::Silence => (Decision::Silence, 0),
            State::Onset { age, run, gap } => {
                let enough =
                    if heard.floor_db.is_some() { self.options.believe } else { self.options.believe_at_first };
                self.go_on(audible, enough, age, run, gap)
            }
            State::Speech { .. } if audible && self.evidence < self.options.withdraw => {
                self.state = State::Onset { age: 0, run: 1, gap: 0 };
                (Decision::Onset, 0)
            }
            State::Speech { .. } if audible => {
                self.state = State::Speech { gap: 0 };
                (Decision::Speech, 0)
            }
            State::Speech { gap } if gap < self.options.tail => {
                self.state = State::Speech { gap: gap + 1 };
                (Decision::Tail, 0)
            }
            State::Speech { .. } => {
                self.state = State::Silence;
                (Decision::Silence, 0)
            }
        }
    }

    /// The sound is over: a short word right at the end need not be proved as thoroughly. Gives how many of the last
    /// frames belong to it, first and last (counted backwards, 0 = the last frame), and closes the gate.
    pub(super) fn settle(&mut self) -> Option<(u32, u32)> {
        let before = std::mem::replace(&mut self.state, State::Silence);
        let believed = self.evidence > self.options.believe_at_end;
        self.evidence = 0.0;
        match before {
            State::Onset { age, run, gap } if run >= self.options.least_run && believed => {
                Some((age.min(self.options.longest_onset), gap))
            }
            _ => None,
        }
    }

    pub(super) fn evidence(&self) -> f32 {
        self.evidence
    }

    fn audible(&self, heard: Heard) -> bool {
        let threshold = if self.state == State::Silence { self.options.enter } else { self.options.leave };
        let over_floor = heard.floor_db.is_none_or(|floor| heard.level_db > floor + self.options.above_floor_db);
        heard.score >= threshold && over_floor && heard.level_db > QUIETEST_DB
    }

    fn begin(&mut self) -> (Decision, u32) {
        self.state = State::Onset { age: 0, run: 1, gap: 0 };
        (Decision::Onset, 0)
    }

    fn go_on(&mut self, audible: bool, enough: f32, age: u32, run: u32, gap: u32) -> (Decision, u32) {
        let age = age + 1;
        if !audible {
            if gap >= self.options.onset_gap {
                self.state = State::Silence;
                return (Decision::Silence, 0);
            }
            self.state = State::Onset { age, run, gap: gap + 1 };
            return (Decision::Onset, 0);
        }
        let run = run + 1;
        if run >= self.options.least_run && self.evidence > enough {
            self.state = State::Speech { gap: 0 };
            return (Decision::Speech, age.min(self.options.longest_onset));
        }
        self.state = State::Onset { age, run, gap: 0 };
        (Decision::Onset, 0)
    }
}

/// Below this there is nothing but quantisation noise.
const QUIETEST_DB: f32 = -75.0;

/// How much one heard frame speaks for a voice. Each clue is bounded: no single frame (a note's attack) decides, and
/// the more noise-like does not mean the more voice-like.
fn contribution(heard: Heard) -> f32 {
    let score = heard.score.clamp(0.01, 0.99);
    let sum = WEIGHTS.log_flux * (heard.clues.shape_flux_db.min(4.0) + 0.3).ln()
        + WEIGHTS.sameness * heard.clues.sameness.max(0.3)
        + WEIGHTS.steadiness * heard.clues.steadiness
        + WEIGHTS.score * (score / (1.0 - score)).ln()
        + WEIGHTS.log_swing * (heard.clues.balance_swing_db.min(20.0) + 1.0).ln()
        + WEIGHTS.peakiness * heard.clues.peakiness.max(0.4)
        + WEIGHTS.bias;
    sum * (1.0 - KEEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOICE: Clues =
        Clues { shape_flux_db: 3.5, sameness: 0.4, steadiness: 0.1, balance_swing_db: 8.0, peakiness: 0.45 };
    const NOTE: Clues =
        Clues { shape_flux_db: 0.4, sameness: 0.95, steadiness: 0.9, balance_swing_db: 0.5, peakiness: 0.6 };

    fn decide(gate: &mut Gate, score: f32, clues: Clues) -> (Decision, u32) {
        gate.decide(Heard { score, level_db: -20.0, floor_db: Some(-60.0), clues })
    }

    fn run(gate: &mut Gate, frames: usize, score: f32, clues: Clues) -> Vec<Decision> {
        (0..frames).map(|_| decide(gate, score, clues).0).collect()
    }

    #[test]
    fn a_voice_is_believed_within_200_ms_and_counts_from_its_first_frame() {
        let mut gate = Gate::new(GateOptions::default());
        let believed = (0..20).map(|_| decide(&mut gate, 0.9, VOICE)).position(|(what, _)| what == Decision::Speech);
        assert!(believed.is_some_and(|at| at <= 12), "{believed:?}");
        let mut gate = Gate::new(GateOptions::default());
        let back = (0..20).map(|_| decide(&mut gate, 0.9, VOICE)).find(|(what, _)| *what == Decision::Speech).unwrap();
        assert_eq!(back.1 as usize, believed.unwrap());
    }

    #[test]
    fn notes_are_never_believed_whatever_the_score_says() {
        let mut gate = Gate::new(GateOptions::default());
        assert!(run(&mut gate, 4_000, 0.95, NOTE).iter().all(|what| *what == Decision::Onset));
    }

    #[test]
    fn a_click_is_not_speech() {
        let mut gate = Gate::new(GateOptions::default());
        run(&mut gate, 3, 0.9, VOICE);
        assert!(run(&mut gate, 30, 0.05, VOICE).iter().all(|what| *what != Decision::Speech));
    }

    #[test]
    fn speech_ends_with_a_tail_and_belief_outlives_a_breath() {
        let mut gate = Gate::new(GateOptions::default());
        run(&mut gate, 30, 0.9, VOICE);
        let end = run(&mut gate, 6, 0.1, VOICE);
        assert_eq!(end[..4], [Decision::Tail; 4]);
        assert_eq!(end[4..], [Decision::Silence; 2]);
        assert!(run(&mut gate, 6, 0.9, VOICE).contains(&Decision::Speech));
    }

    #[test]
    fn a_voice_turning_into_a_held_note_loses_belief() {
        let mut gate = Gate::new(GateOptions::default());
        run(&mut gate, 60, 0.9, VOICE);
        assert!(run(&mut gate, 60, 0.9, NOTE).contains(&Decision::Onset));
    }

    #[test]
    fn nothing_at_the_noise_floor_is_heard() {
        let mut gate = Gate::new(GateOptions::default());
        for _ in 0..200 {
            let heard = Heard { score: 0.9, level_db: -30.0, floor_db: Some(-31.0), clues: VOICE };
            assert_eq!(gate.decide(heard).0, Decision::Silence);
        }
    }

    #[test]
    fn a_short_word_at_the_very_end_counts() {
        let mut gate = Gate::new(GateOptions::default());
        run(&mut gate, 6, 0.6, Clues { shape_flux_db: 2.5, sameness: 0.5, steadiness: 0.2, ..VOICE });
        assert_eq!(gate.settle(), Some((5, 0)));
        assert_eq!(gate.settle(), None);
    }
}
