//! Where sentences begin and end.

use std::ops::Range;

use super::tokens::{Token, TokenKind, normal, tokens};

/// Byte ranges of the sentences of `text`, their last marks included, white space around them not.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut start = None;
    let mut end = 0;
    for (i, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::Space {
            let done = token.breaks_line() || border_before(&tokens, i);
            if let (true, Some(from)) = (done, start) {
                found.push(from..end);
                start = None;
            }
        } else {
            start.get_or_insert(token.start);
            end = token.end();
        }
    }
    if let Some(from) = start {
        found.push(from..end);
    }
    found
}

/// Whether the white space `tokens[space]` follows the end of a sentence.
fn border_before(tokens: &[Token<'_>], space: usize) -> bool {
    let mut marks = tokens[..space].iter().rev().take_while(|token| token.kind == TokenKind::Mark);
    let Some(mark) = marks.find(|mark| !matches!(mark.text, "\"" | "'" | ")" | "]" | "»" | "”" | "’")) else {
        return false;
    };
    if goes_on(&tokens[space..]) {
        return false;
    }
    let before = tokens[..space].iter().rfind(|token| token.kind == TokenKind::Word && token.start < mark.start);
    let after = tokens[space..].iter().find(|token| token.kind == TokenKind::Word);
    ends_sentence(mark.text, before.map(|token| token.text), after.map(|token| token.text))
}

/// Whether a dash leads on behind the mark ("Done? — he asked").
fn goes_on(rest: &[Token<'_>]) -> bool {
    let mut rest = rest.iter().filter(|token| token.kind != TokenKind::Space);
    let dash = rest.next().is_some_and(|token| matches!(token.text, "—" | "–" | "-"));
    dash && rest.next().is_some_and(|token| token.text.chars().next().is_some_and(char::is_lowercase))
}

/// Whether `mark` between these two words ends a sentence. A full stop after an abbreviation or an initial does not.
pub fn ends_sentence(mark: &str, before: Option<&str>, after: Option<&str>) -> bool {
    match mark {
        "!" | "?" => true,
        "…" => after.is_none_or(|after| after.chars().next().is_some_and(char::is_uppercase)),
        _ if mark.starts_with('.') => {
            let Some(before) = before else { return true };
            let Some(after) = after else { return true };
            let opens_upper = after.chars().next().is_some_and(|c| !c.is_lowercase());
            if mark.len() > 1 {
                return opens_upper;
            }
            // "p.m. on July 26": dots inside, and no capital behind.
            let dotted = before.contains('.') && !opens_upper;
            !(dotted || is_abbreviation(before) || is_initial(before))
        }
        _ => false,
    }
}

fn is_initial(word: &str) -> bool {
    let mut chars = word.chars();
    // "I." ends a sentence as often as not, every other single capital is somebody's first letter.
    matches!((chars.next(), chars.next()), (Some(c), None) if c.is_uppercase() && c != 'I' && c != 'Я')
}

/// Words whose full stop belongs to them.
fn is_abbreviation(word: &str) -> bool {
    #[rustfmt::skip]
    const ABBREVIATIONS: [&str; 36] = [
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "e.g", "i.e", "approx", "dept", "fig", "inc", "ltd", "т.е",
        "т.к", "т.н", "т.п", "г", "гг", "ул", "им", "стр", "см", "руб", "тыс", "млн", "млрд", "напр", "др", "проф",
        "гр", "тел",
    ];
    ABBREVIATIONS.contains(&normal(word).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn stops_questions_and_line_breaks_end_sentences() {
        assert_eq!(cut("One. Two? Three!  Four\nFive"), ["One.", "Two?", "Three!", "Four", "Five"]);
        assert_eq!(cut("\"Come.\" He came."), ["\"Come.\"", "He came."]);
        assert_eq!(cut("Готово? — спросил он. Да."), ["Готово? — спросил он.", "Да."]);
    }

    #[test]
    fn abbreviations_initials_and_numbers_do_not() {
        assert_eq!(cut("At 7 p.m. on Monday. Then rest."), ["At 7 p.m. on Monday.", "Then rest."]);
        assert_eq!(cut("Mr. Hill met A. Stone at 3.5 km."), ["Mr. Hill met A. Stone at 3.5 km."]);
        assert_eq!(cut("На ул. Мира, т.е. там... да."), ["На ул. Мира, т.е. там... да."]);
    }

    #[test]
    fn nothing_has_no_sentences() {
        assert!(cut("  \n ").is_empty());
    }
}
