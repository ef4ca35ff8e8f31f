//! Slow automatic gain: brings a quiet or loud speaker to a usual level.
//!
//! It moves only while somebody speaks, so silence and steady noise are never pulled up; it changes by a few dB per
//! second, so it cannot be heard pumping; and it looks one block ahead, so it never clips.

const BLOCK: usize = 160;
const BLOCK_SECONDS: f32 = 0.01;
/// Where speech is brought to, in dB below full scale.
const TARGET_DB: f32 = -23.0;
const MOST_GAIN_DB: f32 = 18.0;
const LEAST_GAIN_DB: f32 = -12.0;
/// How far a block must stand above the noise to be taken for speech.
const SPEECH_OVER_NOISE_DB: f32 = 12.0;
/// Noise is never raised above this.
const NOISE_CEILING_DB: f32 = -55.0;
/// Largest sample that comes out.
const PEAK: f32 = 0.97;
/// Blocks over which the quietest level is the noise (3 s).
const NOISE_BLOCKS: u32 = 300;

/// As many samples come out as go in, at the same places; up to 20 ms later.
pub(super) struct AutomaticGain {
    pending: Vec<f32>,
    /// The last whole block, waiting for the peak of the one after it.
    held: Vec<f32>,
    /// Gain (a factor) at the start of the held block.
    entering: f32,
    gain_db: f32,
    /// Level of speech so far; none before any.
    speech_db: Option<f32>,
    /// Blocks of speech heard, for the quicker start.
    speech_blocks: u32,
    noise_db: f32,
    quietest_db: f32,
    blocks: u32,
}

impl AutomaticGain {
    pub(super) fn new() -> Self {
        Self {
            pending: Vec::new(),
            held: Vec::new(),
            entering: 1.0,
            gain_db: 0.0,
            speech_db: None,
            speech_blocks: 0,
            noise_db: f32::INFINITY,
            quietest_db: f32::INFINITY,
            blocks: 0,
        }
    }

    pub(super) fn push(&mut self, input: &[f32], out: &mut Vec<f32>) {
        self.pending.extend_from_slice(input);
        let whole = self.pending.len() - self.pending.len() % BLOCK;
        let pending = std::mem::take(&mut self.pending);
        for block in pending[..whole].chunks_exact(BLOCK) {
            self.follow(block);
            self.give_held(peak(block), out);
            self.held.extend_from_slice(block);
        }
        self.pending = pending;
        self.pending.drain(..whole);
    }

    /// The end: appends the rest. What was learnt of the speaker stays.
    pub(super) fn flush(&mut self, out: &mut Vec<f32>) {
        let rest = std::mem::take(&mut self.pending);
        self.give_held(peak(&rest), out);
        self.held = rest;
        self.give_held(0.0, out);
    }

    /// Gives the held block, its gain sliding to one at which neither it nor the next block can clip.
    fn give_held(&mut self, next_peak: f32, out: &mut Vec<f32>) {
        let wanted = 10f32.powf(self.gain_db / 20.0);
        let loudest = peak(&self.held).max(next_peak);
        let leaving = if wanted * loudest > PEAK { PEAK / loudest } else { wanted };
        if leaving < wanted {
            // Stays down: jumping back up behind each peak would be heard as pumping.
            self.gain_db = 20.0 * leaving.log10();
        }
        let step = (leaving - self.entering) / BLOCK as f32;
        let entering = self.entering;
        let held = std::mem::take(&mut self.held);
        out.extend(held.iter().enumerate().map(|(at, sample)| sample * (entering + step * at as f32)));
        self.entering = leaving;
        self.held = held;
        self.held.clear();
    }

