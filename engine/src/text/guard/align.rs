//! Which words of two texts are the same ones: the longest common subsequence, and what lies between.

use std::ops::Range;

/// A stretch of words that differ; one side may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hunk {
    pub base: Range<usize>,
    pub other: Range<usize>,
}

/// The stretches where the two differ, in order. Words are compared by number.
pub(super) fn differences(base: &[u32], other: &[u32]) -> Vec<Hunk> {
    let prefix = base.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (base_rest, other_rest) = (&base[prefix..], &other[prefix..]);
    let suffix = base_rest.iter().rev().zip(other_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let base_middle = &base_rest[..base_rest.len() - suffix];
    let other_middle = &other_rest[..other_rest.len() - suffix];
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (at_base, at_other) in matches(base_middle, other_middle) {
        push(&mut hunks, prefix, i..at_base, j..at_other);
        (i, j) = (at_base + 1, at_other + 1);
    }
    push(&mut hunks, prefix, i..base_middle.len(), j..other_middle.len());
    hunks
}

fn push(hunks: &mut Vec<Hunk>, offset: usize, base: Range<usize>, other: Range<usize>) {
    if !base.is_empty() || !other.is_empty() {
        hunks.push(Hunk {
            base: base.start + offset..base.end + offset,
            other: other.start + offset..other.end + offset,
        });
    }
}

/// Pairs of equal words, ascending in both.
fn matches(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    if a.is_empty() || b.is_empty() {
        return Vec::new();
    }
    let width = b.len() + 1;
    // length[i][j]: longest common subsequence of a[i..] and b[j..]; texts are bounded by `MOST_WORDS`.
    let mut length = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            length[i * width + j] = if a[i] == b[j] {
                length[(i + 1) * width + j + 1] + 1
            } else {
                length[(i + 1) * width + j].max(length[i * width + j + 1])
            };
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        // Of a word said twice the second is kept, as the rules do.
        let later = length[(i + 1) * width + j];
        if a[i] == b[j] && later < length[i * width + j] {
            pairs.push((i, j));
            i += 1;
            j += 1;
        } else if later >= length[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_differs_is_a_hunk() {
        let hunks = differences(&[1, 2, 3, 4], &[1, 9, 3, 4, 5]);
        assert_eq!(hunks, [Hunk { base: 1..2, other: 1..2 }, Hunk { base: 4..4, other: 4..5 }]);
        assert!(differences(&[1, 2], &[1, 2]).is_empty());
    }

    proptest! {
        #[test]
        fn outside_of_the_hunks_both_are_the_same(
            a in prop::collection::vec(0_u32..5, 0..20), b in prop::collection::vec(0_u32..5, 0..20)
        ) {
            let mut rebuilt = Vec::new();
            let mut passed = 0;
            for hunk in differences(&a, &b) {
                rebuilt.extend_from_slice(&a[passed..hunk.base.start]);
                rebuilt.extend_from_slice(&b[hunk.other.clone()]);
                passed = hunk.base.end;
            }
            rebuilt.extend_from_slice(&a[passed..]);
            prop_assert_eq!(rebuilt, b);
        }
    }
}
