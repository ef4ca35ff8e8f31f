//! What the spectrum says besides the neural score: how fast its shape moves and how machine-like its tones are.
//!
//! Earshot alone takes chords, arpeggios and loud noise for speech. Voices keep changing their spectral shape and
//! glide in pitch, and they alternate between dull vowels and bright consonants; notes do none of it. The measures here
//! put numbers on that, per 16 ms frame.

use std::sync::{Arc, OnceLock};

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::{FRAME_SAMPLES, lanes};

/// Samples of the long window (64 ms): fine enough in frequency to tell neighbouring notes apart.
const LONG: usize = 1024;
/// Samples of the short window (32 ms): fine enough in time to follow formants.
const SHORT: usize = 512;
/// Bands of the spectral shape, 150 to 7000 Hz on the mel scale.
const BANDS: usize = 18;
/// Frames between the two shapes that are compared (32 ms).
const SHAPE_LAG: usize = 2;
/// Frames between the two spectra that are compared (64 ms: windows that do not overlap).
const SAMENESS_LAG: usize = 4;
/// Bins of the long spectrum in which sameness is looked for (63 to 5000 Hz).
const SAMENESS_BINS: std::ops::Range<usize> = 4..320;
/// Bins of the long spectrum in which partials are looked for (94 to 4063 Hz).
const PARTIAL_BINS: std::ops::Range<usize> = 6..260;

/// Frames between the two balances that are compared (128 ms: about a syllable's half).
const BALANCE_LAG: usize = 8;
/// Bins of the short spectrum below and above 2 kHz between which the balance is taken (156 to 2000, to 7000 Hz).
const DULL_BINS: std::ops::Range<usize> = 5..64;
const BRIGHT_BINS: std::ops::Range<usize> = 64..224;
/// Balances beyond these are silence on one side.
const BALANCE_DB: std::ops::RangeInclusive<f32> = -35.0..=20.0;
/// Bins of the short spectrum among which the strongest partial is looked for (94 to 4063 Hz).
const PEAK_BINS: std::ops::Range<usize> = 3..130;

/// The measures of one frame.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Clues {
    /// Change of the spectral shape within 32 ms, in dB (level changes taken out). Speech 2 to 10, notes below 1.
    pub shape_flux_db: f32,
    /// Correlation of the fine spectrum with that of 64 ms ago. Notes near 1, speech around 0.5, noise 0.
    pub sameness: f32,
    /// Share of the partials whose frequency stood still since the last frame. Notes near 1, speech around 0.2.
    pub steadiness: f32,
    /// Change of the balance between dull and bright within 128 ms, in dB. Speech around 9, notes below 2.
    pub balance_swing_db: f32,
    /// Share of the strongest partial in the whole. A whistle 1, speech around 0.5, noise 0.1.
    pub peakiness: f32,
}

/// Measures frame after frame of one sound.
pub(super) struct ClueMeter {
    /// The last `LONG` samples, oldest first.
    history: Vec<f32>,
    /// Band levels in dB of the last frames; `[SHAPE_LAG]` is the oldest.
    shapes: [[f32; BANDS]; SHAPE_LAG + 1],
    /// Balances in dB of the last frames, a ring.
    balances: [f32; BALANCE_LAG],
    next_balance: usize,
    /// Compressed, centred and normalised spectra of the last frames, a ring.
    spectra: [Vec<f32>; SAMENESS_LAG],
    next_spectrum: usize,
    /// The low bins of the last two frames, newest first.
    before: [Vec<Complex32>; 2],
    windowed: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
    /// Magnitudes of the long spectrum, as far as anything is looked for.
    magnitudes: Vec<f32>,
    /// The present spectrum, compressed.
    fresh: Vec<f32>,
    /// Powers of the short spectrum's bins.
    powers: Vec<f32>,
}

