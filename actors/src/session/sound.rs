//! The sound that comes in: its offsets, its conversion, and when it came.

use std::collections::VecDeque;
use std::time::Duration;

use engine::audio::{AudioFormat, Intake, IntakeError, IntakeOptions, Pcm16k};

use super::output::Problem;
use crate::moment::Moment;

/// How finely arrival times are kept, in samples at 16 kHz.
const GRAIN: u64 = 1600;
/// How many of them: a minute.
const KEPT: usize = 600;

/// Turns a client's chunks into 16 kHz samples, each taken exactly once.
pub(super) struct SoundIn {
    intake: Intake,
    options: IntakeOptions,
    /// Frames (samples per channel, at the client's rate) received in this session, whatever the format was.
    received: u64,
    /// Reused for every chunk.
    converted: Pcm16k,
    arrivals: Arrivals,
    replaying_until: u64,
}

impl SoundIn {
    pub fn new(format: AudioFormat, options: IntakeOptions) -> Self {
        Self {
            intake: Intake::new(format, options),
            options,
            received: 0,
            converted: Pcm16k::new(),
            arrivals: Arrivals::default(),
            replaying_until: 0,
        }
    }

    pub fn received(&self) -> u64 {
        self.received
    }

    pub fn format(&self) -> AudioFormat {
        self.intake.format()
    }

    /// Changed options take effect at once; the format only before the first sound.
    pub fn configure(&mut self, format: AudioFormat, options: IntakeOptions) -> Result<(), Problem> {
        if format != self.intake.format() && self.received > 0 {
            return Err(Problem::FormatAfterSound);
        }
        if format != self.intake.format() || (options != self.options && self.received == 0) {
            self.intake = Intake::new(format, options);
            self.options = options;
        }
        Ok(())
    }

    /// The client comes back after a broken connection: what it sends again up to here is no mistake.
    pub fn expect_replay(&mut self) {
        self.replaying_until = self.received;
    }

    /// Takes a chunk. Sound that was received before is passed over; the samples that are new come back, with a note
    /// where the offset was wrong.
    pub fn take(&mut self, bytes: &[u8], offset: Option<u64>, now: Moment) -> (&[i16], Option<Problem>) {
        self.converted.clear();
        let received = self.received;
        let given = offset.unwrap_or(received);
        if given > received {
            return (&[], Some(Problem::OffsetGap { given, received }));
        }
        let frame_bytes = self.intake.format().frame_bytes();
        let known = usize::try_from(received - given).unwrap_or(usize::MAX).saturating_mul(frame_bytes);
        let overlap = known > 0 && given >= self.replaying_until && !bytes.is_empty();
        let problem = overlap.then_some(Problem::OffsetOverlap { given, received });
        if !bytes.len().is_multiple_of(frame_bytes) {
            // Checked before anything is cut off, so that the message speaks of what was sent.
            return (&[], Some(self.odd(bytes)));
        }
        let fresh = bytes.get(known..).unwrap_or_default();
        if fresh.is_empty() {
            return (&[], problem);
        }
        if let Err(error) = self.intake.push(fresh, &mut self.converted) {
            return (&[], Some(Problem::OddByteCount { what: error.to_string() }));
        }
        self.received += (fresh.len() / frame_bytes) as u64;
        self.arrivals.note(self.intake.samples_out(), now);
        (&self.converted, problem)
    }

    fn odd(&self, bytes: &[u8]) -> Problem {
        let format = self.intake.format();
        let error = IntakeError::PartialFrame {
            bytes: bytes.len(),
            frame_bytes: format.frame_bytes(),
            encoding: format.encoding().name(),
            channels: format.channels(),
        };
        Problem::OddByteCount { what: error.to_string() }
    }

    /// What is still inside the converter, at the end of a recording.
    pub fn flush(&mut self) -> &[i16] {
        self.converted.clear();
        self.intake.flush(&mut self.converted);
        &self.converted
    }

    /// How long ago this sample (at 16 kHz) was here.
    pub fn age(&self, sample: u64, now: Moment) -> Duration {
        now.since(self.arrivals.of(sample))
    }
}

/// When which sample came.
#[derive(Debug, Default)]
struct Arrivals(VecDeque<(u64, Moment)>);

impl Arrivals {
    fn note(&mut self, position: u64, now: Moment) {
        match self.0.back_mut() {
            // Within a grain the first time stays: later sound cannot make earlier sound younger.
            Some((last, _)) if position < *last + GRAIN => return,
            _ => self.0.push_back((position, now)),
        }
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    fn of(&self, sample: u64) -> Moment {
        let at = self.0.partition_point(|(position, _)| *position < sample);
        self.0.get(at).or(self.0.back()).map_or(Moment::ZERO, |(_, moment)| *moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> SoundIn {
        SoundIn::new(AudioFormat::DEFAULT, IntakeOptions::default())
    }

    fn take(sound: &mut SoundIn, samples: usize, offset: u64) -> (usize, Option<Problem>) {
        let (taken, problem) = sound.take(&vec![0; samples * 2], Some(offset), Moment::ZERO);
        (taken.len(), problem)
    }

    #[test]
    fn what_was_received_before_is_passed_over() {
        let mut sound = sound();
        take(&mut sound, 320, 0);
        let (_, problem) = take(&mut sound, 320, 160);
        assert!(matches!(problem, Some(Problem::OffsetOverlap { given: 160, received: 320 })));
        assert_eq!(sound.received(), 480);
        let (_, problem) = take(&mut sound, 100, 0);
        assert!(problem.is_some());
        assert_eq!(sound.received(), 480);
    }

    #[test]
    fn a_replay_after_a_broken_connection_is_no_mistake() {
        let mut sound = sound();
        take(&mut sound, 320, 0);
        sound.expect_replay();
        assert_eq!(take(&mut sound, 480, 0).1, None);
        assert_eq!(sound.received(), 480);
    }

    #[test]
    fn sound_behind_a_gap_is_not_taken() {
        let mut sound = sound();
        assert!(matches!(take(&mut sound, 320, 5), (0, Some(Problem::OffsetGap { given: 5, received: 0 }))));
        assert_eq!(sound.received(), 0);
    }

    #[test]
    fn half_a_sample_is_named() {
        let mut sound = sound();
        let (taken, problem) = sound.take(&[0, 0, 0], None, Moment::ZERO);
        assert!(taken.is_empty());
        assert!(matches!(problem, Some(Problem::OddByteCount { what }) if what.contains('3')));
    }

    #[test]
    fn the_format_is_settled_by_the_first_sound() {
        let mut sound = sound();
        let other = AudioFormat::parse("mulaw", 8000, 1).expect("a format");
        assert_eq!(sound.configure(other, IntakeOptions::default()), Ok(()));
        sound.take(&[0; 160], None, Moment::ZERO);
        assert_eq!(sound.configure(AudioFormat::DEFAULT, IntakeOptions::default()), Err(Problem::FormatAfterSound));
    }

    #[test]
    fn the_age_of_sound_is_that_of_its_arrival() {
        let mut arrivals = Arrivals::default();
        for second in 0..100_u64 {
            arrivals.note((second + 1) * 16_000, Moment::from_millis(second * 1000 + 1000));
        }
        assert_eq!(arrivals.of(32_000), Moment::from_millis(2000));
        assert_eq!(arrivals.of(33_000), Moment::from_millis(3000));
    }
}
