//! How loud it is when nobody speaks.

/// Follows the quietest level of the last second and a half: steady noise, hum and held tones become the floor,
/// speech never does because it has gaps.
#[derive(Debug, Clone)]
pub(super) struct NoiseFloor {
    /// Level smoothed over about 64 ms, in dB; none before the first frame.
    smoothed: Option<f32>,
    /// Quietest smoothed level of each finished sub-window, newest first.
    quietest: [f32; SUB_WINDOWS],
    current: f32,
    frames: usize,
    finished: usize,
}

const SUB_WINDOWS: usize = 6;
/// 256 ms each, so the floor looks back 1.5 s.
const SUB_WINDOW_FRAMES: usize = 16;
const KNOWN_AFTER: usize = 2;

impl NoiseFloor {
    pub(super) fn new() -> Self {
        Self { smoothed: None, quietest: [f32::INFINITY; SUB_WINDOWS], current: f32::INFINITY, frames: 0, finished: 0 }
    }

    /// Takes a frame's level; gives the floor in dB, none until it has listened for half a second.
    pub(super) fn follow(&mut self, level_db: f32) -> Option<f32> {
        let smoothed = match self.smoothed {
            Some(before) => before + 0.35 * (level_db - before),
            None => level_db,
        };
        self.smoothed = Some(smoothed);
        self.current = self.current.min(smoothed);
        self.frames += 1;
        if self.frames == SUB_WINDOW_FRAMES {
            self.quietest.rotate_right(1);
            self.quietest[0] = self.current;
            self.current = f32::INFINITY;
            self.frames = 0;
            self.finished = (self.finished + 1).min(SUB_WINDOWS);
        }
        let floor = self.quietest.iter().copied().fold(self.current, f32::min);
        (self.finished >= KNOWN_AFTER).then_some(floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(levels: impl IntoIterator<Item = f32>) -> Option<f32> {
        let mut floor = NoiseFloor::new();
        levels.into_iter().map(|level| floor.follow(level)).last().flatten()
    }

    #[test]
    fn nothing_is_known_before_half_a_second() {
        assert_eq!(after(vec![-30.0; 31]), None);
        assert!(after(vec![-30.0; 32]).is_some());
    }

    #[test]
    fn steady_noise_becomes_the_floor_and_speech_with_gaps_does_not() {
        let floor = after(vec![-30.0; 200]).unwrap();
        assert!((floor + 30.0).abs() < 0.1, "{floor}");
        let speech = (0..400).map(|frame| if frame % 40 < 32 { -20.0 } else { -50.0 });
        assert!(after(speech).unwrap() < -45.0);
    }

    #[test]
    fn the_floor_follows_noise_that_becomes_louder_within_two_seconds() {
        let louder = std::iter::repeat_n(-60.0, 200).chain(std::iter::repeat_n(-25.0, 125));
        assert!((after(louder).unwrap() + 25.0).abs() < 0.5);
    }
}