impl ClueMeter {
    pub(super) fn new() -> Self {
        let scratch = tables().long.get_scratch_len().max(tables().short.get_scratch_len());
        let zero = Complex32::new(0.0, 0.0);
        Self {
            history: vec![0.0; LONG],
            shapes: [[SILENT_BAND_DB; BANDS]; SHAPE_LAG + 1],
            balances: [*BALANCE_DB.start(); BALANCE_LAG],
            next_balance: 0,
            spectra: std::array::from_fn(|_| vec![0.0; SAMENESS_BINS.len()]),
            next_spectrum: 0,
            before: std::array::from_fn(|_| vec![zero; PARTIAL_BINS.end + 3]),
            windowed: vec![0.0; LONG],
            bins: vec![zero; LONG / 2 + 1],
            scratch: vec![zero; scratch],
            magnitudes: vec![0.0; SAMENESS_BINS.end],
            fresh: vec![0.0; SAMENESS_BINS.len()],
            powers: vec![0.0; SHORT / 2 + 1],
        }
    }

    /// Takes the next frame (samples within -1..=1).
    pub(super) fn measure(&mut self, frame: &[f32; FRAME_SAMPLES]) -> Clues {
        self.history.copy_within(FRAME_SAMPLES.., 0);
        self.history[LONG - FRAME_SAMPLES..].copy_from_slice(frame);
        self.transform_short();
        let (shape_flux_db, balance_swing_db) = (self.shape_flux(), self.balance_swing());
        let peakiness = self.peakiness();
        self.transform_long();
        Clues { shape_flux_db, sameness: self.sameness(), steadiness: self.steadiness(), balance_swing_db, peakiness }
    }

    /// Leaves the power spectrum of the last 32 ms in `powers`.
    fn transform_short(&mut self) {
        let tables = tables();
        let recent = &self.history[LONG - SHORT..];
        for ((out, sample), weight) in self.windowed.iter_mut().zip(recent).zip(&tables.short_window) {
            *out = sample * weight;
        }
        let spectrum = &mut self.bins[..=SHORT / 2];
        tables
            .short
            .process_with_scratch(&mut self.windowed[..SHORT], spectrum, &mut self.scratch)
            .expect("buffers have the plan's lengths");
        for (power, bin) in self.powers.iter_mut().zip(spectrum) {
            *power = bin.norm_sqr();
        }
    }

    fn shape_flux(&mut self) -> f32 {
        self.shapes.rotate_right(1);
        for (level, band) in self.shapes[0].iter_mut().zip(&tables().bands) {
            let power = lanes::product(&band.weights, &self.powers[band.first..][..band.weights.len()]);
            *level = 10.0 * (power + 1e-9).log10();
        }
        shape_distance(&self.shapes[0], &self.shapes[SHAPE_LAG])
    }

    fn balance_swing(&mut self) -> f32 {
        let sum = |bins: std::ops::Range<usize>| lanes::sum(&self.powers[bins]) + 1e-9;
        let balance = 10.0 * (sum(BRIGHT_BINS) / sum(DULL_BINS)).log10();
        let balance = balance.clamp(*BALANCE_DB.start(), *BALANCE_DB.end());
        let before = std::mem::replace(&mut self.balances[self.next_balance], balance);
        self.next_balance = (self.next_balance + 1) % BALANCE_LAG;
        (balance - before).abs()
    }

    fn peakiness(&self) -> f32 {
        let heard = &self.powers[PEAK_BINS];
        let total: f32 = lanes::sum(heard) + 1e-12;
        let loudest = lanes::largest(heard);
        let peak = heard.iter().position(|power| *power == loudest).unwrap_or(0);
        heard[peak.saturating_sub(2)..(peak + 3).min(heard.len())].iter().sum::<f32>() / total
    }

