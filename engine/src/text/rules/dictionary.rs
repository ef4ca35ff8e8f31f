//! Gives the words of the dictionary their spelling.

use super::Scope;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::tokens::TokenKind;

/// A term falls into no more words than this.
const WINDOW: usize = 5;

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    if scope.dictionary.is_empty() {
        return;
    }
    let view = View::new(draft);
    let mut actions = Vec::new();
    let mut k = 0;
    while k < view.len() {
        let mut words = Vec::with_capacity(WINDOW);
        while words.len() < WINDOW
            && k + words.len() < view.len()
            && !view.frozen(k + words.len())
            && (words.is_empty() || view.gap(k + words.len()).is_plain())
        {
            words.push(view.norm(k + words.len()));
        }
        let Some(found) = scope.dictionary.find(scope.tongue, &words) else {
            k += 1;
            continue;
        };
        let (first, last) = (view.words[k], view.words[k + found.words - 1]);
        let kind = EditKind::Dictionary;
        actions.push(Action::Replace { first, last, text: found.written, sort: TokenKind::Word, kind, frozen: true });
        k += found.words;
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}
