//! Russian words that are written twice with a hyphen and heard as two: "еле еле" is "еле-еле".

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::tokens::TokenKind;

const WORDS: [&str; 9] = ["еле", "чуть", "вот", "едва", "ха", "хи", "хе", "ой", "ай"];

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    if scope.tongue != Tongue::Russian {
        return;
    }
    let view = View::new(draft);
    let mut actions = Vec::new();
    let mut k = 0;
    while k < view.len() {
        let mut last = k;
        while view.norm(last + 1) == view.norm(k) && view.gap(last + 1).is_plain() {
            last += 1;
        }
        if last > k && WORDS.contains(&view.norm(k)) {
            let parts: Vec<&str> = (k..=last).map(|n| view.text(n)).collect();
            actions.push(Action::Replace {
                first: view.words[k],
                last: view.words[last],
                text: parts.join("-"),
                sort: TokenKind::Word,
                kind: EditKind::Spelling,
                frozen: false,
            });
        }
        k = last + 1;
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::russian;

    #[test]
    fn reduplications_get_their_hyphen() {
        assert_eq!(russian("мы еле еле успели"), "Мы еле-еле успели.");
        assert_eq!(russian("день был очень очень длинный"), "День был очень очень длинный.");
    }
}
