//! Where a pass goes on behind the words that are committed.

use crate::asr::Word;
use crate::words::plain_word;

/// The place in a pass at which the uncommitted part begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Continuation {
    pub index: usize,
    /// The pass reads the committed words as they were committed.
    pub same: bool,
}

/// What a second costs between the ends of the two stretches, in letters to change: about as many are spoken in it.
const LETTERS_PER_SECOND: f32 = 15.0;
/// Times of different passes wander; what is further apart says nothing more.
const MOST_TIME_COST: f32 = 30.0;

/// Finds the prefix of `pass` that is most like `committed`: by edit distance over letters (words are split and joined
/// differently from pass to pass: "awake", "a wake") and by where the two stretches end in time.
pub(super) fn continuation(committed: &[Word], pass: &[Word]) -> Continuation {
    let Some(last) = committed.last() else {
        return Continuation { index: 0, same: true };
    };
    let seen: Vec<String> = committed.iter().map(|word| plain_word(&word.text)).collect();
    let read: Vec<String> = pass.iter().map(|word| plain_word(&word.text)).collect();
    if read.starts_with(&seen) {
        return Continuation { index: seen.len(), same: true };
    }
    let costs = costs_of_prefixes(&seen.concat(), &read);
    let index = costs
        .iter()
        .enumerate()
        .map(|(index, letters)| (index, *letters as f32 + time_cost(last, pass, index)))
        .min_by(|one, other| one.1.total_cmp(&other.1))
        .map_or(0, |(index, _)| index);
    Continuation { index, same: false }
}

/// Letters to change between `seen` and the first 0, 1, 2... words of `read` (as far as they can matter).
fn costs_of_prefixes(seen: &str, read: &[String]) -> Vec<usize> {
    let seen: Vec<char> = seen.chars().collect();
    // Twice the letters cannot be the better match of any stretch; the bound keeps a long utterance cheap.
    let reach = seen.len() * 2 + 40;
    let mut column: Vec<usize> = (0..=seen.len()).collect();
    let mut costs = vec![seen.len()];
    let mut letters = 0;
    for word in read {
        for letter in word.chars() {
            let mut diagonal = column[0];
            column[0] += 1;
            for (row, against) in seen.iter().enumerate() {
                let changed = diagonal + usize::from(letter != *against);
                diagonal = column[row + 1];
                column[row + 1] = changed.min(column[row] + 1).min(diagonal + 1);
            }
            letters += 1;
        }
        if letters > reach {
            break;
        }
        costs.push(column[seen.len()]);
    }
    costs
}

/// Cost of the stretch of the pass ending elsewhere than the committed one.
fn time_cost(last: &Word, pass: &[Word], index: usize) -> f32 {
    let end_ms = index.checked_sub(1).map_or(0, |before| pass[before].end_ms);
    (last.end_ms.abs_diff(end_ms) as f32 / 1_000.0 * LETTERS_PER_SECOND).min(MOST_TIME_COST)
}
