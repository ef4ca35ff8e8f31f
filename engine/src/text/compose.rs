//! Two steps of editing as one: what the rules did to the raw text and what was then done to the rules' text.

use std::ops::Range;

use super::edit::{Change, EditKind, apply_changes};

/// A stretch of the middle text and the part of the raw text that it came from.
#[derive(Debug, Clone)]
struct Stretch {
    raw: Range<usize>,
    text: String,
    /// None: as in the raw text, so it may be cut anywhere.
    kind: Option<EditKind>,
}

/// Changes of `raw` that do what `first` (on `raw`) and then `second` (on the text after `first`) do.
pub(crate) fn compose(raw: &str, first: &[Change], second: &[Change]) -> Vec<Change> {
    let mut stretches = stretches(raw, first);
    // From the end, so that positions in the middle text stay right.
    for change in second.iter().rev() {
        splice(&mut stretches, change);
    }
    let mut composed: Vec<Change> = Vec::new();
    for stretch in stretches {
        let Some(kind) = stretch.kind else { continue };
        if raw[stretch.raw.clone()] != stretch.text {
            composed.push(Change { kind, range: stretch.raw, to: stretch.text });
        }
    }
    debug_assert_eq!(apply_changes(raw, &composed), apply_changes(&apply_changes(raw, first), second));
    composed
}

fn stretches(raw: &str, changes: &[Change]) -> Vec<Stretch> {
    let mut stretches = Vec::with_capacity(changes.len() * 2 + 1);
    let mut passed = 0;
    let plain = |range: Range<usize>| Stretch { text: raw[range.clone()].to_owned(), raw: range, kind: None };
    for change in changes {
        if change.range.start > passed {
            stretches.push(plain(passed..change.range.start));
        }
        stretches.push(Stretch { raw: change.range.clone(), text: change.to.clone(), kind: Some(change.kind) });
        passed = change.range.end;
    }
    if passed < raw.len() {
        stretches.push(plain(passed..raw.len()));
    }
    stretches
}

/// Makes `change`, given in positions of the stretches' joined text.
fn splice(stretches: &mut Vec<Stretch>, change: &Change) {
    let start = cut(stretches, change.range.start, Side::Before);
    let end = cut(stretches, change.range.end, Side::After).max(start);
    if start == end {
        let at = stretches.get(start).map_or_else(|| stretches.last().map_or(0, |s| s.raw.end), |s| s.raw.start);
        stretches.insert(start, Stretch { raw: at..at, text: change.to.clone(), kind: Some(change.kind) });
        return;
    }
    // An uncuttable stretch at either end keeps the part of its text that lies outside of the change.
    let offset: usize = stretches[..start].iter().map(|s| s.text.len()).sum();
    let length: usize = stretches[start..end].iter().map(|s| s.text.len()).sum();
    let joined: String = stretches[start..end].iter().map(|s| s.text.as_str()).collect();
    let text = format!(
        "{}{}{}",
        &joined[..change.range.start - offset],
        change.to,
        &joined[length.min(change.range.end - offset)..]
    );
    let earlier = stretches[start..end].iter().filter_map(|s| s.kind).find(|kind| !kind.is_cosmetic());
    let kind = if change.kind.is_cosmetic() { earlier.unwrap_or(change.kind) } else { change.kind };
    let raw = stretches[start].raw.start..stretches[end - 1].raw.end;
    stretches.splice(start..end, [Stretch { raw, text, kind: Some(kind) }]);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// Index of the stretch border at `position`; a stretch that cannot be cut falls wholly to the inner side.
fn cut(stretches: &mut Vec<Stretch>, position: usize, side: Side) -> usize {
    let mut offset = 0;
    for i in 0..stretches.len() {
        let length = stretches[i].text.len();
        if position == offset {
            // Of several borders at one place (around dropped text) the one that needs no merging.
            return if side == Side::Before { skip_dropped(stretches, i) } else { i };
        }
        if position < offset + length {
            if stretches[i].kind.is_some() {
                return if side == Side::Before { i } else { i + 1 };
            }
            let inside = position - offset;
            let middle = stretches[i].raw.start + inside;
            let tail =
                Stretch { raw: middle..stretches[i].raw.end, text: stretches[i].text.split_off(inside), kind: None };
            stretches[i].raw.end = middle;
            stretches.insert(i + 1, tail);
            return i + 1;
        }
        offset += length;
    }
    stretches.len()
}

/// The first border at this place behind text that was dropped, so that a change does not merge with it.
fn skip_dropped(stretches: &[Stretch], mut i: usize) -> usize {
    while stretches.get(i).is_some_and(|s| s.text.is_empty()) {
        i += 1;
    }
    i
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(kind: EditKind, range: Range<usize>, to: &str) -> Change {
        Change { kind, range, to: to.into() }
    }

    #[test]
    fn changes_of_untouched_text_keep_to_themselves() {
        let first = [change(EditKind::Filler, 0..3, "")];
        let second = [change(EditKind::Case, 0..1, "S"), change(EditKind::Punctuation, 4..4, ".")];
        let composed = compose("um send", &first, &second);
        assert_eq!(
            composed,
            [
                change(EditKind::Filler, 0..3, ""),
                change(EditKind::Case, 3..4, "S"),
                change(EditKind::Punctuation, 7..7, "."),
            ]
        );
    }

    #[test]
    fn a_change_of_changed_text_becomes_one_with_it() {
        let first = [change(EditKind::NumberForm, 0..4, "5"), change(EditKind::Punctuation, 9..9, ".")];
        let second = [change(EditKind::Case, 0..1, "V"), change(EditKind::Punctuation, 6..7, "?")];
        let composed = compose("five pies", &first, &second);
        assert_eq!(composed, [change(EditKind::NumberForm, 0..4, "V"), change(EditKind::Punctuation, 9..9, "?")]);
    }

    #[test]
    fn what_is_undone_by_the_second_step_is_no_edit() {
        let first = [change(EditKind::Case, 0..1, "A")];
        assert!(compose("a b", &first, &[change(EditKind::Case, 0..1, "a")]).is_empty());
    }

    /// Changes of a text of this many (one-byte) characters.
    fn changes(length: usize) -> impl Strategy<Value = Vec<Change>> {
        prop::collection::vec((0..=length, 0..3_usize, "[xyz]{0,3}"), 0..5).prop_map(move |mut wanted| {
            wanted.sort();
            let mut passed = 0;
            let mut made = Vec::new();
            for (start, width, to) in wanted {
                let end = (start + width).min(length);
                if start >= passed && !(start == end && to.is_empty()) {
                    passed = end.max(start);
                    made.push(change(EditKind::Filler, start..end, &to));
                }
            }
            made
        })
    }

    proptest! {
        #[test]
        fn one_step_does_what_the_two_did(
            (raw, first, second) in "[a-e]{0,8}".prop_flat_map(|raw| {
                let length = raw.len();
                (Just(raw), changes(length))
            }).prop_flat_map(|(raw, first)| {
                let middle = apply_changes(&raw, &first).len();
                (Just(raw), Just(first), changes(middle))
            })
        ) {
            let composed = compose(&raw, &first, &second);
            prop_assert_eq!(apply_changes(&raw, &composed), apply_changes(&apply_changes(&raw, &first), &second));
            for pair in composed.windows(2) {
                prop_assert!(pair[0].range.end <= pair[1].range.start);
            }
        }
    }
}
