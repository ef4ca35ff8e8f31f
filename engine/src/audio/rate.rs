//! Sample rate conversion of a stream: sinc interpolation (rubato) in blocks of 10 ms, its delay made up for.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Indexing, Resampler, SincInterpolationParameters, SincInterpolationType, WindowFunction,
    calculate_cutoff,
};

/// Samples of the lower rate under the filter: flat to about 7 kHz of 16 kHz sound, folding back less than -44 dB. Twice
/// as sharp a filter costs twice as much, and nobody hears or recognises the difference.
const FILTER_LENGTH: usize = 56;
/// Filter positions between samples beyond which positions are interpolated instead of stored.
const MOST_PHASES: u32 = 16;
const WINDOW: WindowFunction = WindowFunction::Hann;
/// Most silence put before the input to align it.
const MOST_ZEROS: usize = 24;
/// Stored filter positions between samples where the rest is interpolated.
const STORED_PHASES: usize = 64;

/// Converts from one rate to another. Output sample `n` is the input at `n * from / to`.
pub(super) struct RateConverter {
    from: u32,
    to: u32,
    /// None where the rates are the same.
    filter: Option<Async<f32>>,
    block: usize,
    /// Input that does not fill a block yet.
    pending: Vec<f32>,
    produced: Vec<f32>,
    alignment: Alignment,
    /// Samples of the filter's delay still to be dropped.
    skip: usize,
    taken: u64,
    given: u64,
}

impl RateConverter {
    /// Rates of 8 to 48 kHz, as `AudioFormat` guarantees.
    pub(super) fn new(from: u32, to: u32) -> Self {
        let block = from.div_ceil(100) as usize;
        let design = Design::of(from, to);
        let filter = (from != to).then(|| design.filter(block));
        let alignment = filter.as_ref().map_or(Alignment::default(), |_| design.alignment());
        let produced = vec![0.0; filter.as_ref().map_or(0, Resampler::output_frames_max)];
        let pending = vec![0.0; alignment.zeros];
        Self { from, to, filter, block, pending, produced, alignment, skip: alignment.skip, taken: 0, given: 0 }
    }

    /// Appends what the samples so far amount to.
    pub(super) fn push(&mut self, input: &[f32], out: &mut Vec<f32>) {
        self.taken += input.len() as u64;
        if self.filter.is_none() {
            self.given += input.len() as u64;
            out.extend_from_slice(input);
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        pending.extend_from_slice(input);
        let whole = pending.len() - pending.len() % self.block;
        for block in pending[..whole].chunks_exact(self.block) {
            self.convert(block, out);
        }
        pending.drain(..whole);
        self.pending = pending;
    }

    /// The end: appends the rest, so that `round(taken * to / from)` samples were given, and starts anew.
    pub(super) fn flush(&mut self, out: &mut Vec<f32>) {
        if self.filter.is_some() {
            let promised = scaled(self.taken, self.from, self.to);
            let pending = std::mem::take(&mut self.pending);
            if !pending.is_empty() {
                self.convert(&pending, out);
            }
            while self.given < promised {
                self.convert(&[], out);
            }
            out.truncate(out.len() - (self.given - promised) as usize);
        }
        if let Some(filter) = &mut self.filter {
            filter.reset();
        }
        self.skip = self.alignment.skip;
        self.pending = vec![0.0; self.alignment.zeros];
        self.taken = 0;
        self.given = 0;
    }

    /// One block; a short one is filled up with silence.
    fn convert(&mut self, block: &[f32], out: &mut Vec<f32>) {
        let Some(filter) = &mut self.filter else { return };
        let indexing = Indexing::new().partial_len(block.len());
        let input = InterleavedSlice::new(block, 1, block.len()).expect("one channel of the slice's own length");
        let frames = self.produced.len();
        let mut output =
            InterleavedSlice::new_mut(&mut self.produced, 1, frames).expect("one channel of the vector's own length");
        let (_, produced) = filter
            .process_into_buffer(&input, &mut output, Some(&indexing))
            .expect("the output has room for the filter's longest block");
        let skipped = self.skip.min(produced);
        self.skip -= skipped;
        self.given += (produced - skipped) as u64;
        out.extend_from_slice(&self.produced[skipped..produced]);
    }
}

/// `samples * to / from`, rounded.
pub(super) fn scaled(samples: u64, from: u32, to: u32) -> u64 {
    (samples * u64::from(to) + u64::from(from) / 2) / u64::from(from)
}

/// The filter for a pair of rates.
struct Design {
    ratio: f64,
    /// Input samples under the filter.
    length: usize,
    phases: usize,
    interpolation: SincInterpolationType,
}

/// How to start so that output sample 0 is input sample 0.
#[derive(Debug, Clone, Copy, Default)]
struct Alignment {
    /// Silence put before the input.
    zeros: usize,
    /// Output samples dropped.
    skip: usize,
}

impl Design {
    fn of(from: u32, to: u32) -> Self {
        // Downwards the filter has to be longer in input samples to be as sharp at the lower rate.
        let stretch = f64::from(from.max(to)) / f64::from(to);
        let length = ((FILTER_LENGTH as f64 * stretch).ceil() as usize).next_multiple_of(8);
        let phases = to / greatest_common_divisor(from, to);
        // Rates in a simple proportion only ever need a few positions, so none has to be interpolated.
        let (phases, interpolation) = if phases <= MOST_PHASES {
            (phases as usize, SincInterpolationType::Nearest)
        } else {
            (STORED_PHASES, SincInterpolationType::Linear)
        };
        Self { ratio: f64::from(to) / f64::from(from), length, phases, interpolation }
    }

