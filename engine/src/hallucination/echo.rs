//! The prompt (dictionary, previous text) given back as if it had been said.

use crate::asr::Word;
use crate::words::{plain_word, plain_words};

/// Words in a row that must come from the prompt before they are taken for an echo.
const LEAST_RUN: usize = 4;
/// Share of the transcript that the echo must make up: people do repeat what they said a moment ago.
const LEAST_SHARE: f32 = 0.6;

/// The words without the echo, or none if there is no echo.
pub(super) fn without_echo(words: &[Word], prompt: &str) -> Option<Vec<Word>> {
    let prompt = plain_words(prompt);
    let said: Vec<String> = words.iter().map(|word| plain_word(&word.text)).collect();
    let (start, length) = longest_common_run(&said, &prompt)?;
    let enough = length >= LEAST_RUN || (length == said.len() && length == prompt.len());
    if !enough || (length as f32) < LEAST_SHARE * said.len() as f32 {
        return None;
    }
    Some(words[..start].iter().chain(&words[start + length..]).cloned().collect())
}

/// Start (in `said`) and length of the longest run that both have.
fn longest_common_run(said: &[String], prompt: &[String]) -> Option<(usize, usize)> {
    let mut best = (0, 0);
    let mut before = vec![0usize; prompt.len() + 1];
    for (at, word) in said.iter().enumerate() {
        let mut now = vec![0; prompt.len() + 1];
        for (column, other) in prompt.iter().enumerate() {
            if word == other && !word.is_empty() {
                now[column + 1] = before[column] + 1;
                if now[column + 1] > best.1 {
                    best = (at + 1 - now[column + 1], now[column + 1]);
                }
            }
        }
        before = now;
    }
    (best.1 > 0).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{evidence, transcript, words};
    use super::super::{Evidence, Verdict, judge};
    use super::*;
    use crate::asr::{ModelFacts, Trip};

    const PROMPT: &str = "Glossary: Kubernetes, PostgreSQL, Ян Новак, whisper, quantisation";

    #[test]
    fn a_dictionary_given_back_is_an_echo() {
        let text = "Kubernetes, PostgreSQL, Ян Новак, whisper";
        assert_eq!(without_echo(&words(text), PROMPT), Some(Vec::new()));
        let facts = ModelFacts::default();
        let asked = Evidence { prompt: Some(PROMPT), may_retry: true, ..evidence(&facts, 2_000) };
        assert_eq!(judge(&transcript(text), &asked), Verdict::Retry { trip: Trip::PromptEcho });
        let last = Evidence { may_retry: false, ..asked };
        assert_eq!(judge(&transcript(text), &last), Verdict::NoSpeech);
    }

    #[test]
    fn using_a_word_of_the_dictionary_is_no_echo() {
        for text in ["we moved PostgreSQL to Kubernetes", "спросите, где Ян Новак", "whisper"] {
            assert_eq!(without_echo(&words(text), PROMPT), None, "{text}");
        }
    }

    #[test]
    fn what_was_said_besides_the_echo_is_kept() {
        let said = words("Kubernetes PostgreSQL Ян Новак whisper quantisation is slow");
        assert_eq!(crate::asr::join_words(&without_echo(&said, PROMPT).unwrap()), "is slow");
    }

    #[test]
    fn a_one_word_prompt_given_back_alone_is_an_echo() {
        assert_eq!(without_echo(&words("Kubernetes."), "Kubernetes"), Some(Vec::new()));
    }
}
