//! The decoder's stuck record: the same words, or the same letters, over and over.

use crate::asr::Word;
use crate::words::plain_word;

/// A repetition in a sequence of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepetitionLoop {
    /// Index of the first word of the first repetition.
    pub start: usize,
    /// Words of one turn.
    pub period: usize,
    /// Full turns, one after the other.
    pub turns: usize,
}

/// Longest turn in words.
const LONGEST_TURN: usize = 12;
/// Turns of one word that are a loop where they come faster than they can be said; people do say "no no no no".
const TURNS_OF_A_WORD: usize = 6;
/// Turns of one word that are a loop at any pace ("zero" in a long number is said ten times at most).
const TURNS_OF_A_WORD_AT_EASE: usize = 12;
/// Letters of the smallest run inside one word.
const LETTER_RUN: usize = 14;
/// Letters, and turns, of the smallest run across words.
const TEXT_RUN: usize = 30;
const TEXT_TURNS: usize = 5;

/// The first loop among the words, if any. `voiced_ms` tells how fast they would have been said.
pub fn find_loop(words: &[Word], voiced_ms: u32) -> Option<RepetitionLoop> {
    let plain: Vec<String> = words.iter().map(|word| plain_word(&word.text)).collect();
    let per_second = words.len() as f32 * 1_000.0 / (voiced_ms as f32 + 350.0);
    (0..plain.len()).find_map(|start| {
        (1..=LONGEST_TURN.min((plain.len() - start) / 2)).find_map(|period| {
            let turn = &plain[start..start + period];
            let turns = 1 + plain[start + period..].chunks_exact(period).take_while(|next| *next == turn).count();
            (turns >= least_turns(turn, per_second)).then_some(RepetitionLoop { start, period, turns })
        })
    })
}

/// The words without loops: one turn of each is kept, runs of letters go. None if there is no loop.
pub(super) fn without_loops(words: &[Word], voiced_ms: u32) -> Option<Vec<Word>> {
    let mut kept: Vec<Word> = words.iter().filter(|word| !is_run(&plain_word(&word.text))).cloned().collect();
    let mut found = kept.len() < words.len();
    while let Some(repeated) = find_loop(&kept, voiced_ms) {
        let first = repeated.start + repeated.period;
        kept.drain(first..first + repeated.period * (repeated.turns - 1));
        // The turn on which the decoder broke off is part of the loop.
        let begun = (0..repeated.period)
            .take_while(|at| {
                kept.get(first + at)
                    .is_some_and(|word| plain_word(&word.text) == plain_word(&kept[repeated.start + at].text))
            })
            .count();
        if first + begun == kept.len() {
            kept.truncate(first);
        }
        found = true;
    }
    if let Some(at) = text_run(&kept) {
        kept.truncate(at);
        found = true;
    }
    found.then_some(kept)
}

fn least_turns(turn: &[String], per_second: f32) -> usize {
    match turn {
        // Words of a word ("no no") are counted as turns of that word.
        [_] if per_second > 4.5 => TURNS_OF_A_WORD,
        [_] => TURNS_OF_A_WORD_AT_EASE,
        [one, other] if one == other => usize::MAX,
        [_, _] => 5,
        [_, _, _] => 4,
        _ => 3,
    }
}

/// One word that is nothing but a few letters repeated ("ааааааааааааааа", "тртртртртртртр").
fn is_run(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    letters.len() >= LETTER_RUN
        && !letters.iter().all(char::is_ascii_digit)
        && (1..=4).any(|period| (period..letters.len()).all(|at| letters[at] == letters[at - period]))
}

/// A loop over letters that words hide by being split differently each turn: the index of the word behind its first
/// turn, if the text ends in one.
fn text_run(words: &[Word]) -> Option<usize> {
    let mut letters = Vec::new();
    let mut owner = Vec::new();
    for (at, word) in words.iter().enumerate() {
        for letter in plain_word(&word.text).chars() {
            letters.push(letter);
            owner.push(at);
        }
    }
    let length = letters.len();
    if length < TEXT_RUN || letters.iter().all(char::is_ascii_digit) {
        return None;
    }
    (2..=length / TEXT_TURNS).find_map(|period| {
        let same = (period..length).rev().take_while(|at| letters[*at] == letters[at - period]).count();
        let run = same + period;
        if run < TEXT_RUN || run < TEXT_TURNS * period {
            return None;
        }
        let first = length - run;
        // Turns of whole words are judged by `find_loop`, which knows what people repeat on purpose.
        let begins_word = |at: usize| at == 0 || owner[at] != owner[at - 1];
        let of_words = begins_word(first) && begins_word(first + period);
        (!of_words).then(|| owner[first + period - 1] + 1)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::words;
    use super::*;

    fn cut(text: &str, voiced_ms: u32) -> Option<String> {
        without_loops(&words(text), voiced_ms).map(|words| crate::asr::join_words(&words))
    }

    #[test]
    fn phrases_words_and_letters_in_a_loop_are_cut_in_both_languages() {
        for (text, left) in [
            ("I said the same thing the same thing the same thing the same thing", "I said the same thing"),
            ("and then you you you you you you you you you you you you you you", "and then you"),
            ("мы будем работать и будем и будем и будем и будем и будем и", "мы будем работать и будем"),
            ("он сказал ааааааааааааааааааа", "он сказал"),
            ("ну тртртртртртртртртр вот", "ну вот"),
            ("hahaha haha hahaha hahaha haha hahahaha hahaha", "hahaha"),
        ] {
            assert_eq!(cut(text, 2_000).as_deref(), Some(left), "{text}");
        }
    }

    #[test]
    fn what_follows_a_loop_is_kept() {
        let text = "one two three four one two three four one two three four and out";
        assert_eq!(cut(text, 4_000).as_deref(), Some("one two three four and out"));
    }

    #[test]
    fn what_people_repeat_on_purpose_stays() {
        for text in [
            "нет нет нет нет",
            "very very very very good",
            "да да да, хорошо, хорошо",
            "one two one two check one two",
            "the number is 1 1 1 1 0 0 0 0 0 0",
            "раз раз раз проверка",
            "bye bye bye bye",
        ] {
            assert_eq!(cut(text, text.split(' ').count() as u32 * 300), None, "{text}");
        }
    }

    #[test]
    fn a_long_number_said_at_ease_is_no_loop_and_gabbled_it_is() {
        let text = "zero zero zero zero zero zero zero zero";
        assert_eq!(cut(text, 4_000), None);
        assert_eq!(cut(text, 700).as_deref(), Some("zero"));
    }

    proptest! {
        #[test]
        fn cutting_never_panics_never_adds_and_leaves_no_loop(text in "([a-c]{1,3} ){0,60}", voiced_ms in 0u32..20_000) {
            let all = words(&text);
            if let Some(kept) = without_loops(&all, voiced_ms) {
                prop_assert!(kept.len() <= all.len());
                prop_assert_eq!(find_loop(&kept, voiced_ms), None);
            }
        }
    }
}
