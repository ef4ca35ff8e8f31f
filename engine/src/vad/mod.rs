//! Who speaks when: a neural score per 16 ms frame (earshot), what the spectrum says besides, and a gate over both.

mod clues;
mod evidence;
mod lanes;
mod noise_floor;

pub use clues::Clues;
pub use evidence::Decision;

use clues::ClueMeter;
use evidence::{Gate, GateOptions, Heard};
use noise_floor::NoiseFloor;

/// Samples of one frame (16 ms).
pub const FRAME_SAMPLES: usize = 256;
/// Most frames by which speech can be found to have begun before the frame in which it is believed.
pub const LONGEST_ONSET_FRAMES: u32 = 40;

/// What one frame is, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameReport {
    pub decision: Decision,
    /// With `Decision::Speech`: so many frames before this one, `Onset` until now, are speech as well.
    pub onset_frames: u32,
    /// The neural score, 0..=1.
    pub score: f32,
    /// Loudness in dB below full scale.
    pub level_db: f32,
    /// Noise floor in dB, once known.
    pub floor_db: Option<f32>,
    pub clues: Clues,
    /// Sum of evidence for a voice.
    pub evidence: f32,
}

/// Detects speech in one continuous sound.
pub struct VoiceDetector {
    neural: Box<earshot::Detector>,
    clues: Box<ClueMeter>,
    floor: NoiseFloor,
    gate: Gate,
    /// Power that loud sound is brought down to before the neural score, which takes loud noise for speech.
    loudness: f32,
}

/// Mean power (-24 dB) above which sound is scaled down for the neural score.
const USUAL_POWER: f32 = 3.98e-3;

impl VoiceDetector {
    pub fn new() -> Self {
        Self {
            neural: earshot::Detector::default_boxed(),
            clues: Box::new(ClueMeter::new()),
            floor: NoiseFloor::new(),
            gate: Gate::new(GateOptions::default()),
            loudness: 0.0,
        }
    }

    /// Takes the next 16 ms.
    pub fn frame(&mut self, samples: &[i16; FRAME_SAMPLES]) -> FrameReport {
        let mut frame = samples.map(|sample| f32::from(sample) / 32_768.0);
        let power = lanes::product(&frame, &frame) / FRAME_SAMPLES as f32;
        let level_db = 10.0 * (power + 1e-10).log10();
        let clues = self.clues.measure(&frame);
        let floor_db = self.floor.follow(level_db);

        let speed = if power > self.loudness { 0.5 } else { 0.01 };
        self.loudness += speed * (power - self.loudness);
        let gain = (USUAL_POWER / self.loudness.max(1e-12)).sqrt().min(1.0);
        for sample in &mut frame {
            *sample *= gain;
        }
        let score = self.neural.predict_f32(&frame);
        let (decision, onset_frames) = self.gate.decide(Heard { score, level_db, floor_db, clues });
        FrameReport { decision, onset_frames, score, level_db, floor_db, clues, evidence: self.gate.evidence() }
    }

    /// The sound is over. A short word right at its end that was not believed yet may be: then the frames from the
    /// first to the last number are speech, counted backwards from the last frame (0). The next frame begins a new
    /// sound; what is known of the room stays.
    pub fn settle(&mut self) -> Option<(u32, u32)> {
        self.neural.reset();
        self.gate.settle()
    }
}

impl Default for VoiceDetector {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_samples_give_finite_reports(samples in prop::collection::vec(any::<i16>(), FRAME_SAMPLES * 8)) {
            let mut detector = VoiceDetector::new();
            for frame in samples.as_chunks::<FRAME_SAMPLES>().0 {
                let report = detector.frame(frame);
                prop_assert!((0.0..=1.0).contains(&report.score));
                prop_assert!(report.level_db.is_finite() && report.evidence.is_finite());
            }
        }
    }

    #[test]
    fn full_scale_square_waves_and_lone_samples_are_measured() {
        let mut detector = VoiceDetector::new();
        for index in 0..100usize {
            let frame = std::array::from_fn(|at| match index % 3 {
                0 if at % 8 < 4 => i16::MIN,
                0 => i16::MAX,
                1 if at == 100 => i16::MIN,
                _ => 0,
            });
            let report = detector.frame(&frame);
            assert!(report.evidence.is_finite() && report.clues.shape_flux_db.is_finite());
        }
    }
}
