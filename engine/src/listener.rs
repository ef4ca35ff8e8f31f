//! The ear of a session: detector, segmenter and sound buffer in one. Owned by the session's state.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::audio::SampleRange;
use crate::segmenter::{EndReason, ListenEvent, Segmenter, SegmenterOptions};
use crate::vad::{FRAME_SAMPLES, VoiceDetector};

/// Takes a session's 16 kHz sound, says what happens in it, and keeps the sound of utterances until it is released.
///
/// Memory: the open utterance, about a second before the present, and the ended utterances that were not released;
/// silence is not kept. The session bounds the rest by `buffered_samples`.
pub struct Listener {
    /// None until there is sound: a connection that says nothing costs next to nothing.
    detector: Option<Box<VoiceDetector>>,
    segmenter: Segmenter,
    /// Samples from `live_from` to the present.
    live: VecDeque<i16>,
    live_from: u64,
    /// Samples judged; those behind it do not fill a frame yet.
    judged: u64,
    ended: Vec<Ended>,
}

/// An utterance that waits for its final.
struct Ended {
    range: SampleRange,
    sound: Arc<[i16]>,
}

/// Room kept for the sound of silence (1.1 s); more is given back after an utterance.
const IDLE_CAPACITY: usize = 17_600;
/// Long input (a file) is taken in pieces, so that no more of its silence is held than a moment.
const PIECE: usize = 4_096;

impl Listener {
    pub fn new(options: SegmenterOptions) -> Self {
        Self {
            detector: None,
            segmenter: Segmenter::new(options),
            live: VecDeque::new(),
            live_from: 0,
            judged: 0,
            ended: Vec::new(),
        }
    }

    /// What the next samples bring, oldest first.
    pub fn push(&mut self, sound: &[i16]) -> Vec<ListenEvent> {
        let mut events = Vec::new();
        for piece in sound.chunks(PIECE) {
            self.live.extend(piece);
            while self.position() - self.judged >= FRAME_SAMPLES as u64 {
                self.judge(&mut events);
            }
            self.forget_silence();
        }
        events
    }

    /// The recording is over: ends the open utterance. Listening may go on afterwards (a later recording).
    pub fn finish(&mut self) -> Vec<ListenEvent> {
        let mut events = Vec::new();
        let end = self.position();
        let rest = (end - self.judged) as usize;
        self.segmenter.sound_ends_at(end);
        if rest > 0 {
            self.live.extend(std::iter::repeat_n(0, FRAME_SAMPLES - rest));
            self.judge(&mut events);
        }
        if let Some((first, last)) = self.detector.as_mut().and_then(|detector| detector.settle()) {
            let back = |frames: u32| self.judged - u64::from(frames) * FRAME_SAMPLES as u64;
            let late = SampleRange::new(back(first + 1), back(last).min(end));
            let from = events.len();
            self.segmenter.late_speech(late, &mut events);
            self.keep_ended(&events[from..]);
        }
        let from = events.len();
        self.segmenter.finish(&mut events);
        self.keep_ended(&events[from..]);
        // The filling of the last frame was never heard: the next recording begins right after the last sample.
        self.live.truncate((end - self.live_from) as usize);
        self.judged = end;
        self.forget_silence();
        events
    }

    /// Forgets the open utterance and its sound; the event says which stretch. No event if none is open. Where it was
    /// voiced is known until the next sound comes.
    pub fn cancel(&mut self) -> Vec<ListenEvent> {
        let mut events = Vec::new();
        self.segmenter.cancel(self.judged, &mut events);
        self.drop_unneeded();
        events
    }

    /// From the next decision on. For changed settings or another model.
    pub fn set_options(&mut self, options: SegmenterOptions) {
        self.segmenter.set_options(options);
    }

    /// The sound of an utterance (shared once it ended, so cheap), or of a stretch inside an ended or the open one, up
    /// to the present; none where it was released or never kept.
    pub fn audio(&self, range: SampleRange) -> Option<Arc<[i16]>> {
        if let Some(ended) = self.ended.iter().find(|ended| ended.range.contains(range)) {
            if ended.range == range {
                return Some(Arc::clone(&ended.sound));
            }
            let first = (range.start - ended.range.start) as usize;
            return Some(Arc::from(&ended.sound[first..first + range.samples() as usize]));
        }
        let held = SampleRange::new(self.live_from, self.position());
        held.contains(range).then(|| self.copy(range))
    }