    fn filter(&self, block: usize) -> Async<f32> {
        let parameters = SincInterpolationParameters::new(self.length, WINDOW)
            .f_cutoff(calculate_cutoff(FILTER_LENGTH, WINDOW))
            .oversampling_factor(self.phases)
            .interpolation(self.interpolation);
        Async::new_sinc(self.ratio, 1.0, &parameters, block, 1, FixedAsync::Input)
            .expect("a ratio between 1/3 and 6 and a block of some hundred samples are valid")
    }

    /// Half the filter's length, but rubato's first output lies one output sample and one filter position late (the
    /// tests below measure it). Silence before the input makes up for the fraction of a sample that dropping cannot.
    fn alignment(&self) -> Alignment {
        let delay = |zeros: usize| ((self.length / 2 + zeros) as f64 - 1.0 / self.phases as f64) * self.ratio - 1.0;
        let off = |zeros: usize| (delay(zeros) - delay(zeros).round()).abs();
        let zeros = (0..MOST_ZEROS).min_by(|one, other| off(*one).total_cmp(&off(*other))).unwrap_or(0);
        Alignment { zeros, skip: delay(zeros).round() as usize }
    }
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [u32; 10] = [8_000, 8_001, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

    fn convert(from: u32, to: u32, input: &[f32]) -> Vec<f32> {
        let mut converter = RateConverter::new(from, to);
        let mut out = Vec::new();
        converter.push(input, &mut out);
        converter.flush(&mut out);
        out
    }

    fn tone(rate: u32, hz: f32, samples: usize) -> Vec<f32> {
        let turn = std::f64::consts::TAU * f64::from(hz) / f64::from(rate);
        (0..samples).map(|at| 0.5 * (turn * at as f64).sin() as f32).collect()
    }

    #[test]
    fn every_length_of_every_rate_comes_out_exact() {
        for rate in RATES {
            for samples in [0usize, 1, 2, 79, 160, 479, 480, 481, 5_000, 48_001] {
                let out = convert(rate, 16_000, &vec![0.1; samples]);
                assert_eq!(out.len() as u64, scaled(samples as u64, rate, 16_000), "{samples} at {rate} Hz");
            }
        }
    }

    #[test]
    fn a_tone_comes_out_in_phase_and_at_its_level() {
        for rate in RATES {
            let out = convert(rate, 16_000, &tone(rate, 1_000.0, rate as usize));
            let expected = tone(16_000, 1_000.0, 16_000);
            let worst = out[400..15_600]
                .iter()
                .zip(&expected[400..])
                .map(|(one, other)| (one - other).abs())
                .fold(0.0, f32::max);
            assert!(worst < 0.02, "{rate} Hz: off by {worst}");
        }
    }

    #[test]
    fn what_sixteen_kilohertz_cannot_hold_does_not_fold_back() {
        for (hz, allowed) in [(8_700.0, 6e-3), (12_000.0, 2e-3), (20_000.0, 1e-3)] {
            let out = convert(48_000, 16_000, &tone(48_000, hz, 48_000));
            let worst = out[400..15_600].iter().fold(0.0, |worst: f32, sample| worst.max(sample.abs()));
            assert!(worst < 0.5 * allowed, "{hz} Hz leaves {worst}");
        }
    }

    #[test]
    fn a_flushed_converter_starts_anew() {
        let input = tone(44_100, 700.0, 9_999);
        let mut converter = RateConverter::new(44_100, 16_000);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        converter.push(&input, &mut first);
        converter.flush(&mut first);
        converter.push(&input, &mut second);
        converter.flush(&mut second);
        assert_eq!(first, second);
    }
}
