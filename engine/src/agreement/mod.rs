//! Live text in two parts: words that two passes agreed on (committed, they never change) and the rest (tentative).
//!
//! Each pass decodes the utterance from its beginning, so a pass repeats what is committed, in its own reading. The
//! committed reading stands; where a pass goes on behind it is found by aligning the two.

mod align;

use crate::asr::Word;
use crate::words::plain_word;

use align::continuation;

/// How careful committing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgreementOptions {
    /// A word is committed only if it ends so long before the end of the sound: later ones still lack context.
    pub safe_distance_ms: u32,
}

impl Default for AgreementOptions {
    fn default() -> Self {
        Self { safe_distance_ms: 600 }
    }
}

/// What agreed so far within one utterance. Times are those of the decoded sound (from the utterance's start).
#[derive(Debug, Clone, Default)]
pub struct Agreement {
    options: AgreementOptions,
    committed: Vec<Word>,
    /// What the last pass had behind the committed words.
    tentative: Vec<Word>,
}

/// The final as it goes to the user.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedFinal {
    pub words: Vec<Word>,
    /// The final read a committed word differently (it was kept as the user saw it).
    pub diverged: bool,
}

impl Agreement {
    /// For a new utterance.
    pub fn new(options: AgreementOptions) -> Self {
        Self { options, committed: Vec::new(), tentative: Vec::new() }
    }

    /// Takes the words of a pass over the first `audio_ms` of the utterance. Gives how many words became committed.
    pub fn update(&mut self, pass: &[Word], audio_ms: u32) -> usize {
        let fresh = &pass[continuation(&self.committed, pass).index..];
        let safe = audio_ms.saturating_sub(self.options.safe_distance_ms);
        let agreed = fresh
            .iter()
            .zip(&self.tentative)
            .take_while(|(now, before)| plain_word(&now.text) == plain_word(&before.text) && now.end_ms <= safe)
            .count();
        self.committed.extend_from_slice(&fresh[..agreed]);
        self.tentative = fresh[agreed..].to_vec();
        agreed
    }

    /// Words that will not change any more.
    pub fn committed(&self) -> &[Word] {
        &self.committed
    }

    /// Words behind them as the last pass had them.
    pub fn tentative(&self) -> &[Word] {
        &self.tentative
    }

    /// The final decode with the committed words in the reading that the user saw, and everything behind them.
    pub fn merge_final(&self, words: Vec<Word>) -> MergedFinal {
        merge_final(&self.committed, words)
    }
}

