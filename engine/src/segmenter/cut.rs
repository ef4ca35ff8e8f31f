//! Where to cut speech that has become too long for the model.

use crate::vad::FRAME_SAMPLES;

/// Loudness of each frame of the open utterance, in half dB steps: 60 bytes a second.
#[derive(Debug, Clone, Default)]
pub(super) struct LevelTrack {
    /// Sample at which the first frame begins.
    start: u64,
    levels: Vec<u8>,
}

/// Frames over which loudness is averaged (80 ms: a gap between words, not one closed consonant).
const SPREAD: usize = 2;
/// How much louder a place may be for being at the very end instead of at the beginning of the search.
const LATENESS_DB: f32 = 6.0;

impl LevelTrack {
    /// Begins at the frame that begins at `start`.
    pub(super) fn new(start: u64) -> Self {
        Self { start, levels: Vec::new() }
    }

    pub(super) fn push(&mut self, level_db: f32) {
        self.levels.push((-2.0 * level_db).clamp(0.0, 255.0) as u8);
    }

    /// The quietest place between two samples, as the border of a frame; later places are preferred where it is about
    /// as quiet, so that utterances are not shorter than they must be.
    pub(super) fn quietest(&self, from: u64, to: u64) -> u64 {
        let frame = |sample: u64| (sample.saturating_sub(self.start) / FRAME_SAMPLES as u64) as usize;
        let first = frame(from).min(self.levels.len());
        let last = frame(to).min(self.levels.len());
        let span = last.saturating_sub(first).max(1) as f32;
        let best = (first..last)
            .map(|at| (at, self.around(at) - LATENESS_DB * (at - first) as f32 / span))
            .min_by(|one, other| one.1.total_cmp(&other.1))
            .map_or(last, |(at, _)| at);
        self.start + (best * FRAME_SAMPLES) as u64
    }

    /// Drops what lies before a frame border.
    pub(super) fn forget_before(&mut self, sample: u64) {
        let frames = ((sample.saturating_sub(self.start)) / FRAME_SAMPLES as u64) as usize;
        self.levels.drain(..frames.min(self.levels.len()));
        self.start += (frames * FRAME_SAMPLES) as u64;
    }

    /// Mean loudness around the beginning of a frame, in dB.
    fn around(&self, at: usize) -> f32 {
        let near = &self.levels[at.saturating_sub(SPREAD)..(at + SPREAD).min(self.levels.len())];
        near.iter().map(|level| f32::from(*level)).sum::<f32>() / near.len().max(1) as f32 / -2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(levels: &[f32]) -> LevelTrack {
        let mut track = LevelTrack::new(2_560);
        for level in levels {
            track.push(*level);
        }
        track
    }

    #[test]
    fn the_cut_is_in_the_gap() {
        let mut levels = vec![-20.0; 100];
        levels[60..66].fill(-50.0);
        let cut = track(&levels).quietest(2_560 + 256 * 40, 2_560 + 256 * 100);
        let frame = (cut - 2_560) / 256;
        assert!((61..=65).contains(&frame), "{frame}");
    }

    #[test]
    fn of_two_equal_gaps_the_later_is_taken() {
        let mut levels = vec![-20.0; 100];
        levels[50..56].fill(-50.0);
        levels[80..86].fill(-50.0);
        let cut = track(&levels).quietest(2_560 + 256 * 40, 2_560 + 256 * 100);
        assert!((cut - 2_560) / 256 > 79);
    }

    #[test]
    fn forgetting_keeps_the_rest_in_place() {
        let mut levels = vec![-20.0; 100];
        levels[80..86].fill(-60.0);
        let mut track = track(&levels);
        let before = track.quietest(2_560 + 256 * 60, 2_560 + 256 * 100);
        track.forget_before(2_560 + 256 * 50);
        assert_eq!(track.quietest(2_560 + 256 * 60, 2_560 + 256 * 100), before);
    }
}
