//! Phrases that Whisper models put into silence because subtitles are full of them. People say some of them too, so
//! they are refused only where there is little voice or little confidence for them.

use super::Evidence;
use crate::asr::{Transcript, Word};
use crate::words::{plain_word, plain_words};

/// In plain words. Those with an asterisk begin a longer one (a name follows).
const PHRASES: &[&str] = &[
    "thank you",
    "thank you very much",
    "thank you so much",
    "thank you for watching",
    "thanks for watching",
    "thank you so much for watching",
    "thank you for listening",
    "please subscribe",
    "please subscribe to my channel",
    "dont forget to subscribe",
    "like and subscribe",
    "see you in the next video",
    "see you next time",
    "ill see you in the next video",
    "bye",
    "bye bye",
    "you",
    "the end",
    "to be continued",
    "music",
    "applause",
    "laughter",
    "subtitles by *",
    "subtitles by the amara org community",
    "transcription by *",
    "translated by *",
    "captions by *",
    "продолжение следует",
    "спасибо за просмотр",
    "спасибо за внимание",
    "спасибо за субтитры *",
    "всем пока",
    "до новых встреч",
    "до скорой встречи",
    "подписывайтесь на канал",
    "подписывайтесь на мой канал",
    "ставьте лайки",
    "ставьте лайки и подписывайтесь на канал",
    "не забудьте подписаться на канал",
    "субтитры *",
    "редактор субтитров *",
    "корректор *",
    "добавил субтитры *",
    "субтитры сделал *",
    "субтитры создавал *",
    "музыка",
    "спокойная музыка",
    "аплодисменты",
    "смех",
    "конец",
];

/// Confidence below which a phrase is not believed, if scores mean anything.
const DOUBTFUL: f32 = 0.55;
/// Voice that each of its words must have had.
const VOICE_PER_WORD_MS: u32 = 130;
/// A phrase that begins so far behind the end of speech was not said.
const BEHIND_MS: u32 = 150;

/// The words without phantoms: none of them if the whole is one, or without the one at the end. None if all is well.
pub(super) fn without_phantoms(transcript: &Transcript, evidence: &Evidence<'_>) -> Option<Vec<Word>> {
    let words = &transcript.words;
    let plain: Vec<String> = words.iter().map(|word| plain_word(&word.text)).collect();
    if is_phrase(&plain) && doubtful(words, evidence) {
        return Some(Vec::new());
    }
    let end = evidence.speech_end_ms?;
    let from = words.iter().position(|word| word.start_ms >= end + BEHIND_MS)?;
    is_phrase(&plain[from..]).then(|| words[..from].to_vec())
}

fn doubtful(words: &[Word], evidence: &Evidence<'_>) -> bool {
    let confidence = words.iter().map(|word| word.confidence).sum::<f32>() / words.len().max(1) as f32;
    let hardly_voiced = evidence.voiced_ms < VOICE_PER_WORD_MS * words.len() as u32;
    let behind =
        evidence.speech_end_ms.zip(words.first()).is_some_and(|(end, first)| first.start_ms >= end + BEHIND_MS);
    hardly_voiced || behind || (evidence.facts.trustworthy_scores && confidence < DOUBTFUL)
}

fn is_phrase(plain: &[String]) -> bool {
    let said: Vec<&str> = plain.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    !said.is_empty()
        && PHRASES.iter().any(|phrase| {
            let known = plain_words(phrase);
            if phrase.ends_with('*') {
                said.len() >= known.len()
                    && said.len() <= known.len() + 6
                    && said.iter().zip(&known).all(|(a, b)| a == b)
            } else {
                known.iter().map(String::as_str).eq(said.iter().copied())
            }
        })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{evidence, transcript};
    use super::super::{Evidence, Verdict, judge};
    use crate::asr::ModelFacts;

    #[test]
    fn subtitles_out_of_little_voice_are_refused() {
        let facts = ModelFacts { trustworthy_scores: false, ..ModelFacts::default() };
        for text in [
            "Thank you for watching!",
            "Thank you.",
            "Продолжение следует...",
            "Субтитры сделал DimaTorzok",
            "Редактор субтитров А.Семкин Корректор А.Егорова",
            "[Music]",
        ] {
            assert_eq!(judge(&transcript(text), &evidence(&facts, 120)), Verdict::NoSpeech, "{text}");
        }
    }

    #[test]
    fn who_really_says_it_gets_it() {
        let facts = ModelFacts::default();
        for text in ["Thank you.", "Спасибо за внимание.", "Thank you for watching.", "Продолжение следует."]
        {
            assert_eq!(judge(&transcript(text), &evidence(&facts, 900)), Verdict::Accept, "{text}");
        }
    }

    #[test]
    fn low_confidence_tells_against_it_where_scores_mean_something() {
        let mut said = transcript("Thank you for watching.");
        for word in &mut said.words {
            word.confidence = 0.3;
        }
        let trusted = ModelFacts::default();
        let untrusted = ModelFacts { trustworthy_scores: false, ..ModelFacts::default() };
        assert_eq!(judge(&said, &evidence(&trusted, 900)), Verdict::NoSpeech);
        assert_eq!(judge(&said, &evidence(&untrusted, 900)), Verdict::Accept);
    }

    #[test]
    fn a_phrase_appended_behind_the_speech_is_cut_off() {
        let facts = ModelFacts::default();
        // Six words, the last two of which lie behind the end of speech at 1 s.
        let said = transcript("Please send the report. Thank you.");
        let heard = Evidence { speech_end_ms: Some(800), ..evidence(&facts, 900) };
        let Verdict::AcceptCut { words, .. } = judge(&said, &heard) else { panic!("not cut") };
        assert_eq!(crate::asr::join_words(&words), "Please send the report.");
        let heard = Evidence { speech_end_ms: Some(1_450), ..evidence(&facts, 1_400) };
        assert_eq!(judge(&said, &heard), Verdict::Accept);
    }
}