    /// The finals of everything that ended at or before this sample are out: their sound may go.
    pub fn release(&mut self, before: u64) {
        self.ended.retain(|ended| ended.range.end > before);
        self.forget_voiced();
    }

    /// The final of this one utterance is out (finals need not come in order).
    pub fn release_utterance(&mut self, range: SampleRange) {
        self.ended.retain(|ended| ended.range != range);
        self.forget_voiced();
    }

    /// Samples heard so far.
    pub fn position(&self) -> u64 {
        self.live_from + self.live.len() as u64
    }

    /// Milliseconds of speech inside the stretch (exact for the open utterance and for those not released).
    pub fn voiced_ms(&self, range: SampleRange) -> u32 {
        self.segmenter.voiced().ms_in(range)
    }

    /// Voiced stretches inside the range, for the coverage receipt.
    pub fn voiced_ranges(&self, range: SampleRange) -> Vec<SampleRange> {
        self.segmenter.voiced().within(range).collect()
    }

    /// The open utterance so far (its start to the last sample heard), none in silence.
    pub fn open_utterance(&self) -> Option<SampleRange> {
        self.segmenter.open_since().map(|start| SampleRange::new(start, self.position()))
    }

    /// Samples in memory, for the session's bound on unreleased sound.
    pub fn buffered_samples(&self) -> usize {
        self.live.len() + self.ended.iter().map(|ended| ended.sound.len()).sum::<usize>()
    }

    /// The pause that ends an utterance at present, in milliseconds.
    pub fn pause_ms(&self) -> u32 {
        self.segmenter.pause_ms()
    }

    fn judge(&mut self, events: &mut Vec<ListenEvent>) {
        let first = (self.judged - self.live_from) as usize;
        let mut frame = [0; FRAME_SAMPLES];
        for (slot, sample) in frame.iter_mut().zip(self.live.range(first..first + FRAME_SAMPLES)) {
            *slot = *sample;
        }
        self.judged += FRAME_SAMPLES as u64;
        let report = self.detector.get_or_insert_default().frame(&frame);
        let from = events.len();
        self.segmenter.frame(&report, events);
        self.keep_ended(&events[from..]);
    }

    /// Sets the sound of utterances aside that just ended.
    fn keep_ended(&mut self, events: &[ListenEvent]) {
        for event in events {
            if let ListenEvent::UtteranceEnded { range, reason, .. } = event
                && *reason != EndReason::Cancel
            {
                let sound = self.copy(*range);
                self.ended.push(Ended { range: *range, sound });
            }
        }
    }

    fn copy(&self, range: SampleRange) -> Arc<[i16]> {
        let first = (range.start - self.live_from) as usize;
        let end = first + range.samples() as usize;
        let (front, back) = self.live.as_slices();
        let part = |half: &'_ [i16], begins: usize| {
            let within = |at: usize| at.saturating_sub(begins).min(half.len());
            within(first)..within(end)
        };
        Arc::from([&front[part(front, 0)], &back[part(back, front.len())]].concat())
    }

    fn forget_silence(&mut self) {
        self.drop_unneeded();
        self.forget_voiced();
    }

    /// Drops sound that no utterance can need.
    fn drop_unneeded(&mut self) {
        let needed = self.segmenter.needed_from().min(self.judged);
        let surplus = needed.saturating_sub(self.live_from) as usize;
        if surplus > 0 {
            self.live.drain(..surplus);
            self.live_from += surplus as u64;
        }
        if self.segmenter.open_since().is_none() && self.live.capacity() > 4 * IDLE_CAPACITY {
            self.live.shrink_to(2 * IDLE_CAPACITY);
        }
    }

    fn forget_voiced(&mut self) {
        let oldest = self.ended.iter().map(|ended| ended.range.start).min().unwrap_or(u64::MAX);
        self.segmenter.voiced_mut().forget_before(oldest.min(self.live_from));
    }
}
