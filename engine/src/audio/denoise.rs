//! Suppression of steady noise (nnnoiseless, a port of RNNoise) in a stream of 48 kHz samples.

use nnnoiseless::DenoiseState;

const FRAME: usize = DenoiseState::FRAME_SIZE;
/// The rate the network was trained for.
pub(super) const DENOISE_RATE: u32 = 48_000;
/// The network expects 16-bit values.
const SCALE: f32 = 32_768.0;

/// As many samples come out as go in, at the same places.
pub(super) struct Denoiser {
    state: Box<DenoiseState<'static>>,
    /// Input that does not fill a frame yet.
    pending: Vec<f32>,
    /// The network answers one frame late; its first answer is the fade-in of nothing.
    first: bool,
    taken: u64,
    given: u64,
}

impl Denoiser {
    pub(super) fn new() -> Self {
        Self { state: DenoiseState::new(), pending: Vec::new(), first: true, taken: 0, given: 0 }
    }

    pub(super) fn push(&mut self, input: &[f32], out: &mut Vec<f32>) {
        self.taken += input.len() as u64;
        self.pending.extend(input.iter().map(|sample| sample * SCALE));
        let whole = self.pending.len() - self.pending.len() % FRAME;
        let pending = std::mem::take(&mut self.pending);
        for frame in pending[..whole].chunks_exact(FRAME) {
            self.process(frame, out);
        }
        self.pending = pending;
        self.pending.drain(..whole);
    }

    /// The end: appends the rest and starts anew.
    pub(super) fn flush(&mut self, out: &mut Vec<f32>) {
        let mut frame = std::mem::take(&mut self.pending);
        while self.given < self.taken {
            frame.resize(FRAME, 0.0);
            self.process(&frame, out);
            frame.clear();
        }
        out.truncate(out.len() - (self.given - self.taken) as usize);
        *self = Self::new();
    }

    fn process(&mut self, frame: &[f32], out: &mut Vec<f32>) {
        let mut cleaned = [0.0; FRAME];
        self.state.process_frame(&mut cleaned, frame);
        if !std::mem::take(&mut self.first) {
            self.given += FRAME as u64;
            out.extend(cleaned.iter().map(|sample| (sample / SCALE).clamp(-1.0, 1.0)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_comes_out_as_went_in() {
        for samples in [0, 1, 479, 480, 481, 960, 10_007] {
            let mut denoiser = Denoiser::new();
            let mut out = Vec::new();
            denoiser.push(&vec![0.2; samples], &mut out);
            denoiser.flush(&mut out);
            assert_eq!(out.len(), samples);
        }
    }

    #[test]
    fn steady_noise_becomes_much_quieter() {
        let mut seed = 1u32;
        let noise: Vec<f32> = (0..480_000)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as f32 / (1 << 24) as f32 * 0.1 - 0.05
            })
            .collect();
        let mut denoiser = Denoiser::new();
        let mut out = Vec::new();
        denoiser.push(&noise, &mut out);
        denoiser.flush(&mut out);
        let power = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
        let late = 432_000;
        assert!(power(&out[late..]) < 0.01 * power(&noise[late..]), "after nine seconds");
    }
}
