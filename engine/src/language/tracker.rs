//! Which language a session is in: the user's allowed set, with hysteresis. Detection on a short utterance is a guess;
//! a person who says one foreign word has not changed the language.

use super::Language;
use crate::asr::LanguageChoice;

/// Follows the language of one session.
#[derive(Debug, Clone)]
pub struct LanguageTracker {
    /// Empty = all.
    allowed: Vec<Language>,
    current: Option<Language>,
    /// The language that wants to take over and the evidence it has gathered.
    challenger: Option<(Language, f32)>,
}

/// Evidence of a whole, sure detection; that much makes a challenger the current language.
const ENOUGH: f32 = 1.0;
/// Voice that makes a detection a whole one.
const WHOLE_VOICE_MS: f32 = 2_000.0;
/// Most that one detection can count: one alone flips the language only if it is sure and long.
const MOST_AT_ONCE: f32 = 1.2;
/// What is left of a challenger's evidence when the current language is heard again.
const FADING: f32 = 0.25;

impl LanguageTracker {
    /// `allowed` in the user's order of liking; empty = any language.
    pub fn new(allowed: Vec<Language>) -> Self {
        let current = if allowed.len() == 1 { allowed.first().copied() } else { None };
        Self { allowed, current, challenger: None }
    }

    /// Takes the detection of one utterance (languages with probabilities, in any order) that had so much voice.
    /// Gives the language to use from here on, which is also the language of this utterance's text.
    pub fn observe(&mut self, detected: &[(Language, f32)], voiced_ms: u32) -> Language {
        let heard = best_allowed(detected, &self.allowed);
        let Some((language, probability)) = heard else {
            return self.fallback();
        };
        let Some(current) = self.current else {
            self.current = Some(language);
            return language;
        };
        if language == current {
            self.challenger = self.challenger.map(|(challenger, evidence)| (challenger, evidence * FADING));
            return current;
        }
        let gathered = match self.challenger {
            Some((challenger, evidence)) if challenger == language => evidence,
            _ => 0.0,
        };
        let evidence = gathered + weight(probability, voiced_ms);
        if evidence >= ENOUGH {
            self.current = Some(language);
            self.challenger = None;
            return language;
        }
        self.challenger = Some((language, evidence));
        current
    }

    /// What to ask of the next decode: the languages still possible, the likeliest first.
    pub fn choice(&self) -> LanguageChoice {
        match (self.allowed.as_slice(), self.current) {
            ([only], _) => LanguageChoice::Fixed(*only),
            (allowed, Some(current)) => {
                let others = allowed.iter().copied().filter(|language| *language != current);
                // An empty set means all; naming one first would exclude the rest.
                if allowed.is_empty() {
                    LanguageChoice::Among(Vec::new())
                } else {
                    LanguageChoice::Among(std::iter::once(current).chain(others).collect())
                }
            }
            (allowed, None) => LanguageChoice::Among(allowed.to_vec()),
        }
    }

    /// The language of the session, once heard.
    pub fn current(&self) -> Option<Language> {
        self.current
    }

    /// Where detection says nothing.
    fn fallback(&self) -> Language {
        self.current.or_else(|| self.allowed.first().copied()).unwrap_or(Language::ENGLISH)
    }
}

/// The likeliest of the allowed languages (empty = all) and its probability among them. None if nothing allowed was
/// detected at all.
pub fn best_allowed(detected: &[(Language, f32)], allowed: &[Language]) -> Option<(Language, f32)> {
    let possible = || {
        detected
            .iter()
            .filter(|(language, probability)| {
                (allowed.is_empty() || allowed.contains(language)) && probability.is_finite() && *probability > 0.0
            })
            .copied()
    };
    let total: f32 = possible().map(|(_, probability)| probability).sum();
    let all: f32 = detected.iter().map(|(_, p)| *p).filter(|p| p.is_finite() && *p > 0.0).sum();
    let (language, probability) = possible().max_by(|one, other| one.1.total_cmp(&other.1))?;
    // What leaked to languages that cannot be is shared out again, what was not told may be any of ours. A detection
    // that is mostly about a language that cannot be stays weak: its sound was none of ours.
    let untold = (1.0 - all).max(0.0);
    Some((language, probability / (total + untold) * (total / all).sqrt()))
}

