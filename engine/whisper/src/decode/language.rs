//! Which language is spoken, out of those that may be.

use engine::asr::{LanguageChoice, ModelFacts};
use engine::language::Language;

use crate::model::Weights;

/// What a decode has to find out about its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// There is nothing to find out.
    Known(Language),
    /// One of these, at least two; the first is the likeliest before any sound.
    OneOf(Vec<Language>),
}

impl Question {
    /// The answer before any sound.
    pub fn likeliest(&self) -> Language {
        match self {
            Self::Known(language) => *language,
            Self::OneOf(languages) => languages[0],
        }
    }
}

/// A language that the model cannot transcribe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model does not know the language `{wanted}`; it knows `{known}`")]
pub struct NotKnown {
    wanted: String,
    known: String,
}

/// The model's own languages where the catalogue does not say.
pub fn known_languages(facts: &ModelFacts, weights: &Weights) -> Vec<Language> {
    let of_file = weights.languages();
    if facts.languages.is_empty() {
        return of_file;
    }
    facts.languages.iter().copied().filter(|language| of_file.contains(language)).collect()
}

/// What the model knows of what the session allows.
pub fn question(choice: &LanguageChoice, known: &[Language]) -> Result<Question, NotKnown> {
    let wanted = match choice {
        LanguageChoice::Fixed(language) => std::slice::from_ref(language),
        LanguageChoice::Among(languages) if languages.is_empty() => known,
        LanguageChoice::Among(languages) => languages,
    };
    let mut possible: Vec<Language> = wanted.iter().copied().filter(|language| known.contains(language)).collect();
    match possible.len() {
        0 => Err(NotKnown { wanted: list(wanted), known: list(known) }),
        1 => Ok(Question::Known(possible.remove(0))),
        _ => Ok(Question::OneOf(possible)),
    }
}

fn list(languages: &[Language]) -> String {
    languages.iter().map(|language| language.code()).collect::<Vec<_>>().join(", ")
}

/// The likeliest of some languages and its probability among them, from the logits after the start token.
pub fn likeliest(logits: &[f32], possible: &[Language], token_of: impl Fn(Language) -> Option<i32>) -> (Language, f32) {
    let logit = |language: Language| token_of(language).map_or(f32::NEG_INFINITY, |token| logits[token as usize]);
    let mut best = possible[0];
    for language in possible {
        // Only what is really likelier takes the place of an earlier one.
        if logit(*language) > logit(best) {
            best = *language;
        }
    }
    let sum: f32 = possible.iter().map(|language| (logit(*language) - logit(best)).exp()).sum();
    (best, if sum.is_finite() { 1.0 / sum } else { 1.0 / possible.len() as f32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(codes: &[&str]) -> Vec<Language> {
        codes.iter().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn only_what_the_model_knows_and_the_session_allows_is_asked_for() {
        let known = languages(&["en", "ru"]);
        let ask = |choice| question(&choice, &known);
        assert_eq!(ask(LanguageChoice::Fixed(Language::RUSSIAN)), Ok(Question::Known(Language::RUSSIAN)));
        assert_eq!(ask(LanguageChoice::Among(Vec::new())), Ok(Question::OneOf(known.clone())));
        assert_eq!(ask(LanguageChoice::Among(languages(&["de", "ru"]))), Ok(Question::Known(Language::RUSSIAN)));
        let refused = ask(LanguageChoice::Fixed("de".parse().unwrap())).unwrap_err();
        assert!(refused.to_string().contains("`de`") && refused.to_string().contains("`en, ru`"), "{refused}");
    }

    #[test]
    fn the_likeliest_of_the_allowed_languages_wins_whatever_the_others_say() {
        let possible = languages(&["en", "ru"]);
        // German would win if it were asked for.
        let token = |language: Language| {
            ["en", "ru", "de"].iter().position(|code| *code == language.code()).map(|at| at as i32)
        };
        let (language, probability) = likeliest(&[1.0, 2.0, 9.0], &possible, token);
        assert_eq!(language, Language::RUSSIAN);
        assert!((probability - 1.0 / (1.0 + (-1.0_f32).exp())).abs() < 1e-6);
        assert_eq!(likeliest(&[1.0, 1.0, 9.0], &possible, token).0, Language::ENGLISH, "the first of equals");
    }
}
