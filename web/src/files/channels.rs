//! Whether the channels of a file are different people (a call) or the same sound twice (music, a film).

use std::fs::File;
use std::ops::ControlFlow;

use super::decode::{Layout, Limits, Piece, decode};
use super::{FileProblem, stream};

/// Looked at from the beginning.
const LOOKED_AT_MS: u64 = 180_000;
/// Channels that are more alike than this are the same room.
const ALIKE: f64 = 0.5;

/// Of a mono file: no. The file is read from its beginning, and left somewhere.
pub async fn channels_differ(file: &File) -> Result<bool, FileProblem> {
    let damaged = |error: std::io::Error| FileProblem::Damaged { why: error.to_string() };
    let mut file = file.try_clone().map_err(damaged)?;
    stream::check_beginning(&mut file)?;
    let looking = tokio::task::spawn_blocking(move || {
        let mut likeness = Likeness::default();
        let (mut channels, mut most) = (1, usize::MAX);
        // What is wrong with the file is said by whoever decodes it whole.
        let _ = decode(Box::new(file), Layout::Channels(2), Limits { longest_ms: u64::MAX }, |piece| {
            match piece {
                Piece::Format(format) => {
                    channels = format.channels;
                    most = format.sample_rate as usize * 2 * LOOKED_AT_MS as usize / 1000;
                }
                Piece::Sound(samples) => {
                    most = most.saturating_sub(samples.len());
                    likeness.take(&samples);
                }
            }
            if channels < 2 || most == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        channels >= 2 && likeness.of_channels() < ALIKE
    });
    Ok(looking.await.unwrap_or(false))
}

/// Correlation of two channels.
#[derive(Debug, Default)]
struct Likeness {
    left: f64,
    right: f64,
    both: f64,
}

impl Likeness {
    fn take(&mut self, interleaved: &[i16]) {
        for [left, right] in interleaved.as_chunks::<2>().0 {
            let (left, right) = (f64::from(*left), f64::from(*right));
            self.left += left * left;
            self.right += right * right;
            self.both += left * right;
        }
    }

    /// 1: the same; 0: nothing in common. A silent channel has nothing to be told apart.
    fn of_channels(&self) -> f64 {
        if self.left == 0.0 || self.right == 0.0 { 1.0 } else { self.both.abs() / (self.left * self.right).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(frames: impl Iterator<Item = (i16, i16)>) -> f64 {
        let samples: Vec<i16> = frames.flat_map(|(left, right)| [left, right]).collect();
        let mut likeness = Likeness::default();
        likeness.take(&samples);
        likeness.of_channels()
    }

    #[test]
    fn turns_on_two_channels_differ_and_one_sound_on_both_does_not() {
        let wave = |n: i32| ((n as f32 * 0.07).sin() * 9000.0) as i16;
        let turns = (0..16_000).map(|n| if n < 8000 { (wave(n), 20) } else { (-20, wave(n)) });
        assert!(likeness(turns) < ALIKE);
        assert!(likeness((0..16_000).map(|n| (wave(n), wave(n) / 2))) > 0.99);
        assert!(likeness((0..16_000).map(|n| (wave(n), -wave(n)))) > 0.99, "one of them upside down");
        assert!(likeness((0..16_000).map(|n| (wave(n), 0))) > ALIKE, "an empty channel is nobody");
    }
}
