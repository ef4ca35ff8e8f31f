//! The way of a client's bytes to 16 kHz samples: decode, mix down, resample, denoise, level.
//! One per stream, owned by the session's state.

use super::decode::decode;
use super::denoise::{DENOISE_RATE, Denoiser};
use super::gain::AutomaticGain;
use super::rate::{RateConverter, scaled};
use super::{AudioFormat, Pcm16k, SAMPLE_RATE};

/// What happens to the sound besides resampling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IntakeOptions {
    /// Suppress steady noise (by way of 48 kHz; some 20 ms of lag and a few per cent of a core).
    pub denoise: bool,
    /// Bring quiet or loud speakers to a usual level, slowly (up to 20 ms of lag).
    pub automatic_gain: bool,
}

/// A chunk that cannot be taken; nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    #[error(
        "a chunk of `{bytes}` bytes is not a whole number of `{frame_bytes}`-byte frames \
         (`{encoding}`, `{channels}` channels); cut chunks between frames"
    )]
    PartialFrame { bytes: usize, frame_bytes: usize, encoding: &'static str, channels: u16 },
}

/// A stream of one format. A change of format or options means `flush`, then a new `Intake`.
///
/// Output sample `n` is the sound at input frame `n * rate / 16000`: delays inside are made up for, so sample
/// numbers are times. How the bytes are cut into chunks makes no difference to the samples.
pub struct Intake {
    format: AudioFormat,
    stages: Stages,
    gain: Option<AutomaticGain>,
    /// Frames and samples since the last flush, and before it.
    frames: u64,
    samples: u64,
    flushed_frames: u64,
    flushed_samples: u64,
    sanitised: u64,
    mono: Vec<f32>,
    done: Vec<f32>,
    levelled: Vec<f32>,
}

/// What lies between the client's rate and ours.
enum Stages {
    Plain(Box<RateConverter>),
    Denoised(Box<DenoisedStages>),
}

struct DenoisedStages {
    up: RateConverter,
    denoiser: Denoiser,
    down: RateConverter,
    wide: Vec<f32>,
    clean: Vec<f32>,
}

impl Intake {
    /// Ready for the first chunk.
    pub fn new(format: AudioFormat, options: IntakeOptions) -> Self {
        let stages = if options.denoise {
            Stages::Denoised(Box::new(DenoisedStages {
                up: RateConverter::new(format.sample_rate(), DENOISE_RATE),
                denoiser: Denoiser::new(),
                down: RateConverter::new(DENOISE_RATE, SAMPLE_RATE),
                wide: Vec::new(),
                clean: Vec::new(),
            }))
        } else {
            Stages::Plain(Box::new(RateConverter::new(format.sample_rate(), SAMPLE_RATE)))
        };
        Self {
            format,
            stages,
            gain: options.automatic_gain.then(AutomaticGain::new),
            frames: 0,
            samples: 0,
            flushed_frames: 0,
            flushed_samples: 0,
            sanitised: 0,
            mono: Vec::new(),
            done: Vec::new(),
            levelled: Vec::new(),
        }
    }

    /// Appends to `out` what can be said of the sound so far (up to some 15 ms behind the bytes, 45 ms with everything
    /// switched on). A chunk must be a whole number of frames.
    pub fn push(&mut self, bytes: &[u8], out: &mut Pcm16k) -> Result<(), IntakeError> {
        let frame_bytes = self.format.frame_bytes();
        if !bytes.len().is_multiple_of(frame_bytes) {
            return Err(IntakeError::PartialFrame {
                bytes: bytes.len(),
                frame_bytes,
                encoding: self.format.encoding().name(),
                channels: self.format.channels(),
            });
        }
        self.mono.clear();
        self.done.clear();
        self.sanitised += decode(self.format, bytes, &mut self.mono);
        self.frames += self.mono.len() as u64;
        self.stages.push(&self.mono, &mut self.done);
        if let Some(gain) = &mut self.gain {
            self.levelled.clear();
            gain.push(&self.done, &mut self.levelled);
            std::mem::swap(&mut self.done, &mut self.levelled);
        }
        self.give(out);
        Ok(())
    }

