//! What a faithful reply may leave out: sounds of hesitation and things said twice.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// Which words of a text may be skipped.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Skips {
    /// Fillers in lower case, of one or more words.
    pub phrases: Vec<String>,
    /// Whether one or two words may be skipped where the same ones follow, and a word that was broken off ("th- the").
    pub repetitions: bool,
}

const SOUNDS_ENGLISH: &[&str] = &["um", "umm", "uhm", "uh", "uhh", "er", "erm", "hm", "hmm", "mm", "mmm", "ah"];
const SOUNDS_RUSSIAN: &[&str] =
    &["э", "ээ", "эээ", "э-э", "э-э-э", "эм", "эмм", "мм", "ммм", "м-м", "хм", "хмм", "ааа", "а-а"];

/// Fillers that now and then mean something; only for those who look at each of them afterwards.
const LIKELY_ENGLISH: &[&str] = &["i mean", "sort of", "kind of", "basically", "okay so"];
const LIKELY_RUSSIAN: &[&str] = &["ну", "как бы", "типа", "короче", "это самое", "так сказать"];

impl Skips {
    /// Every word stays.
    pub fn none() -> Self {
        Self::default()
    }

    /// What can be skipped without looking: sounds that are no words, and repetitions.
    ///
    /// Words that fill a pause as often as they mean something ("like", "you know", "вот", "так") are not among them:
    /// a model that may skip them loses "would you like" (measured, see the built-in model's card).
    pub fn sure(language: Language) -> Self {
        Self { phrases: owned(tables(language).0), repetitions: true }
    }

    /// [`Self::sure`] and the fillers that a guard has to look at.
    pub fn likely(language: Language) -> Self {
        let (sounds, likely) = tables(language);
        Self { phrases: owned(sounds).into_iter().chain(owned(likely)).collect(), repetitions: true }
    }

    /// For every word, the positions at which a reply may go on instead of saying it, itself first, in rising order.
    /// `words` are in lower case; the last entry stands for the end.
    pub fn reachable(&self, words: &[String]) -> Vec<Vec<usize>> {
        let fillers = self.filler_steps(words);
        let mut steps = fillers.clone();
        if self.repetitions {
            let behind_fillers = closure(&fillers);
            let is_filler = |at: usize| fillers[at].contains(&(at + 1));
            for (at, step) in steps.iter_mut().enumerate().take(words.len()) {
                step.extend(repeated_at(words, at, &behind_fillers, is_filler));
            }
        }
        closure(&steps)
    }

    /// Positions behind the fillers that begin at each word.
    fn filler_steps(&self, words: &[String]) -> Vec<Vec<usize>> {
        let phrases: Vec<Vec<&str>> = self.phrases.iter().map(|phrase| phrase.split(' ').collect()).collect();
        let begins = |at: usize, phrase: &[&str]| {
            words.len() - at >= phrase.len() && phrase.iter().zip(&words[at..]).all(|(part, word)| part == word)
        };
        (0..=words.len())
            .map(|at| phrases.iter().filter(|phrase| begins(at, phrase)).map(|phrase| at + phrase.len()).collect())
            .collect()
    }
}

/// Positions where what begins at `at` is said again, with nothing but fillers between. Fillers themselves are not looked
/// at: they can be skipped anyway, and a long row of them would lead from everywhere to everywhere.
fn repeated_at(
    words: &[String],
    at: usize,
    behind_fillers: &[Vec<usize>],
    is_filler: impl Fn(usize) -> bool,
) -> Vec<usize> {
    let mut again = Vec::new();
    for length in 1..=2 {
        if at + length > words.len() {
            break;
        }
        if (at..at + length).all(&is_filler) {
            continue;
        }
        let said = &words[at..at + length];
        again.extend(behind_fillers[at + length].iter().filter(|next| words[**next..].starts_with(said)));
    }
    if let Some(broken) = words[at].strip_suffix('-').filter(|broken| !broken.is_empty()) {
        let whole = |next: &&usize| words.get(**next).is_some_and(|word| word.starts_with(broken));
        again.extend(behind_fillers[at + 1].iter().filter(whole));
    }
    again
}

/// All positions that can be reached over any number of steps, the start included. Steps only lead forward.
fn closure(steps: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut reached: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for at in (0..steps.len()).rev() {
        let mut all: Vec<usize> = steps[at].iter().flat_map(|next| reached[*next].iter().copied()).collect();
        all.push(at);
        all.sort_unstable();
        all.dedup();
        reached[at] = all;
    }
    reached
}

fn tables(language: Language) -> (&'static [&'static str], &'static [&'static str]) {
    match language {
        Language::ENGLISH => (SOUNDS_ENGLISH, LIKELY_ENGLISH),
        Language::RUSSIAN => (SOUNDS_RUSSIAN, LIKELY_RUSSIAN),
        _ => (&[], &[]),
    }
}

fn owned(phrases: &[&str]) -> Vec<String> {
    phrases.iter().map(|phrase| (*phrase).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reachable(skips: &Skips, text: &str) -> Vec<Vec<usize>> {
        skips.reachable(&text.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn sounds_and_repetitions_may_be_skipped_one_behind_the_other() {
        let english = Skips::sure(Language::ENGLISH);
        assert_eq!(reachable(&english, "um uh go"), [vec![0, 1, 2], vec![1, 2], vec![2], vec![3]]);
        assert_eq!(reachable(&english, "my uh my dog")[0], [0, 2]);
        assert_eq!(reachable(&english, "i want i want it")[0], [0, 2]);
        assert_eq!(reachable(&english, "th- the end")[0], [0, 1]);
        assert_eq!(reachable(&Skips::none(), "um um"), [vec![0], vec![1], vec![2]]);
    }

    #[test]
    fn a_long_row_of_fillers_has_one_way_on_from_each() {
        let words = vec!["um".to_owned(); 2000];
        assert_eq!(Skips::sure(Language::ENGLISH).reachable(&words)[0].len(), 2001);
        let everywhere: Vec<Vec<usize>> = (0..=3).map(|at| (at..=3).collect()).collect();
        assert!(repeated_at(&words[..3], 0, &everywhere, |_| true).is_empty());
        assert_eq!(repeated_at(&words[..3], 0, &everywhere, |_| false), [1, 2], "nobody says that they are fillers");
    }

    #[test]
    fn words_that_may_mean_something_stay() {
        for (language, text) in [
            (Language::ENGLISH, "like you know so well i mean that would you like it"),
            (Language::RUSSIAN, "вот так значит в общем ну типа того"),
        ] {
            let reachable = reachable(&Skips::sure(language), text);
            for (at, positions) in reachable.iter().enumerate() {
                assert_eq!(positions, &[at], "{text}");
            }
        }
        let generous = Skips::likely(Language::RUSSIAN);
        assert!(!generous.phrases.iter().any(|phrase| ["вот", "так", "значит", "в общем"].contains(&phrase.as_str())));
        assert_eq!(reachable(&generous, "ну как бы да")[0], [0, 1, 3]);
    }
}
