//! What a voice sounds like, frame by frame: cepstral coefficients of a mel spectrum, and pitch.

use std::f32::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Coefficients of the shape of the vocal tract.
const CEPSTRA: usize = 14;
/// And the pitch.
pub const VALUES: usize = CEPSTRA + 1;
const BANDS: usize = 26;
const LOWEST_HZ: f32 = 120.0;
/// Up to here even a telephone carries a voice.
const HIGHEST_HZ: f32 = 3700.0;
const PITCH_HZ: (f32, f32) = (70.0, 400.0);
/// Of the autocorrelation at the pitch: below it a frame has no voice.
const VOICED: f32 = 0.45;
/// Pitch varies with mood: it must not drown the rest. Octaves are brought to the size of the other values by it.
const PITCH_WEIGHT: f32 = 3.0;

/// Sums of the features of some frames.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Print {
    pub frames: f32,
    pub sums: [f32; VALUES],
    pub squares: [f32; VALUES],
}

pub struct Features {
    rate: f32,
    window: Vec<f32>,
    step: usize,
    fft: Arc<dyn RealToComplex<f32>>,
    /// Of each band: first bin and weights.
    bands: Vec<(usize, Vec<f32>)>,
    waiting: Vec<f32>,
    /// First sample of what waits.
    at: u64,
    /// Loudness of speech so far, slowly falling.
    loud: f32,
}

impl Features {
    pub fn new(sample_rate: u32) -> Self {
        let rate = sample_rate as f32;
        // 32 ms hold two periods of the lowest pitch.
        let length = (rate * 0.032) as usize;
        let size = length.next_power_of_two().max(256);
        let window = (0..length).map(|n| 0.5 - 0.5 * (2.0 * PI * n as f32 / length as f32).cos()).collect();
        let fft = RealFftPlanner::new().plan_fft_forward(size);
        let bands = bands(rate, size);
        Self { rate, window, step: (rate * 0.016) as usize, fft, bands, waiting: Vec::new(), at: 0, loud: 0.0 }
    }

    /// Tells the features of each voiced frame, with its first sample.
    pub fn push(&mut self, samples: &[i16], mut tell: impl FnMut(u64, &[f32; VALUES])) {
        self.waiting.extend(samples.iter().map(|sample| f32::from(*sample) / 32_768.0));
        let mut from = 0;
        while from + self.window.len() <= self.waiting.len() {
            if let Some(values) = self.of_frame(from) {
                tell(self.at + from as u64, &values);
            }
            from += self.step;
        }
        self.waiting.drain(..from);
        self.at += from as u64;
    }

    fn of_frame(&mut self, from: usize) -> Option<[f32; VALUES]> {
        let frame = &self.waiting[from..from + self.window.len()];
        let power = frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len() as f32;
        self.loud = (self.loud * 0.9995).max(power);
        // Some 20 dB under the loudest, and above the noise of a converter.
        if power < self.loud * 0.01 || power < 1e-7 {
            return None;
        }
        let pitch = pitch(frame, self.rate)?;
        let mut input = self.fft.make_input_vec();
        input.iter_mut().zip(frame.iter().zip(&self.window)).for_each(|(to, (sample, weight))| *to = sample * weight);
        let mut spectrum = self.fft.make_output_vec();
        self.fft.process(&mut input, &mut spectrum).ok()?;
        let energies: Vec<f32> = self.bands.iter().map(|(first, weights)| energy(&spectrum, *first, weights)).collect();
        let mut values = [0.0; VALUES];
        for (k, value) in values.iter_mut().take(CEPSTRA).enumerate() {
            // Without the first, which is only loudness.
            let turn = PI * (k + 1) as f32 / BANDS as f32;
            let sum: f32 = energies.iter().enumerate().map(|(n, e)| e * (turn * (n as f32 + 0.5)).cos()).sum();
            *value = sum * (2.0 / BANDS as f32).sqrt();
        }
        values[CEPSTRA] = PITCH_WEIGHT * pitch.log2();
        Some(values)
    }
}

fn energy(spectrum: &[Complex32], first: usize, weights: &[f32]) -> f32 {
    let bins = spectrum.iter().skip(first).zip(weights);
    bins.map(|(bin, weight)| bin.norm_sqr() * weight).sum::<f32>().max(1e-9).ln()
}

/// Triangles at equal distances on the mel scale.
fn bands(rate: f32, size: usize) -> Vec<(usize, Vec<f32>)> {
    let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
    let hz = |mel: f32| 700.0 * (10_f32.powf(mel / 2595.0) - 1.0);
    let (low, high) = (mel(LOWEST_HZ), mel(HIGHEST_HZ.min(rate * 0.46)));
    let edge = |n: usize| hz(low + (high - low) * n as f32 / (BANDS + 1) as f32) * size as f32 / rate;
    let band = |n: usize| {
        let (left, middle, right) = (edge(n), edge(n + 1), edge(n + 2));
        let first = left.ceil() as usize;
        let weight = |bin: usize| {
            let bin = bin as f32;
            if bin < middle { (bin - left) / (middle - left) } else { (right - bin) / (right - middle) }
        };
        (first, (first..=right as usize).map(|bin| weight(bin).max(0.0)).collect())
    };
    (0..BANDS).map(band).collect()
}

/// By autocorrelation; none where there is no voice.
fn pitch(frame: &[f32], rate: f32) -> Option<f32> {
    // Every second sample is enough for a pitch, and four times as fast.
    let every = ((rate / 8000.0) as usize).max(1);
    let thin: Vec<f32> = frame.chunks(every).map(|few| few.iter().sum::<f32>() / few.len() as f32).collect();
    let rate = rate / every as f32;
    let (shortest, longest) = ((rate / PITCH_HZ.1) as usize, ((rate / PITCH_HZ.0) as usize).min(thin.len() / 2));
    let count = thin.len().checked_sub(longest)?;
    let own: f32 = thin[..count].iter().map(|sample| sample * sample).sum();
    let mut best = (0.0, 0);
    for lag in shortest..longest {
        let shifted = &thin[lag..lag + count];
        let product: f32 = thin[..count].iter().zip(shifted).map(|(a, b)| a * b).sum();
        let other: f32 = shifted.iter().map(|sample| sample * sample).sum();
        let likeness = product / (own * other).sqrt().max(1e-9);
        // The shortest of the periods that fit about as well: the others are its multiples.
        if likeness > best.0 + 0.03 {
            best = (likeness, lag);
        }
    }
    (best.0 > VOICED).then(|| rate / best.1 as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pitch_of_a_tone_is_found_at_every_rate() {
        for rate in [8000_u32, 16_000, 44_100, 48_000] {
            for hz in [90.0_f32, 150.0, 240.0, 330.0] {
                let wave = |n: u32| {
                    let turn = 2.0 * PI * hz * n as f32 / rate as f32;
                    turn.sin() * 0.3 + (2.0 * turn).sin() * 0.2 + (3.0 * turn).sin() * 0.1
                };
                let frame: Vec<f32> = (0..rate * 32 / 1000).map(wave).collect();
                let found = pitch(&frame, rate as f32).expect("a voice");
                assert!((found / hz - 1.0).abs() < 0.06, "{found} instead of {hz} at {rate}");
            }
        }
    }

    #[test]
    fn silence_has_no_features() {
        let mut features = Features::new(16_000);
        features.push(&vec![0; 16_000], |_, _| panic!("nobody speaks"));
    }
}