/// `committed`, then what `words` has behind that stretch: nothing lost, nothing twice.
pub fn merge_final(committed: &[Word], words: Vec<Word>) -> MergedFinal {
    let point = continuation(committed, &words);
    if point.same {
        // Same words: the final's times and confidences are better, the spelling stays as seen.
        let words = words
            .into_iter()
            .enumerate()
            .map(|(at, word)| match committed.get(at) {
                Some(seen) => Word { text: seen.text.clone(), ..word },
                None => word,
            })
            .collect();
        return MergedFinal { words, diverged: false };
    }
    let mut merged = committed.to_vec();
    merged.extend(words.into_iter().skip(point.index));
    MergedFinal { words: merged, diverged: true }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words of 300 ms each, one after the other.
    fn words(text: &str) -> Vec<Word> {
        text.split_whitespace()
            .enumerate()
            .map(|(at, text)| Word {
                text: text.to_owned(),
                start_ms: at as u32 * 300,
                end_ms: at as u32 * 300 + 280,
                confidence: 0.9,
            })
            .collect()
    }

    fn text(words: &[Word]) -> String {
        crate::asr::join_words(words)
    }

    #[test]
    fn a_word_is_committed_when_two_passes_agree_and_it_is_old_enough() {
        let mut agreement = Agreement::default();
        assert_eq!(agreement.update(&words("he was holding"), 1_000), 0);
        assert_eq!(agreement.update(&words("He was holding in his"), 1_600), 3);
        assert_eq!(text(agreement.committed()), "He was holding");
        assert_eq!(text(agreement.tentative()), "in his");
        assert_eq!(agreement.update(&words("he was holding in her hand"), 1_900), 1);
        assert_eq!(text(agreement.committed()), "He was holding in");
        assert_eq!(text(agreement.tentative()), "her hand");
    }

    #[test]
    fn agreed_words_at_the_end_of_the_sound_wait() {
        let mut agreement = Agreement::default();
        agreement.update(&words("one two three"), 1_000);
        agreement.update(&words("one two three"), 1_000);
        assert_eq!(text(agreement.committed()), "one");
    }

    /// Words with the times at which they end.
    fn timed(text: &str, ends: &[u32]) -> Vec<Word> {
        words(text).into_iter().zip(ends).map(|(word, end_ms)| Word { end_ms: *end_ms, ..word }).collect()
    }

    #[test]
    fn a_pass_that_reads_the_committed_words_anew_changes_nothing_of_them() {
        let mut agreement = Agreement::default();
        agreement.update(&timed("he was awake wide", &[200, 400, 900, 1_200]), 3_000);
        agreement.update(&timed("he was awake wide", &[200, 400, 900, 1_200]), 3_000);
        agreement.update(&timed("he was a wake wide awake now", &[210, 400, 600, 880, 1_210, 1_700, 2_000]), 3_600);
        assert_eq!(text(agreement.committed()), "he was awake wide");
        assert_eq!(text(agreement.tentative()), "awake now");
    }

    #[test]
    fn the_final_keeps_what_was_seen_and_takes_the_rest() {
        let merged = merge_final(
            &timed("he was awake", &[200, 400, 900]),
            timed("He was a wake, to what had been", &[200, 420, 600, 950, 1_100, 1_400, 1_600, 1_900]),
        );
        assert_eq!(text(&merged.words), "he was awake to what had been");
        assert!(merged.diverged);
        let merged = merge_final(&words("He was awake"), words("he was awake, to what"));
        assert_eq!(text(&merged.words), "He was awake to what");
        assert!(!merged.diverged);
    }

    #[test]
    fn repeated_words_are_neither_lost_nor_doubled() {
        let merged = merge_final(&words("да да"), words("да да да нет"));
        assert_eq!(text(&merged.words), "да да да нет");
        let merged = merge_final(&words("very very"), words("very very good very good"));
        assert_eq!(text(&merged.words), "very very good very good");
    }

    #[test]
    fn a_final_that_lost_the_committed_words_keeps_them() {
        let merged = merge_final(&words("one two three"), Vec::new());
        assert_eq!(text(&merged.words), "one two three");
        assert!(merged.diverged);
    }

    fn sentence() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "da", "net", "it", "is"]), 0..14)
    }

    proptest! {
        #[test]
        fn committed_text_only_ever_grows(passes in prop::collection::vec((sentence(), 0u32..5_000), 1..12)) {
            let mut agreement = Agreement::default();
            let mut before = Vec::new();
            for (pass, audio_ms) in passes {
                agreement.update(&words(&pass.join(" ")), audio_ms);
                prop_assert!(agreement.committed().starts_with(&before));
                before = agreement.committed().to_vec();
            }
        }

        #[test]
        fn the_final_begins_with_what_was_committed(committed in sentence(), last in sentence()) {
            let committed = words(&committed.join(" "));
            let merged = merge_final(&committed, words(&last.join(" ")));
            let seen: Vec<&str> = committed.iter().map(|word| word.text.as_str()).collect();
            let shown: Vec<&str> = merged.words.iter().map(|word| word.text.as_str()).collect();
            prop_assert!(shown.starts_with(&seen));
        }

        #[test]
        fn a_final_that_agrees_is_taken_whole(said in sentence(), share in 0usize..14) {
            let all = words(&said.join(" "));
            let merged = merge_final(&all[..share.min(all.len())], all.clone());
            prop_assert_eq!(&merged.words, &all);
            prop_assert!(!merged.diverged);
        }

        #[test]
        fn words_behind_a_misread_stretch_are_kept_once(
            said in sentence(), share in 1usize..10, tail in prop::collection::vec(0u32..1_000, 0..8), wrong in 0usize..10,
        ) {
            prop_assume!(!said.is_empty());
            let share = share.min(said.len());
            let committed = words(&said[..share].join(" "));
            let mut last: Vec<String> = said[..share].iter().map(|word| (*word).to_owned()).collect();
            // One word of the stretch is read differently; what follows is not like anything in it.
            last[wrong % share] = "zzzz".to_owned();
            last.extend(tail.iter().map(|number| format!("tail{number}")));
            let merged = merge_final(&committed, words(&last.join(" ")));
            let expected: Vec<&str> =
                said[..share].iter().copied().chain(last[share..].iter().map(String::as_str)).collect();
            let shown: Vec<&str> = merged.words.iter().map(|word| word.text.as_str()).collect();
            prop_assert_eq!(shown, expected);
        }
    }
}