    fn transform_long(&mut self) {
        let tables = tables();
        for ((out, sample), weight) in self.windowed.iter_mut().zip(&self.history).zip(&tables.long_window) {
            *out = sample * weight;
        }
        tables
            .long
            .process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch)
            .expect("buffers have the plan's lengths");
        for (magnitude, bin) in self.magnitudes.iter_mut().zip(&self.bins) {
            *magnitude = bin.norm_sqr().sqrt();
        }
    }

    fn sameness(&mut self) -> f32 {
        // The square root of the magnitude keeps the strongest partial from deciding alone.
        for (root, magnitude) in self.fresh.iter_mut().zip(&self.magnitudes[SAMENESS_BINS]) {
            *root = magnitude.sqrt();
        }
        let mean = lanes::sum(&self.fresh) / SAMENESS_BINS.len() as f32;
        for root in &mut self.fresh {
            *root -= mean;
        }
        let old = &mut self.spectra[self.next_spectrum];
        let product = lanes::product(&self.fresh, old);
        let length = lanes::product(&self.fresh, &self.fresh).sqrt() + 1e-6;
        for (slot, centred) in old.iter_mut().zip(&self.fresh) {
            *slot = centred / length;
        }
        self.next_spectrum = (self.next_spectrum + 1) % SAMENESS_LAG;
        product / length
    }

    fn steadiness(&mut self) -> f32 {
        let loudest = lanes::largest(&self.magnitudes[PARTIAL_BINS]);
        let audible = (0.05 * loudest).max(1e-4);
        let (mut steady, mut all) = (0.0, 0.0);
        for at in PARTIAL_BINS {
            let here = self.magnitudes[at];
            let peak = here > audible
                && here > self.magnitudes[at - 1]
                && here > self.magnitudes[at + 1]
                && here > self.magnitudes[at - 2]
                && here > self.magnitudes[at + 2];
            if !peak {
                continue;
            }
            all += here;
            if stands_still(at, self.bins[at], self.before[0][at], self.before[1][at]) {
                steady += here;
            }
        }
        self.before.swap(0, 1);
        let low = self.before[0].len();
        self.before[0].copy_from_slice(&self.bins[..low]);
        if all > 0.0 { steady / all } else { 0.0 }
    }
}

const SILENT_BAND_DB: f32 = -90.0;

/// Mean difference of two shapes after taking out the level, counting bands by how far they stand above the
/// quietest 30 dB of what matters.
fn shape_distance(one: &[f32; BANDS], other: &[f32; BANDS]) -> f32 {
    let top = one.iter().chain(other).copied().fold(SILENT_BAND_DB, f32::max);
    let weight = |band: usize| (one[band].max(other[band]) - (top - 30.0)).max(0.0);
    let total: f32 = (0..BANDS).map(weight).sum::<f32>() + 1e-9;
    let shift = (0..BANDS).map(|band| weight(band) * (one[band] - other[band])).sum::<f32>() / total;
    (0..BANDS).map(|band| weight(band) * (one[band] - other[band] - shift).abs()).sum::<f32>() / total
}

/// Whether the partial in a bin kept its frequency, over three frames: the phase turned as far in both steps. As far as
/// 0.15 % of the frequency or 0.7 Hz is the same. The angle between the two turns is small then, so that its tangent says
/// it all, without computing an angle.
fn stands_still(bin: usize, now: Complex32, before: Complex32, earlier: Complex32) -> bool {
    let turn = (now * before.conj()) * (before * earlier.conj()).conj();
    turn.re > 0.0 && turn.im.abs() < tables().steady_tangents[bin] * turn.re
}

/// Tangents of the largest difference of turns that counts as none, by bin.
fn steady_tangents() -> Vec<f32> {
    let rate = crate::audio::SAMPLE_RATE as f32;
    (0..PARTIAL_BINS.end)
        .map(|bin| {
            let hz = (0.0015 * bin as f32 * rate / LONG as f32).max(0.7);
            (std::f32::consts::TAU * hz * FRAME_SAMPLES as f32 / rate).tan()
        })
        .collect()
}

struct Band {
    first: usize,
    weights: Vec<f32>,
}

/// What all meters share.
struct Tables {
    short: Arc<dyn RealToComplex<f32>>,
    long: Arc<dyn RealToComplex<f32>>,
    short_window: Vec<f32>,
    long_window: Vec<f32>,
    bands: Vec<Band>,
    steady_tangents: Vec<f32>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut planner = RealFftPlanner::new();
        Tables {
            short: planner.plan_fft_forward(SHORT),
            long: planner.plan_fft_forward(LONG),
            short_window: hann(SHORT),
            long_window: hann(LONG),
            bands: mel_bands(),
            steady_tangents: steady_tangents(),
        }
    })
}

fn hann(length: usize) -> Vec<f32> {
    (0..length).map(|at| 0.5 - 0.5 * (std::f32::consts::TAU * at as f32 / length as f32).cos()).collect()
}

