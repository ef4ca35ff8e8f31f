//! Guards against text that nobody said. Pure checks, used by the recogniser's worker after each decode and by the
//! session before it shows a final.

mod density;
mod echo;
mod loops;
mod phantom;

pub use loops::{RepetitionLoop, find_loop};

use crate::asr::{ModelFacts, Transcript, Trip, Word};

/// What is known of the sound that a transcript is to be judged by.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub facts: &'a ModelFacts,
    /// Milliseconds in which somebody speaks, by the detector.
    pub voiced_ms: u32,
    /// Where speech ends in the decoded sound, where known: words behind it were not said.
    pub speech_end_ms: Option<u32>,
    /// The prompt that the decode was given.
    pub prompt: Option<&'a str>,
    /// The decode stopped at its token cap.
    pub hit_token_cap: bool,
    /// Another decode is possible; without it the best is made of this one.
    pub may_retry: bool,
}

/// What to do with a transcript.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Accept,
    /// Take these words of it only.
    AcceptCut {
        words: Vec<Word>,
        trip: Trip,
    },
    /// Decode again in another way (full context, next temperature, without the prompt).
    Retry {
        trip: Trip,
    },
    /// Nobody spoke: no text.
    NoSpeech,
}

/// Less voice than this is no word (the shortest, "я" or "I", takes about 100 ms).
pub const LEAST_VOICED_MS: u32 = 60;
/// OpenAI's own limits for stock models.
const LEAST_LOG_PROBABILITY: f32 = -1.0;
const MOST_NO_SPEECH: f32 = 0.6;

/// Whether a stretch is worth a decode at all.
pub fn worth_decoding(voiced_ms: u32) -> bool {
    voiced_ms >= LEAST_VOICED_MS
}

/// Judges one decode. The order matters: what is certain comes first, what only looks odd last.
pub fn judge(transcript: &Transcript, evidence: &Evidence<'_>) -> Verdict {
    if !worth_decoding(evidence.voiced_ms) {
        return Verdict::NoSpeech;
    }
    let spoken = transcript.words.iter().any(|word| !crate::words::plain_word(&word.text).is_empty());
    if !spoken {
        return if density::silence_is_odd(evidence.voiced_ms) && evidence.may_retry {
            Verdict::Retry { trip: Trip::TooSparse }
        } else {
            Verdict::NoSpeech
        };
    }
    if let Some(words) = loops::without_loops(&transcript.words, evidence.voiced_ms) {
        return retry_or_cut(Trip::Loop, words, evidence);
    }
    if let Some(words) = evidence.prompt.and_then(|prompt| echo::without_echo(&transcript.words, prompt)) {
        return retry_or_cut(Trip::PromptEcho, words, evidence);
    }
    if evidence.hit_token_cap && evidence.may_retry {
        return Verdict::Retry { trip: Trip::Truncated };
    }
    if let Some(verdict) = by_scores(transcript, evidence) {
        return verdict;
    }
    if let Some(words) = phantom::without_phantoms(transcript, evidence) {
        return retry_or_cut(Trip::Unlikely, words, &Evidence { may_retry: false, ..*evidence });
    }
    match density::judge(&transcript.words, evidence.voiced_ms) {
        Some(trip) if evidence.may_retry => Verdict::Retry { trip },
        Some(Trip::TooDense) if density::impossible(&transcript.words, evidence.voiced_ms) => Verdict::NoSpeech,
        _ => Verdict::Accept,
    }
}

fn retry_or_cut(trip: Trip, words: Vec<Word>, evidence: &Evidence<'_>) -> Verdict {
    if evidence.may_retry {
        Verdict::Retry { trip }
    } else if words.is_empty() {
        Verdict::NoSpeech
    } else {
        Verdict::AcceptCut { words, trip }
    }
}

