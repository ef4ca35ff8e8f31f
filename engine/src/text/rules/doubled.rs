//! Marks between words that are said twice on purpose: "very very" is "very, very", "еле еле" is "еле-еле".

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::tokens::TokenKind;

const COMMA_ENGLISH: &str = "very really no yes yeah wait please never much long far well okay ok stop";
const COMMA_RUSSIAN: &str = "очень нет да стоп ладно хорошо никогда";
const HYPHEN_RUSSIAN: &str = "еле чуть вот ха хи хе ой ай много долго давно быстро тихо сильно далеко едва";

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let (comma, hyphen) = match scope.tongue {
        Tongue::English => (COMMA_ENGLISH, ""),
        Tongue::Russian => (COMMA_RUSSIAN, HYPHEN_RUSSIAN),
        Tongue::Other => return,
    };
    let in_list = |list: &str, word: &str| list.split(' ').any(|known| known == word);
    let view = View::new(draft);
    let mut actions = Vec::new();
    let mut k = 0;
    while k + 1 < view.len() {
        let word = view.norm(k);
        let mut last = k;
        while last + 1 < view.len() && view.norm(last + 1) == word && view.gap(last + 1).is_plain() && !view.frozen(last) {
            last += 1;
        }
        if last > k && in_list(comma, word) {
            let kind = EditKind::Punctuation;
            actions.extend((k..last).map(|n| Action::Insert { after: view.words[n], text: ",".into(), kind }));
        } else if last > k && in_list(hyphen, word) {
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
    use super::super::tests::{english, russian};

    #[test]
    fn words_said_twice_on_purpose_get_their_marks() {
        assert_eq!(english("it was a very very long day"), "It was a very, very long day.");
        assert_eq!(english("no no no i said tuesday"), "No, no, no I said Tuesday.");
        assert_eq!(russian("мы еле еле успели"), "Мы еле-еле успели.");
        assert_eq!(russian("день был очень очень длинный"), "День был очень, очень длинный.");
        // Who sets marks himself, or has them set by the recogniser, has said what he wants.
        assert_eq!(english("It was very very cold."), "It was very very cold.");
    }
}
