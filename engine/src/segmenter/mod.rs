//! Utterances: where one begins, pauses, goes on and ends. Pure: takes the detector's decisions frame by frame and
//! says what happened. Owned by `Listener`.

mod cut;
mod event;
mod pause;
mod voiced;

pub use event::{EndReason, ListenEvent, SegmenterOptions};
pub use pause::PausePolicy;
pub use voiced::VoicedStretches;

use crate::audio::{SampleRange, ms_to_samples, samples_to_ms};
use crate::vad::{Decision, FRAME_SAMPLES, FrameReport, LONGEST_ONSET_FRAMES};

use cut::LevelTrack;
use pause::PauseMemory;

/// Silence after which a pause is announced, and sound kept behind the last voiced sample.
pub const PAUSE_CUE_MS: u32 = 200;
/// The cut of a long utterance is looked for in this last part of it.
const CUT_SHARE: u64 = 40;
/// An onset that is being examined keeps a pause from ending the utterance for so long at most.
const PATIENCE_MS: u64 = 250;

/// Most samples by which speech can turn out to have begun before it is believed.
const LONGEST_ONSET: u64 = LONGEST_ONSET_FRAMES as u64 * FRAME_SAMPLES as u64;

/// Divides speech into utterances.
///
/// Ranges never overlap; each voiced sample is in exactly one utterance (but those of a cancelled one); the sound
/// before speech (pre-roll) and behind it (200 ms) belongs to it as far as no other utterance has it.
pub struct Segmenter {
    options: SegmenterOptions,
    /// Samples judged so far.
    position: u64,
    /// Where the sound ends, once that is known: the last frame may be filled up beyond it.
    sound_end: u64,
    open: Option<Open>,
    /// End of the last utterance: no other begins before it.
    last_end: u64,
    /// Where the last utterance's speech ended, until it is known whether that was too early.
    last_speech_end: Option<u64>,
    memory: PauseMemory,
    voiced: VoicedStretches,
}

/// The utterance being spoken.
struct Open {
    start: u64,
    /// End of the last frame in which somebody was heard.
    heard_end: u64,
    /// The stretch announced by `PauseBegan`, while the pause lasts.
    announced: Option<SampleRange>,
    levels: LevelTrack,
}

impl Segmenter {
    pub fn new(options: SegmenterOptions) -> Self {
        Self {
            options,
            position: 0,
            sound_end: u64::MAX,
            open: None,
            last_end: 0,
            last_speech_end: None,
            memory: PauseMemory::new(),
            voiced: VoicedStretches::default(),
        }
    }

    /// Takes the next frame's report; appends what happened to `events`.
    pub fn frame(&mut self, report: &FrameReport, events: &mut Vec<ListenEvent>) {
        let from = self.position;
        self.position += FRAME_SAMPLES as u64;
        if let Some(open) = &mut self.open {
            open.levels.push(report.level_db);
        }
        match report.decision {
            Decision::Speech => {
                let since = from.saturating_sub(u64::from(report.onset_frames) * FRAME_SAMPLES as u64);
                self.heard(SampleRange::new(since, self.position), report.level_db, events);
            }
            Decision::Tail => {
                if self.open.is_some() {
                    self.voiced.add(SampleRange::new(from, self.position));
                }
                self.silent(false, events);
            }
            Decision::Onset => self.silent(true, events),
            Decision::Silence => self.silent(false, events),
        }
        self.cut_if_too_long(events);
    }

    /// Speech that was believed only when the sound was over (`VoiceDetector::settle`).
    pub fn late_speech(&mut self, heard: SampleRange, events: &mut Vec<ListenEvent>) {
        if !heard.is_empty() {
            self.heard(heard, 0.0, events);
        }
        self.cut_if_too_long(events);
    }

    /// The frames still to come are the last: the recording is `end` samples long, which may be less than they are.
    pub fn sound_ends_at(&mut self, end: u64) {
        self.sound_end = end;
    }

    /// The recording is over: ends the open utterance. The next frame begins where the sound ended.
    pub fn finish(&mut self, events: &mut Vec<ListenEvent>) {
        let end = self.sound_end.min(self.position);
        self.voiced.clip(end);
        if let Some(open) = self.open.take() {
            let range = SampleRange::new(open.start, self.kept_end(&open));
            self.close(range, open.heard_end.min(end), EndReason::Finish, events);
        }
        self.last_speech_end = None;
        self.position = end;
        self.sound_end = u64::MAX;
    }

    /// The user takes the open utterance back, up to sample `end`. What follows is a new one.
    pub fn cancel(&mut self, end: u64, events: &mut Vec<ListenEvent>) {
        self.last_speech_end = None;
        if let Some(open) = self.open.take() {
            self.close(SampleRange::new(open.start, end), open.heard_end.min(end), EndReason::Cancel, events);
        }
    }

    /// From the next decision on.
    pub fn set_options(&mut self, options: SegmenterOptions) {
        // A longer pre-roll cannot reach sound that was given up under the old options.
        if self.open.is_none() {
            self.last_end = self.needed_from();
        }
        self.options = options;
    }

    /// Start of the open utterance.
    pub fn open_since(&self) -> Option<u64> {
        self.open.as_ref().map(|open| open.start)
    }

    /// Where somebody spoke.
    pub fn voiced(&self) -> &VoicedStretches {
        &self.voiced
    }

    pub fn voiced_mut(&mut self) -> &mut VoicedStretches {
        &mut self.voiced
    }

