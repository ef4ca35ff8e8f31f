//! Spoken symbols of program code and command lines; only the code style wants them.

use super::Scope;
use crate::text::Tongue;
use crate::text::draft::{Action, Draft, View};
use crate::text::edit::EditKind;
use crate::text::tokens::TokenKind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spaces {
    /// The symbol joins what stands around it.
    None,
    /// As they are.
    Kept,
    /// Only the one behind it stays.
    Behind,
    /// Only the one before it stays.
    Before,
}

/// Spoken words, symbol, spaces. Longer phrases stand before those they begin with.
#[rustfmt::skip]
const SYMBOLS: [(&[&str], &str, Spaces); 36] = [
    (&["double", "equals"], "==", Spaces::Kept),
    (&["not", "equals"], "!=", Spaces::Kept),
    (&["equals"], "=", Spaces::Kept),
    (&["underscore"], "_", Spaces::None),
    (&["dot"], ".", Spaces::None),
    (&["backslash"], "\\", Spaces::None),
    (&["slash"], "/", Spaces::None),
    (&["double", "dash"], "--", Spaces::Before),
    (&["dash", "dash"], "--", Spaces::Before),
    (&["pipe"], "|", Spaces::Kept),
    (&["ampersand"], "&", Spaces::Kept),
    (&["asterisk"], "*", Spaces::Kept),
    (&["plus", "sign"], "+", Spaces::Kept),
    (&["at", "sign"], "@", Spaces::None),
    (&["hash", "sign"], "#", Spaces::Before),
    (&["dollar", "sign"], "$", Spaces::Before),
    (&["percent", "sign"], "%", Spaces::Behind),
    (&["greater", "than", "sign"], ">", Spaces::Kept),
    (&["less", "than", "sign"], "<", Spaces::Kept),
    (&["arrow"], "->", Spaces::Kept),
    (&["open", "paren"], "(", Spaces::None),
    (&["close", "paren"], ")", Spaces::Behind),
    (&["open", "brace"], "{", Spaces::Kept),
    (&["close", "brace"], "}", Spaces::Kept),
    (&["open", "bracket"], "[", Spaces::None),
    (&["close", "bracket"], "]", Spaces::Behind),
    (&["нижнее", "подчеркивание"], "_", Spaces::None),
    (&["обратный", "слэш"], "\\", Spaces::None),
    (&["слэш"], "/", Spaces::None),
    (&["равно"], "=", Spaces::Kept),
    (&["собака"], "@", Spaces::None),
    (&["решетка"], "#", Spaces::Before),
    (&["звездочка"], "*", Spaces::Kept),
    (&["амперсанд"], "&", Spaces::Kept),
    (&["фигурная", "скобка", "открывается"], "{", Spaces::Kept),
    (&["фигурная", "скобка", "закрывается"], "}", Spaces::Kept),
];

pub(super) fn run(draft: &mut Draft<'_>, scope: &Scope<'_>) {
    if scope.tongue == Tongue::Other {
        return;
    }
    let view = View::new(draft);
    let mut actions = Vec::new();
    let mut k = 0;
    let mut taken = 0;
    // Where a symbol with spaces around it ended: the one behind it is not the next symbol's to take.
    let mut kept = usize::MAX;
    while k < view.len() {
        let found = SYMBOLS.iter().find(|(words, ..)| view.phrase_at(k, words));
        let Some((words, symbol, spaces)) = found else {
            k += 1;
            continue;
        };
        let (mut first, mut last) = (view.words[k], view.words[k + words.len() - 1]);
        let is_space = |i: usize| view.draft.pieces.get(i).is_some_and(|p| p.kind == TokenKind::Space && p.text == " ");
        if matches!(spaces, Spaces::None | Spaces::Behind) && first > taken && first != kept && is_space(first - 1) {
            first -= 1;
        }
        if matches!(spaces, Spaces::None | Spaces::Before) && is_space(last + 1) {
            last += 1;
        }
        let kind = EditKind::SpokenCommand;
        actions.push(Action::Replace {
            first,
            last,
            text: (*symbol).into(),
            sort: TokenKind::Mark,
            kind,
            frozen: true,
        });
        taken = last + 1;
        kept = if matches!(spaces, Spaces::Kept | Spaces::Behind) { last + 2 } else { usize::MAX };
        k += words.len();
    }
    if !actions.is_empty() {
        draft.perform(actions);
    }
}

#[cfg(test)]
mod tests {
    use crate::language::Language;
    use crate::text::rules::tests::cleaned;
    use crate::text::style::Style;

    #[test]
    fn symbols_are_written_the_way_code_wants_them() {
        let code = |raw| cleaned(Language::ENGLISH, &Style::code(), raw).text;
        assert_eq!(code("main dot rs"), "main.rs");
        assert_eq!(code("let x equals open bracket one comma two close bracket"), "let x = [1, 2]");
        assert_eq!(code("print open paren x close paren"), "print(x)");
        assert_eq!(code("git commit double dash amend"), "git commit --amend");
        let russian = |raw| cleaned(Language::RUSSIAN, &Style::code(), raw).text;
        assert_eq!(russian("user нижнее подчеркивание id равно два"), "user_id = 2");
    }
}
