//! Which words are common, small, negative: what rules and guard must know of single words.
//!
//! `common_en.txt` and `common_ru.txt` are the 5000 and 6000 most frequent words of the Common Voice sentences (CC0-1.0), words
//! that are mostly written with a capital left out; `known_en.txt` and `known_ru.txt` are the 6000 and 8300 next ones.

pub(crate) mod negation;
pub(crate) mod small;

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Tongue;

static COMMON_ENGLISH: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common_en.txt").lines().collect());
static COMMON_RUSSIAN: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common_ru.txt").lines().collect());

static KNOWN_ENGLISH: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("known_en.txt").lines().collect());
static KNOWN_RUSSIAN: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("known_ru.txt").lines().collect());

/// Whether the (normalised) word is an everyday word of the language, so neither a name nor a misheard term.
pub(crate) fn is_common(tongue: Tongue, word: &str) -> bool {
    small::is_small(tongue, word)
        || match tongue {
            Tongue::English => COMMON_ENGLISH.contains(word),
            Tongue::Russian => COMMON_RUSSIAN.contains(word),
            Tongue::Other => false,
        }
}

/// Whether the word is one that is written small: an everyday word or a rarer one. Some of the rarer ones are somebody's
/// terms too, so the dictionary does not ask here.
pub(crate) fn is_known(tongue: Tongue, word: &str) -> bool {
    is_common(tongue, word)
        || match tongue {
            Tongue::English => KNOWN_ENGLISH.contains(word),
            Tongue::Russian => KNOWN_RUSSIAN.contains(word),
            Tongue::Other => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_words_are_common_and_names_are_not() {
        assert!(is_common(Tongue::English, "morning"));
        assert!(is_common(Tongue::Russian, "сегодня"));
        assert!(!is_common(Tongue::English, "kubernetes"));
        assert!(!is_common(Tongue::Russian, "петров"));
        assert!(is_known(Tongue::Russian, "вдалеке") && !is_known(Tongue::Russian, "петров"));
    }

    #[test]
    fn the_lists_are_in_the_form_in_which_words_are_compared() {
        let common = COMMON_ENGLISH.iter().chain(COMMON_RUSSIAN.iter());
        for word in common.chain(KNOWN_ENGLISH.iter()).chain(KNOWN_RUSSIAN.iter()) {
            assert_eq!(*word, crate::text::tokens::normal(word));
        }
    }
}
