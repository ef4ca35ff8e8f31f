//! Words that turn a statement round. Nobody but the speaker may add, drop or change one.

use crate::text::Tongue;

#[rustfmt::skip]
const ENGLISH: [&str; 25] = [
    "no", "not", "never", "none", "nobody", "nothing", "nowhere", "neither", "nor", "cannot", "without", "hardly",
    "barely", "scarcely", "seldom", "rarely", "unless", "except", "nope", "cant", "dont", "wont", "isnt", "didnt",
    "doesnt",
];

#[rustfmt::skip]
const RUSSIAN: [&str; 42] = [
    "не", "ни", "нет", "нету", "без", "безо", "никогда", "нигде", "никуда", "ниоткуда", "нисколько", "ничуть", "никак",
    "нельзя", "невозможно", "никто", "никого", "никому", "никем", "ничто", "ничего", "ничему", "ничем", "никакой",
    "никакая", "никакое", "никакие", "никаких", "никакого", "никакому", "никаким", "никакую", "нечего", "некому",
    "некогда", "некуда", "едва", "вряд", "кроме", "отнюдь", "вовсе", "неа",
];

/// Whether the (normalised) word negates.
pub(crate) fn is_negation(tongue: Tongue, word: &str) -> bool {
    match tongue {
        Tongue::English => word.ends_with("n't") || ENGLISH.contains(&word),
        Tongue::Russian => RUSSIAN.contains(&word),
        Tongue::Other => false,
    }
}

/// Whether the word negates what follows, so that a mark after it would cut it off.
pub(crate) fn binds_forward(tongue: Tongue, word: &str) -> bool {
    match tongue {
        Tongue::English => {
            word.ends_with("n't")
                || matches!(
                    word,
                    "no" | "not" | "never" | "neither" | "nor" | "cannot" | "without" | "unless" | "except"
                )
        }
        Tongue::Russian => matches!(
            word,
            "не" | "ни"
                | "нет"
                | "без"
                | "безо"
                | "никогда"
                | "нельзя"
                | "невозможно"
                | "едва"
                | "кроме"
                | "никак"
        ),
        Tongue::Other => false,
    }
}

/// Whether a word after "no" / "нет" at the beginning of a sentence shows that it was an answer ("no, I ...").
pub(crate) fn follows_answer(tongue: Tongue, word: &str) -> bool {
    #[rustfmt::skip]
    const ENGLISH: [&str; 32] = [
        "i", "i'm", "i'll", "i've", "i'd", "we", "we're", "we'll", "you", "he", "she", "they", "it", "it's", "that's",
        "that", "this", "there", "there's", "don't", "not", "thanks", "thank", "sorry", "the", "he's", "she's", "let's",
        "my", "wait", "please", "no",
    ];
    #[rustfmt::skip]
    const RUSSIAN: [&str; 24] = [
        "я", "мы", "ты", "вы", "он", "она", "они", "это", "не", "спасибо", "давай", "давайте", "мне", "нам", "у", "там",
        "тут", "но", "а", "пожалуйста", "нет", "извините", "подожди", "лучше",
    ];
    match tongue {
        Tongue::English => ENGLISH.contains(&word),
        Tongue::Russian => RUSSIAN.contains(&word),
        Tongue::Other => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contractions_and_pronouns_negate_too() {
        for word in ["not", "don't", "couldn't", "never", "nobody", "cannot"] {
            assert!(is_negation(Tongue::English, word), "{word}");
        }
        for word in ["не", "ни", "никого", "нельзя", "без"] {
            assert!(is_negation(Tongue::Russian, word), "{word}");
        }
        assert!(!is_negation(Tongue::English, "note"));
        assert!(!is_negation(Tongue::Russian, "небо"));
    }
}
