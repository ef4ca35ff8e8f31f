//! Words without what makes no difference to the ear: the common measure of agreement, guards and error rates.

use unicode_normalization::UnicodeNormalization;

/// A word in lower case without punctuation and accents of spelling ("Ёлки," = "елки", "don’t" = "dont"); empty if
/// nothing but punctuation.
pub fn plain_word(word: &str) -> String {
    word.nfc().flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric()).map(fold).collect()
}

/// The plain words of a text. Hyphens and dashes part words.
pub fn plain_words(text: &str) -> Vec<String> {
    text.split(|letter: char| letter.is_whitespace() || is_dash(letter))
        .map(plain_word)
        .filter(|word| !word.is_empty())
        .collect()
}

fn fold(letter: char) -> char {
    if letter == 'ё' { 'е' } else { letter }
}

fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_punctuation_and_yo_make_no_difference() {
        assert_eq!(plain_words("«Ёлки-палки», — сказал он."), ["елки", "палки", "сказал", "он"]);
        assert_eq!(plain_words("Don’t stop -- 3 o'clock!"), ["dont", "stop", "3", "oclock"]);
        assert_eq!(plain_word("е\u{308}ж"), "еж");
        assert_eq!(plain_word("..."), "");
    }
}
