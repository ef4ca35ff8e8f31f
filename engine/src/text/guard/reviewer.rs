//! Sets two texts side by side, cuts their differences into hunks and has them walked through.

use std::collections::HashMap;
use std::ops::Range;

use super::align::{Hunk, differences};
use super::walk::Walk;
use super::words::Pair;
use super::{GuardContext, Refused, WholeRefusal};
use crate::text::draft::{Draft, View};
use crate::text::edit::Change;

/// What the walk brought.
pub(super) struct Judged {
    /// Of the rules' text.
    pub changes: Vec<Change>,
    pub refused: Vec<Refused>,
    pub whole: Option<WholeRefusal>,
}

/// `base` is the rules' text; `spoken` are the places in it that the speaker dictated.
pub(super) fn judge(base: &str, proposal: &str, context: &GuardContext<'_>, spoken: &[Range<usize>]) -> Judged {
    let (base_draft, proposed_draft) = (Draft::new(base), Draft::new(proposal));
    let (base_view, proposed_view) = (View::new(&base_draft), View::new(&proposed_draft));
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut numbered = |norm| {
        let next = numbers.len() as u32;
        *numbers.entry(norm).or_insert(next)
    };
    let base_ids: Vec<u32> = (0..base_view.len()).map(|k| numbered(base_view.norm(k))).collect();
    let proposed_ids: Vec<u32> = (0..proposed_view.len()).map(|k| numbered(proposed_view.norm(k))).collect();
    let pair = Pair::new(&base_view, &proposed_view, context);
    let hunks = split(&pair, differences(&base_ids, &proposed_ids));
    let mut walk = Walk::new(base, proposal, &pair, context, spoken);
    walk.go(&hunks);
    walk.finish()
}

/// Fillers at the beginning of a hunk that also replaces words are hunks of their own; so are single words where the
/// hunk as a whole does not pass but some of its words do.
fn split(pair: &Pair<'_>, hunks: Vec<Hunk>) -> Vec<Hunk> {
    let mut parts = Vec::with_capacity(hunks.len());
    for mut hunk in hunks {
        if hunk.base.is_empty() || hunk.other.is_empty() {
            parts.push(hunk);
            continue;
        }
        let fillers = pair.leading_fillers(&hunk);
        if fillers > 0 && fillers < hunk.base.len() {
            let border = hunk.base.start + fillers;
            parts.push(Hunk { base: hunk.base.start..border, other: hunk.other.start..hunk.other.start });
            hunk.base.start = border;
        }
        if hunk.base.len() == hunk.other.len() && hunk.base.len() > 1 && pair.judge(&hunk).is_err() {
            let words = hunk.base.clone().zip(hunk.other.clone());
            let single: Vec<Hunk> = words.map(|(i, j)| Hunk { base: i..i + 1, other: j..j + 1 }).collect();
            if single.iter().any(|hunk| pair.judge(hunk).is_ok()) {
                parts.extend(single);
                continue;
            }
        }
        parts.push(hunk);
    }
    parts
}
