//! Puts in the texts of snippets where their triggers were said.

use super::Scope;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::tokens::TokenKind;

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    if scope.snippets.is_empty() {
        return;
    }
    let view = View::new(draft);
    let mut actions = Vec::new();
    let mut k = 0;
    while k < view.len() {
        let found = scope.snippets.find(|trigger| {
            trigger
                .iter()
                .enumerate()
                .all(|(n, word)| view.norm(k + n) == word && (n == 0 || view.gap(k + n).is_soft()))
        });
        let Some((len, text)) = found else {
            k += 1;
            continue;
        };
        let (first, mut last) = (view.words[k], view.words[k + len - 1]);
        // The recogniser's full stop after the trigger is no part of the snippet.
        let alone = view.opens_sentence(k) && k + len == view.len();
        while alone && view.draft.pieces.get(last + 1).is_some_and(|piece| piece.kind == TokenKind::Mark) {
            last += 1;
        }
        let kind = EditKind::Snippet;
        actions.push(Action::Replace { first, last, text: text.to_owned(), sort: TokenKind::Word, kind, frozen: true });
        k += len;
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}
