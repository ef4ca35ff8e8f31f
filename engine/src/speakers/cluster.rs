//! Stretches that sound alike, brought together from below until what is left is too different.

use super::features::{Print, VALUES};

/// Voices whose means are further apart than this (in spreads of a single voice, over all values) are two. Of the samples
/// of the repository, cut into pieces of a second, pieces of one voice are 0.7 apart at most, those of half of the pairs of
/// voices more than 1.1.
const APART: f32 = 0.75;
/// Frames are alike to their neighbours: so many count as one where the error of a mean is reckoned.
const ALIKE_FRAMES: f32 = 4.0;
/// Nobody is helped by more.
const MOST_SPEAKERS: usize = 10;
/// Compared with each other; further ones go to the nearest of what came of these.
const MOST_COMPARED: usize = 200;

/// The cluster of each print.
pub fn clusters(prints: &[Print]) -> Vec<usize> {
    if prints.is_empty() {
        return Vec::new();
    }
    let spread = spread(prints);
    let every = prints.len().div_ceil(MOST_COMPARED);
    let mut groups: Vec<Print> = prints.iter().step_by(every).cloned().collect();
    while groups.len() > 1 {
        let (distance, left, right) = nearest(&groups, &spread);
        if distance > APART && groups.len() <= MOST_SPEAKERS {
            break;
        }
        let gone = groups.swap_remove(right);
        groups[left].merge(&gone);
    }
    let closest = |print: &Print| {
        let to = |at: &usize| distance(print, &groups[*at], &spread);
        (0..groups.len()).min_by(|a, b| to(a).total_cmp(&to(b))).unwrap_or(0)
    };
    prints.iter().map(closest).collect()
}

/// The two that are most alike; the first index is the smaller.
fn nearest(groups: &[Print], spread: &[f32; VALUES]) -> (f32, usize, usize) {
    let mut best = (f32::INFINITY, 0, 1);
    for left in 0..groups.len() {
        for right in left + 1..groups.len() {
            let apart = distance(&groups[left], &groups[right], spread);
            if apart < best.0 {
                best = (apart, left, right);
            }
        }
    }
    best
}

fn distance(a: &Print, b: &Print, spread: &[f32; VALUES]) -> f32 {
    let square = |(at, spread): (usize, &f32)| {
        let apart = (a.sums[at] / a.frames - b.sums[at] / b.frames) / spread;
        apart * apart
    };
    let sum: f32 = spread.iter().enumerate().map(square).sum();
    // Means of few frames are apart by chance.
    let chance = ALIKE_FRAMES * (1.0 / a.frames + 1.0 / b.frames);
    (sum / VALUES as f32 - chance).max(0.0).sqrt()
}

/// How much each value varies within a stretch, on the average.
fn spread(prints: &[Print]) -> [f32; VALUES] {
    let frames: f32 = prints.iter().map(|print| print.frames).sum();
    std::array::from_fn(|at| {
        let within = |print: &Print| print.squares[at] - print.sums[at] * print.sums[at] / print.frames;
        (prints.iter().map(within).sum::<f32>() / frames).max(1e-6).sqrt()
    })
}