/// How much one detection says: nothing at even odds, more with certainty and with voice.
fn weight(probability: f32, voiced_ms: u32) -> f32 {
    let certainty = ((probability - 0.5) / 0.4).clamp(0.0, 1.0);
    let length = (voiced_ms as f32 / WHOLE_VOICE_MS).clamp(0.0, 1.0);
    MOST_AT_ONCE * certainty * length
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Language = Language::ENGLISH;
    const RU: Language = Language::RUSSIAN;

    fn language(code: &str) -> Language {
        code.parse().unwrap()
    }

    fn in_russian() -> LanguageTracker {
        let mut tracker = LanguageTracker::new(vec![EN, RU]);
        assert_eq!(tracker.observe(&[(RU, 0.9), (EN, 0.1)], 3_000), RU);
        tracker
    }

    #[test]
    fn a_single_weak_detection_never_flips() {
        for (probability, voiced_ms) in [(0.6, 5_000), (0.99, 600), (0.75, 1_500)] {
            let mut tracker = in_russian();
            assert_eq!(tracker.observe(&[(EN, probability), (RU, 1.0 - probability)], voiced_ms), RU);
            assert_eq!(tracker.current(), Some(RU));
        }
    }

    #[test]
    fn the_best_guess_alone_is_as_weak_as_its_probability() {
        let mut tracker = in_russian();
        for _ in 0..2 {
            assert_eq!(tracker.observe(&[(EN, 0.55)], 4_000), RU);
        }
        assert_eq!(tracker.observe(&[(EN, 0.97)], 4_000), EN);
    }

    #[test]
    fn a_sure_and_long_one_does_and_so_do_two_in_a_row() {
        assert_eq!(in_russian().observe(&[(EN, 0.97), (RU, 0.03)], 3_000), EN);
        let mut tracker = in_russian();
        assert_eq!(tracker.observe(&[(EN, 0.95), (RU, 0.05)], 1_200), RU);
        assert_eq!(tracker.observe(&[(EN, 0.95), (RU, 0.05)], 1_200), EN);
    }

    #[test]
    fn foreign_words_now_and_then_do_not_add_up() {
        let mut tracker = in_russian();
        for _ in 0..20 {
            assert_eq!(tracker.observe(&[(EN, 0.9), (RU, 0.1)], 900), RU);
            assert_eq!(tracker.observe(&[(RU, 0.9), (EN, 0.1)], 2_000), RU);
        }
    }

    #[test]
    fn a_language_that_is_not_allowed_becomes_the_likeliest_that_is() {
        let mut tracker = LanguageTracker::new(vec![EN, RU]);
        assert_eq!(tracker.observe(&[(language("uk"), 0.8), (RU, 0.15), (EN, 0.05)], 2_000), RU);
        // Nothing allowed among the guesses: what the session is in, or the first of the user's.
        assert_eq!(tracker.observe(&[(language("uk"), 1.0)], 2_000), RU);
        assert_eq!(LanguageTracker::new(vec![EN, RU]).observe(&[], 2_000), EN);
    }

    #[test]
    fn sound_in_a_foreign_language_does_not_flip_between_ours() {
        let mut tracker = in_russian();
        assert_eq!(tracker.observe(&[(language("de"), 0.9), (EN, 0.08), (RU, 0.02)], 4_000), RU);
    }

    #[test]
    fn one_allowed_language_is_fixed() {
        let mut tracker = LanguageTracker::new(vec![RU]);
        assert_eq!(tracker.choice(), LanguageChoice::Fixed(RU));
        assert_eq!(tracker.observe(&[(EN, 1.0)], 5_000), RU);
    }

    #[test]
    fn the_next_decode_is_asked_for_the_likeliest_first() {
        assert_eq!(in_russian().choice(), LanguageChoice::Among(vec![RU, EN]));
        assert_eq!(LanguageTracker::new(Vec::new()).choice(), LanguageChoice::Among(Vec::new()));
    }

    #[test]
    fn nonsense_probabilities_are_ignored() {
        let mut tracker = in_russian();
        assert_eq!(tracker.observe(&[(EN, f32::NAN), (EN, -1.0), (EN, f32::INFINITY)], 5_000), RU);
    }
}