fn mel_bands() -> Vec<Band> {
    let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
    let hz = |mel: f32| 700.0 * (10f32.powf(mel / 2595.0) - 1.0);
    let (low, high) = (mel(150.0), mel(7000.0));
    let edge = |at: usize| hz(low + (high - low) * at as f32 / (BANDS + 1) as f32);
    let bin_hz = crate::audio::SAMPLE_RATE as f32 / SHORT as f32;
    (0..BANDS)
        .map(|band| {
            let (left, centre, right) = (edge(band), edge(band + 1), edge(band + 2));
            let first = (left / bin_hz).ceil() as usize;
            let last = (right / bin_hz).floor() as usize;
            let weights = (first..=last)
                .map(|bin| {
                    let here = bin as f32 * bin_hz;
                    ((here - left) / (centre - left)).min((right - here) / (right - centre)).max(0.0)
                })
                .collect();
            Band { first, weights }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean clues over half a second, after the first quarter.
    fn clues_of(signal: impl Fn(f32) -> f32) -> Clues {
        let mut meter = ClueMeter::new();
        let mut sum = Clues::default();
        let (first, last) = (16, 48);
        for index in 0..last {
            let frame: [f32; FRAME_SAMPLES] =
                std::array::from_fn(|at| signal((index * FRAME_SAMPLES + at) as f32 / 16_000.0));
            let clues = meter.measure(&frame);
            if index >= first {
                sum.shape_flux_db += clues.shape_flux_db;
                sum.sameness += clues.sameness;
                sum.steadiness += clues.steadiness;
                sum.balance_swing_db += clues.balance_swing_db;
                sum.peakiness += clues.peakiness;
            }
        }
        let count = (last - first) as f32;
        Clues {
            shape_flux_db: sum.shape_flux_db / count,
            sameness: sum.sameness / count,
            steadiness: sum.steadiness / count,
            balance_swing_db: sum.balance_swing_db / count,
            peakiness: sum.peakiness / count,
        }
    }

    fn harmonics(phase: f32) -> f32 {
        (1..=8).map(|harmonic| (phase * harmonic as f32).sin() / harmonic as f32).sum::<f32>() * 0.2
    }

    #[test]
    fn a_held_note_keeps_its_shape_its_spectrum_and_its_frequencies() {
        let clues = clues_of(|t| harmonics(std::f32::consts::TAU * 262.0 * t));
        assert!(clues.shape_flux_db < 0.5, "{clues:?}");
        assert!(clues.sameness > 0.95, "{clues:?}");
        assert!(clues.steadiness > 0.9, "{clues:?}");
        assert!(clues.balance_swing_db < 1.0, "{clues:?}");
    }

    #[test]
    fn a_gliding_voice_stands_still_in_nothing() {
        // A pitch that rises and falls by a third, as in any sentence, with formants that move.
        let clues = clues_of(|t| {
            let phase = std::f32::consts::TAU * (140.0 * t + 20.0 * (1.0 - (6.0 * t).cos()) / 6.0 * 6.0 / 6.0);
            let colour = 1.0 + 0.9 * (25.0 * t).sin();
            (1..=12).map(|h| (phase * h as f32).sin() / (1.0 + (h as f32 - 3.0 * colour - 2.0).powi(2))).sum::<f32>()
                * 0.2
        });
        assert!(clues.shape_flux_db > 1.0, "{clues:?}");
        assert!(clues.sameness < 0.9, "{clues:?}");
        assert!(clues.steadiness < 0.7, "{clues:?}");
    }

    #[test]
    fn a_whistle_is_all_peak_and_noise_has_none() {
        let mut state = 1u32;
        let noise = std::cell::RefCell::new(move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        });
        assert!(clues_of(|t| (std::f32::consts::TAU * 900.0 * t).sin() * 0.3).peakiness > 0.95);
        assert!(clues_of(|_| noise.borrow_mut()()).peakiness < 0.2);
    }

    #[test]
    fn hissing_and_humming_in_turn_swings_the_balance() {
        let clues = clues_of(|t| {
            let bright = (4.0 * t).fract() < 0.5;
            (std::f32::consts::TAU * if bright { 4_000.0 } else { 300.0 } * t).sin() * 0.2
        });
        assert!(clues.balance_swing_db > 5.0, "{clues:?}");
    }

    #[test]
    fn digital_silence_gives_finite_clues() {
        let clues = clues_of(|_| 0.0);
        assert!(clues.shape_flux_db.is_finite() && clues.sameness.is_finite() && clues.steadiness == 0.0);
    }
}