    /// The pause that ends an utterance at present, in milliseconds.
    pub fn pause_ms(&self) -> u32 {
        match self.options.pause {
            PausePolicy::Adaptive => self.memory.limit_ms(),
            PausePolicy::FixedMs(ms) => ms.max(100),
        }
    }

    /// The earliest sample a coming utterance can need.
    pub fn needed_from(&self) -> u64 {
        if let Some(open) = &self.open {
            return open.start;
        }
        let back = LONGEST_ONSET + ms_to_samples(u64::from(self.options.pre_roll_ms));
        self.position.saturating_sub(back).max(self.last_end)
    }

    fn heard(&mut self, stretch: SampleRange, level_db: f32, events: &mut Vec<ListenEvent>) {
        // An onset may reach back into the sound kept behind the last utterance; those samples are its.
        self.voiced.add(stretch);
        let at = stretch.start.max(self.last_end);
        if let Some(open) = &mut self.open {
            let pause = samples_to_ms(stretch.start.saturating_sub(open.heard_end)) as u32;
            open.heard_end = stretch.end;
            if open.announced.take().is_some() {
                events.push(ListenEvent::SpeechResumed { at });
            }
            self.memory.resumed_after(pause);
            return;
        }
        if let Some(speech_end) = self.last_speech_end.take() {
            self.memory.spoke_again_after(samples_to_ms(stretch.start.saturating_sub(speech_end)) as u32);
        }
        let pre_roll = ms_to_samples(u64::from(self.options.pre_roll_ms));
        let start = at.saturating_sub(pre_roll).max(self.last_end);
        let mut levels = LevelTrack::new(self.position - FRAME_SAMPLES as u64);
        levels.push(level_db);
        self.open = Some(Open { start, heard_end: stretch.end, announced: None, levels });
        events.push(ListenEvent::SpeechStarted { start, at });
    }

    /// A frame in which nobody is heard (or not believed yet: `examined`).
    fn silent(&mut self, examined: bool, events: &mut Vec<ListenEvent>) {
        let limit = self.limit();
        let Some(open) = &mut self.open else { return };
        let silence = self.position.saturating_sub(open.heard_end);
        let cue = ms_to_samples(u64::from(PAUSE_CUE_MS));
        if silence >= limit && (!examined || silence >= limit + ms_to_samples(PATIENCE_MS)) {
            let open = self.open.take().expect("it was open a line ago");
            let range = SampleRange::new(open.start, self.kept_end(&open));
            self.close(range, open.heard_end, EndReason::Pause, events);
        } else if open.announced.is_none() && !examined && silence >= cue && limit > cue {
            let range = SampleRange::new(open.start, (open.heard_end + cue).min(self.sound_end));
            open.announced = Some(range);
            events.push(ListenEvent::PauseBegan { range, speech_end: open.heard_end });
        }
    }

    /// Silence in samples that ends the utterance: shorter and shorter in the last third before the model's limit, so
    /// that a long utterance ends between words rather than by the knife.
    fn limit(&self) -> u64 {
        let limit = ms_to_samples(u64::from(self.pause_ms()));
        let cue = ms_to_samples(u64::from(PAUSE_CUE_MS));
        let Some(open) = &self.open else { return limit };
        let (age, longest) = (self.position - open.start, self.longest());
        let relaxed = longest * 2 / 3;
        if age <= relaxed || limit <= cue {
            return limit;
        }
        let left = longest.saturating_sub(age);
        cue + (limit - cue) * left / (longest - relaxed)
    }

    fn longest(&self) -> u64 {
        // Room for the pre-roll and some speech, whatever a catalogue says.
        ms_to_samples(u64::from(self.options.longest_utterance_ms.max(2_000)))
    }

    /// Where the sound of an utterance ends that is closed now.
    fn kept_end(&self, open: &Open) -> u64 {
        (open.heard_end + ms_to_samples(u64::from(PAUSE_CUE_MS))).min(self.position).min(self.sound_end)
    }

    fn cut_if_too_long(&mut self, events: &mut Vec<ListenEvent>) {
        let longest = self.longest();
        while let Some(open) = &mut self.open {
            if self.position + FRAME_SAMPLES as u64 <= open.start + longest {
                return;
            }
            let (start, heard_end) = (open.start, open.heard_end);
            let first = start + longest * (100 - CUT_SHARE) / 100;
            let mut cut = open.levels.quietest(first, start + longest).clamp(first, start + longest);
            if cut >= heard_end {
                // In a pause: what dies away behind the last word stays with it.
                cut = cut.max(self.voiced.end());
            }
            let cut = cut.min(self.position).min(self.sound_end);
            open.start = cut;
            open.announced = None;
            open.levels.forget_before(cut);
            let next = self.voiced.first_from(cut);
            if next.is_none() {
                self.open = None;
            }
            self.close(SampleRange::new(start, cut), heard_end.min(cut), EndReason::TooLong, events);
            if let Some(at) = next {
                self.last_speech_end = None;
                events.push(ListenEvent::SpeechStarted { start: cut, at });
            }
        }
    }

    fn close(&mut self, range: SampleRange, speech_end: u64, reason: EndReason, events: &mut Vec<ListenEvent>) {
        self.last_end = range.end;
        if reason == EndReason::Pause {
            self.last_speech_end = Some(speech_end);
        }
        let voiced_ms = self.voiced.ms_in(range);
        events.push(ListenEvent::UtteranceEnded { range, speech_end, voiced_ms, reason });
    }
}