/// The model's own doubts, where they mean anything.
fn by_scores(transcript: &Transcript, evidence: &Evidence<'_>) -> Option<Verdict> {
    if !evidence.facts.trustworthy_scores || transcript.average_log_probability >= LEAST_LOG_PROBABILITY {
        return None;
    }
    if transcript.no_speech_probability > MOST_NO_SPEECH {
        return Some(Verdict::NoSpeech);
    }
    evidence.may_retry.then_some(Verdict::Retry { trip: Trip::Unlikely })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::language::Language;

    /// Words of 250 ms each.
    pub(crate) fn words(text: &str) -> Vec<Word> {
        text.split_whitespace()
            .enumerate()
            .map(|(at, text)| Word {
                text: text.to_owned(),
                start_ms: at as u32 * 250,
                end_ms: at as u32 * 250 + 240,
                confidence: 0.8,
            })
            .collect()
    }

    pub(crate) fn transcript(text: &str) -> Transcript {
        Transcript {
            words: words(text),
            no_speech_probability: 0.05,
            average_log_probability: -0.3,
            passes: 1,
            ..Transcript::empty(Language::ENGLISH)
        }
    }

    pub(crate) fn evidence(facts: &ModelFacts, voiced_ms: u32) -> Evidence<'_> {
        Evidence { facts, voiced_ms, speech_end_ms: None, prompt: None, hit_token_cap: false, may_retry: false }
    }

    #[test]
    fn plain_speech_is_accepted() {
        let facts = ModelFacts::default();
        for text in [
            "He was holding in his hand the large, bright aluminium flask.",
            "Мы призываем все страны мира объединиться в этой работе.",
            "Да.",
            "No, no, no, that is very, very good.",
            "Да, да, да, конечно.",
        ] {
            let said = transcript(text);
            let voiced = said.words.len() as u32 * 250;
            for may_retry in [true, false] {
                let evidence = Evidence { may_retry, ..evidence(&facts, voiced) };
                assert_eq!(judge(&said, &evidence), Verdict::Accept, "{text}");
            }
        }
    }

    #[test]
    fn without_voice_there_is_no_text_whatever_the_model_says() {
        let facts = ModelFacts::default();
        assert_eq!(judge(&transcript("Thank you."), &evidence(&facts, 0)), Verdict::NoSpeech);
    }

    #[test]
    fn a_loop_is_decoded_again_and_then_cut() {
        let facts = ModelFacts::default();
        let said = transcript("and so we went on and on the way on the way on the way on the way on the way");
        let evidence = evidence(&facts, 4_000);
        assert_eq!(judge(&said, &Evidence { may_retry: true, ..evidence }), Verdict::Retry { trip: Trip::Loop });
        let Verdict::AcceptCut { words, trip } = judge(&said, &evidence) else { panic!("not cut") };
        assert_eq!(crate::asr::join_words(&words), "and so we went on and on the way");
        assert_eq!(trip, Trip::Loop);
    }

    #[test]
    fn doubts_count_only_where_scores_mean_something() {
        let mut said = transcript("something or other was said");
        said.average_log_probability = -1.4;
        said.no_speech_probability = 0.9;
        let trusted = ModelFacts::default();
        let untrusted = ModelFacts { trustworthy_scores: false, ..ModelFacts::default() };
        assert_eq!(judge(&said, &evidence(&trusted, 1_500)), Verdict::NoSpeech);
        assert_eq!(judge(&said, &evidence(&untrusted, 1_500)), Verdict::Accept);
        said.no_speech_probability = 0.1;
        let again = Evidence { may_retry: true, ..evidence(&trusted, 1_500) };
        assert_eq!(judge(&said, &again), Verdict::Retry { trip: Trip::Unlikely });
    }

    #[test]
    fn words_nobody_could_say_so_fast_are_decoded_again_and_absurd_ones_dropped() {
        let facts = ModelFacts::default();
        let said = transcript("one two three four five six seven eight nine ten eleven twelve thirteen fourteen");
        let again = Evidence { may_retry: true, ..evidence(&facts, 700) };
        assert_eq!(judge(&said, &again), Verdict::Retry { trip: Trip::TooDense });
        assert_eq!(judge(&said, &evidence(&facts, 200)), Verdict::NoSpeech);
        assert_eq!(judge(&said, &evidence(&facts, 4_000)), Verdict::Accept);
    }

    #[test]
    fn long_speech_with_hardly_a_word_is_decoded_again_but_kept_in_the_end() {
        let facts = ModelFacts::default();
        let said = transcript("well");
        let again = Evidence { may_retry: true, ..evidence(&facts, 9_000) };
        assert_eq!(judge(&said, &again), Verdict::Retry { trip: Trip::TooSparse });
        assert_eq!(judge(&said, &evidence(&facts, 9_000)), Verdict::Accept);
        assert_eq!(judge(&transcript(""), &again), Verdict::Retry { trip: Trip::TooSparse });
        assert_eq!(judge(&transcript(""), &evidence(&facts, 9_000)), Verdict::NoSpeech);
    }

    #[test]
    fn a_decode_that_hit_its_cap_is_tried_again() {
        let facts = ModelFacts::default();
        let capped = Evidence { hit_token_cap: true, may_retry: true, ..evidence(&facts, 1_000) };
        assert_eq!(judge(&transcript("one two three"), &capped), Verdict::Retry { trip: Trip::Truncated });
    }
}
