//! Who speaks when, by the sound of the voice: spectral features and pitch, clustered. Small and honest: it tells
//! clearly different voices apart that take turns, not similar ones and not two at once.

mod cluster;
mod features;

use self::cluster::clusters;
use self::features::{Features, Print, VALUES};

/// Sound whose features are kept as one.
const BLOCK_MS: u64 = 250;
/// A stretch with less of a voice says nothing sure about whose it is.
const SURE_FRAMES: f32 = 60.0;

/// The voice of one channel over time. Memory: some 100 bytes per quarter of a second.
pub struct VoiceTrack {
    features: Features,
    rate: u64,
    taken: u64,
    blocks: Vec<Print>,
}

impl VoiceTrack {
    pub fn new(sample_rate: u32) -> Self {
        Self { features: Features::new(sample_rate), rate: u64::from(sample_rate.max(1)), taken: 0, blocks: Vec::new() }
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[i16]) {
        let (rate, blocks) = (self.rate, &mut self.blocks);
        self.features.push(samples, |frame, values| {
            let block = usize::try_from(frame * 1000 / rate / BLOCK_MS).unwrap_or(usize::MAX);
            if blocks.len() <= block {
                blocks.resize(block + 1, Print::default());
            }
            blocks[block].add(values);
        });
        self.taken += samples.len() as u64;
    }

    /// Who speaks in each of these stretches (milliseconds): numbers from 0 in the order of appearance.
    pub fn speakers(&self, stretches: &[(u64, u64)]) -> Vec<u16> {
        let prints: Vec<Print> = stretches.iter().map(|stretch| self.print(*stretch)).collect();
        let sure: Vec<usize> = (0..prints.len()).filter(|at| prints[*at].frames >= SURE_FRAMES).collect();
        let voices = clusters(&sure.iter().map(|at| prints[*at].clone()).collect::<Vec<_>>());
        let mut found: Vec<Option<usize>> = vec![None; prints.len()];
        for (at, voice) in sure.iter().zip(voices) {
            found[*at] = Some(voice);
        }
        // A cough belongs to whoever spoke before.
        let first = found.iter().flatten().next().copied().unwrap_or(0);
        let mut last = first;
        let known: Vec<usize> = found
            .into_iter()
            .map(|voice| {
                last = voice.unwrap_or(last);
                last
            })
            .collect();
        in_order_of_appearance(&known)
    }

    fn print(&self, (start, end): (u64, u64)) -> Print {
        let mut sum = Print::default();
        let from = usize::try_from(start / BLOCK_MS).unwrap_or(usize::MAX);
        let to = usize::try_from(end.div_ceil(BLOCK_MS)).unwrap_or(usize::MAX);
        let to = to.min(self.blocks.len());
        for block in self.blocks.get(from.min(to)..to).unwrap_or_default() {
            sum.merge(block);
        }
        sum
    }
}

fn in_order_of_appearance(voices: &[usize]) -> Vec<u16> {
    let mut seen: Vec<usize> = Vec::new();
    voices
        .iter()
        .map(|voice| {
            let at = seen.iter().position(|known| known == voice).unwrap_or_else(|| {
                seen.push(*voice);
                seen.len() - 1
            });
            u16::try_from(at).unwrap_or(u16::MAX)
        })
        .collect()
}

/// Sums of features, from which mean and spread follow.
impl Print {
    fn add(&mut self, values: &[f32; VALUES]) {
        self.frames += 1.0;
        for (at, value) in values.iter().enumerate() {
            self.sums[at] += value;
            self.squares[at] += value * value;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.frames += other.frames;
        for at in 0..VALUES {
            self.sums[at] += other.sums[at];
            self.squares[at] += other.squares[at];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> Vec<i16> {
        let path = format!("{}/../models/asr/samples/{name}", env!("CARGO_MANIFEST_DIR"));
        let mut wav = hound::WavReader::open(path).expect("the samples are in the repository");
        wav.samples().map(|sample| sample.expect("whole")).collect()
    }

    /// Turns of voices; who was heard in each.
    fn heard(turns: &[&str]) -> Vec<u16> {
        let mut track = VoiceTrack::new(16_000);
        let (mut at, mut stretches) = (0, Vec::new());
        for name in turns {
            let sound = sample(name);
            let length = sound.len() as u64 / 16;
            // In pieces of odd lengths, as they come from a file.
            sound.chunks(1234).for_each(|chunk| track.push(chunk));
            track.push(&vec![0; 8000]);
            stretches.push((at, at + length));
            at += length + 500;
        }
        track.speakers(&stretches)
    }

    #[test]
    fn two_voices_that_take_turns_are_told_apart() {
        assert_eq!(heard(&["en_03.wav", "en_05.wav", "en_03.wav", "en_05.wav"]), [0, 1, 0, 1]);
        assert_eq!(heard(&["en_04.wav", "en_05.wav", "en_05.wav", "en_04.wav"]), [0, 1, 1, 0]);
    }

    #[test]
    fn one_voice_is_one_speaker_whatever_it_says() {
        let sound = sample("en_long.wav");
        let mut track = VoiceTrack::new(16_000);
        track.push(&sound);
        let third = sound.len() as u64 / 48;
        assert_eq!(track.speakers(&[(0, third), (third, 2 * third), (2 * third, 3 * third)]), [0, 0, 0]);
    }

    #[test]
    fn silence_and_stretches_beyond_the_end_are_nobody_new() {
        let mut track = VoiceTrack::new(8000);
        track.push(&vec![0; 8000]);
        assert_eq!(track.speakers(&[(0, 500), (400, 90_000), (80_000, 90_000)]), [0, 0, 0]);
        assert!(track.speakers(&[]).is_empty());
    }
}
