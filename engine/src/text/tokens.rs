//! Cuts text into words, marks and spaces, and says when two words are the same word.
//!
//! The cut is one for English and Russian: "don't", "кто-то", "3.5", "5:30", "$20", "25%", "user@host.org" are one
//! word each, so that no later step can change half of them.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    Word,
    /// Punctuation and symbols; one character each, but a run of dots is one mark.
    Mark,
    /// A run of white space; see [`Token::breaks_line`].
    Space,
}

/// A piece of a text. The tokens of a text follow each other without gaps and cover it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    /// Byte offset of its first character.
    pub start: usize,
}

impl Token<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub fn breaks_line(&self) -> bool {
        self.kind == TokenKind::Space && self.text.contains('\n')
    }
}

/// Cuts `text`. Joined again in order, the tokens are the text.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let at = |i: usize| chars.get(i).map(|&(_, c)| c);
    let offset = |i: usize| chars.get(i).map_or(text.len(), |&(o, _)| o);
    let mut found = Vec::with_capacity(chars.len() / 3 + 1);
    let mut i = 0;
    while let Some(c) = at(i) {
        let before = i.checked_sub(1).and_then(at);
        let (kind, end) = if is_space(c) {
            (TokenKind::Space, run(i, &at, is_space))
        } else if is_word_char(c) || opens_number(before, c, at(i + 1)) {
            (TokenKind::Word, word_end(i + 1, &at))
        } else if c == '.' {
            (TokenKind::Mark, run(i, &at, |c| c == '.'))
        } else {
            (TokenKind::Mark, i + 1)
        };
        found.push(Token { kind, text: &text[offset(i)..offset(end)], start: offset(i) });
        i = end;
    }
    found
}

/// Only the words of `text`, in order.
pub fn words(text: &str) -> Vec<Token<'_>> {
    tokens(text).into_iter().filter(|token| token.kind == TokenKind::Word).collect()
}

/// The form in which words are compared: lower case, е for ё, one kind of apostrophe and of hyphen, composed letters.
pub fn normal(word: &str) -> String {
    let composed: Cow<'_, str> =
        if word.chars().any(is_combining) { Cow::Owned(word.nfc().collect()) } else { Cow::Borrowed(word) };
    composed.chars().flat_map(char::to_lowercase).map(plain).collect()
}

/// Whether two words differ in case, ё, apostrophe or hyphen only.
pub fn same_word(a: &str, b: &str) -> bool {
    normal(a) == normal(b)
}

fn plain(c: char) -> char {
    match c {
        'ё' => 'е',
        '’' | 'ʼ' | '‘' | '`' => '\'',
        '‐' | '‑' => '-',
        '\u{202f}' => '\u{a0}',
        other => other,
    }
}

fn run(from: usize, at: &impl Fn(usize) -> Option<char>, belongs: impl Fn(char) -> bool) -> usize {
    let mut end = from + 1;
    while at(end).is_some_and(&belongs) {
        end += 1;
    }
    end
}

/// Where the word ends whose characters up to `i` are known to belong to it.
fn word_end(mut i: usize, at: &impl Fn(usize) -> Option<char>) -> usize {
    while let Some(c) = at(i) {
        let before = i.checked_sub(1).and_then(at).unwrap_or(' ');
        let after = at(i + 1);
        let goes_on = is_word_char(c)
            || after.is_some_and(|after| connects(before, c, after))
            || groups_thousands(before, c, i, at)
            || (before.is_ascii_digit() && is_unit_sign(c))
            || (is_letter(before) && c == '#' && !after.is_some_and(is_word_char))
            || (c == '+' && (is_letter(before) || before == '+') && !after.is_some_and(is_word_char));
        if !goes_on {
            break;
        }
        i += 1;
    }
    i
}

fn connects(before: char, c: char, after: char) -> bool {
    if !is_word_char(after) || !(is_word_char(before) || is_unit_sign(before)) {
        return false;
    }
    match c {
        '\'' | '’' | 'ʼ' | '-' | '‐' | '‑' | '_' | '@' | '/' => true,
        ',' | ':' => before.is_ascii_digit() && after.is_ascii_digit(),
        '.' => (before.is_ascii_digit() && after.is_ascii_digit()) || (is_letter(before) && after.is_lowercase()),
        '&' => before.is_uppercase() && after.is_uppercase(),
        _ => false,
    }
}

/// "12 500" with a no-break space is one number.
fn groups_thousands(before: char, c: char, i: usize, at: &impl Fn(usize) -> Option<char>) -> bool {
    let digit = |k: usize| at(i + k).is_some_and(|c| c.is_ascii_digit());
    matches!(c, '\u{a0}' | '\u{202f}') && before.is_ascii_digit() && digit(1) && digit(2) && digit(3) && !digit(4)
}

fn opens_number(before: Option<char>, c: char, after: Option<char>) -> bool {
    if !after.is_some_and(|after| after.is_ascii_digit()) {
        return false;
    }
    match c {
        '$' | '€' | '£' | '₽' | '¥' => true,
        '-' | '−' | '+' => before.is_none_or(|before| is_space(before) || before == '('),
        _ => false,
    }
}

fn is_unit_sign(c: char) -> bool {
    matches!(c, '%' | '°' | '$' | '€' | '£' | '₽')
}

/// White space between words; the no-break space counts as a space unless it groups digits.
fn is_space(c: char) -> bool {
    c.is_whitespace()
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining(c)
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic()
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text).iter().map(|token| token.text).collect()
    }

    fn words_of(text: &str) -> Vec<&str> {
        words(text).iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_marks_and_spaces_come_apart() {
        assert_eq!(cut("Hi,  Anna!\nОк…"), ["Hi", ",", "  ", "Anna", "!", "\n", "Ок", "…"]);
    }

    #[test]
    fn what_belongs_together_stays_together() {
        for word in [
            "don't",
            "кто-то",
            "3.5",
            "5:30",
            "12,500",
            "12\u{a0}500",
            "$20",
            "25%",
            "20€",
            "-5",
            "+7",
            "p.m",
            "a@b.org",
            "C++",
            "C#",
            "R&D",
            "km/h",
            "й\u{306}од",
            "25-го",
        ] {
            assert_eq!(words_of(&format!("so {word} so")), ["so", word, "so"]);
        }
    }

    #[test]
    fn a_missing_space_between_sentences_is_a_border() {
        assert_eq!(words_of("the end.Start again"), ["the", "end", "Start", "again"]);
        assert_eq!(words_of("th- the 5-6 - 7"), ["th", "the", "5-6", "7"]);
    }

    #[test]
    fn case_yo_apostrophes_and_decomposed_letters_do_not_make_another_word() {
        assert!(same_word("Ёлка", "елка"));
        assert!(same_word("don’t", "DON'T"));
        assert!(same_word("мой", "мои\u{306}"));
        assert!(!same_word("were", "we're"));
    }

    proptest! {
        #[test]
        fn tokens_cover_any_text(text in "\\PC{0,80}|[a-zа-яё0-9 .,'\n\u{a0}$%-]{0,80}") {
            let joined: String = tokens(&text).iter().map(|token| token.text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