    /// The end of the stream: appends the rest, after which exactly `round(frames * 16000 / rate)` samples came out
    /// of it. Afterwards the intake is as new; its counts go on.
    pub fn flush(&mut self, out: &mut Pcm16k) {
        self.done.clear();
        self.stages.flush(&mut self.done);
        if let Some(gain) = &mut self.gain {
            self.levelled.clear();
            gain.push(&self.done, &mut self.levelled);
            gain.flush(&mut self.levelled);
            std::mem::swap(&mut self.done, &mut self.levelled);
        }
        // Two conversions in a row can round to one sample more or less than one does.
        let promised = scaled(self.frames, self.format.sample_rate(), SAMPLE_RATE);
        self.done.resize((promised - self.samples) as usize, 0.0);
        self.give(out);
        self.flushed_frames += self.frames;
        self.flushed_samples += self.samples;
        self.frames = 0;
        self.samples = 0;
    }

    pub fn format(&self) -> AudioFormat {
        self.format
    }

    /// Frames (samples per channel, at the client's rate) taken so far.
    pub fn frames_in(&self) -> u64 {
        self.flushed_frames + self.frames
    }

    /// Samples given out so far, at 16 kHz.
    pub fn samples_out(&self) -> u64 {
        self.flushed_samples + self.samples
    }

    /// Float samples that were not numbers and became silence.
    pub fn sanitised(&self) -> u64 {
        self.sanitised
    }

    fn give(&mut self, out: &mut Pcm16k) {
        self.samples += self.done.len() as u64;
        out.samples_mut().extend(self.done.iter().map(|sample| to_16_bit(*sample)));
    }
}

impl Stages {
    fn push(&mut self, mono: &[f32], out: &mut Vec<f32>) {
        match self {
            Self::Plain(converter) => converter.push(mono, out),
            Self::Denoised(stages) => {
                stages.wide.clear();
                stages.clean.clear();
                stages.up.push(mono, &mut stages.wide);
                stages.denoiser.push(&stages.wide, &mut stages.clean);
                stages.down.push(&stages.clean, out);
            }
        }
    }

    fn flush(&mut self, out: &mut Vec<f32>) {
        match self {
            Self::Plain(converter) => converter.flush(out),
            Self::Denoised(stages) => {
                stages.wide.clear();
                stages.clean.clear();
                stages.up.flush(&mut stages.wide);
                stages.denoiser.push(&stages.wide, &mut stages.clean);
                stages.denoiser.flush(&mut stages.clean);
                stages.down.push(&stages.clean, out);
                stages.down.flush(out);
            }
        }
    }
}

fn to_16_bit(sample: f32) -> i16 {
    // A cast from float saturates, so full scale does not wrap round; it cuts, which half a step away from zero makes
    // rounding without a call for every sample.
    let wide = sample * 32_768.0;
    (wide + 0.5_f32.copysign(wide)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Encoding;

    #[test]
    fn sixteen_kilohertz_sixteen_bit_mono_passes_through_untouched() {
        let samples: Vec<i16> = (-32_768..=32_767).step_by(13).map(|value: i32| value as i16).collect();
        let mut intake = Intake::new(AudioFormat::DEFAULT, IntakeOptions::default());
        let mut out = Pcm16k::new();
        intake.push(&super::super::le_bytes(&samples), &mut out).unwrap();
        assert_eq!(*out, *samples);
    }

    #[test]
    fn half_a_sample_is_refused_and_says_what_to_do() {
        let format = AudioFormat::new(Encoding::PcmS16Le, 16_000, 2).unwrap();
        let mut intake = Intake::new(format, IntakeOptions::default());
        let mut out = Pcm16k::new();
        let error = intake.push(&[0; 7], &mut out).unwrap_err();
        assert!(error.to_string().contains("cut chunks between frames"), "{error}");
        assert_eq!((intake.frames_in(), out.len()), (0, 0));
        intake.push(&[0; 8], &mut out).unwrap();
        assert_eq!(intake.frames_in(), 2);
    }

    #[test]
    fn counts_go_on_after_a_flush() {
        let format = AudioFormat::new(Encoding::MuLaw, 8_000, 1).unwrap();
        let mut intake = Intake::new(format, IntakeOptions { denoise: true, automatic_gain: true });
        let mut out = Pcm16k::new();
        for _ in 0..2 {
            intake.push(&[0xff; 1_001], &mut out).unwrap();
            intake.flush(&mut out);
        }
        assert_eq!((intake.frames_in(), intake.samples_out(), out.len()), (2_002, 4_004, 4_004));
    }
}