    /// Learns from one block and moves the gain if somebody speaks in it.
    fn follow(&mut self, block: &[f32]) {
        let power = block.iter().map(|sample| sample * sample).sum::<f32>() / BLOCK as f32;
        let level = 10.0 * (power + 1e-10).log10();
        self.quietest_db = self.quietest_db.min(level);
        self.noise_db = self.noise_db.min(level);
        self.blocks += 1;
        if self.blocks == NOISE_BLOCKS {
            self.noise_db = self.quietest_db;
            self.quietest_db = f32::INFINITY;
            self.blocks = 0;
        }
        if level < self.noise_db + SPEECH_OVER_NOISE_DB || level < -65.0 {
            return;
        }
        self.speech_blocks = self.speech_blocks.saturating_add(1);
        // The first second counts quicker, so that the first sentence is already heard at its level.
        let quick = self.speech_blocks < 100;
        let share = if quick { 0.05 } else { 0.004 };
        let speech = self.speech_db.map_or(level, |before| before + share * (level - before));
        self.speech_db = Some(speech);
        let most = MOST_GAIN_DB.min((NOISE_CEILING_DB - self.noise_db).max(0.0));
        let target = (TARGET_DB - speech).clamp(LEAST_GAIN_DB, most);
        let step = BLOCK_SECONDS * if quick { 9.0 } else { 3.0 };
        self.gain_db += (target - self.gain_db).clamp(-2.0 * step, step);
    }
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bursts of tone like syllables, `level` in dB, over faint noise.
    fn speech_like(level: f32, seconds: usize) -> Vec<f32> {
        let amplitude = 10f32.powf(level / 20.0) * std::f32::consts::SQRT_2;
        (0..seconds * 16_000)
            .map(|at| {
                let on = (at / 1_600) % 3 != 2;
                let faint = ((at * 7_919) % 200) as f32 / 200.0 * 2e-4 - 1e-4;
                let tone = (std::f32::consts::TAU * 220.0 * at as f32 / 16_000.0).sin();
                faint + if on { amplitude * tone } else { 0.0 }
            })
            .collect()
    }

    fn level(samples: &[f32]) -> f32 {
        10.0 * (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32 + 1e-10).log10()
    }

    fn levelled(input: &[f32]) -> Vec<f32> {
        let mut gain = AutomaticGain::new();
        let mut out = Vec::new();
        gain.push(input, &mut out);
        gain.flush(&mut out);
        assert_eq!(out.len(), input.len());
        out
    }

    #[test]
    fn quiet_and_loud_speakers_come_out_alike() {
        for given in [-40.0, -30.0, -12.0] {
            let out = levelled(&speech_like(given, 12));
            let reached = level(&out[8 * 16_000..]);
            assert!((-27.5..-21.0).contains(&reached), "{given} dB became {reached} dB");
        }
    }

    #[test]
    fn silence_and_steady_noise_stay_as_they_are() {
        for amplitude in [0.0, 1e-3, 0.05] {
            let noise: Vec<f32> =
                (0..160_000).map(|at| amplitude * (((at * 7_919) % 997) as f32 / 498.5 - 1.0)).collect();
            assert_eq!(levelled(&noise), noise);
        }
    }

    #[test]
    fn a_shout_after_a_whisper_does_not_clip() {
        let mut input = speech_like(-45.0, 10);
        input.extend((0..8_000).map(|at| 0.99 * (at as f32 * 0.2).sin()));
        let out = levelled(&input);
        assert!(level(&out[9 * 16_000..10 * 16_000]) > -33.0, "the whisper was raised");
        assert!(peak(&out) <= PEAK + 1e-3, "peak {}", peak(&out));
    }

    #[test]
    fn the_gain_slides_and_never_jumps() {
        let mut input = speech_like(-40.0, 6);
        input.extend(speech_like(-12.0, 6));
        let out = levelled(&input);
        let gains: Vec<f32> =
            input.chunks(160).zip(out.chunks(160)).map(|(before, after)| level(after) - level(before)).collect();
        let steepest = gains.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f32::max);
        assert!(steepest < 0.5, "rose by {steepest} dB in 10 ms");
    }
}
