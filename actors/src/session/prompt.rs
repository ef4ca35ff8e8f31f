//! What a recogniser is told before the sound: words to listen for, and the text before.

/// Whisper looks at 224 tokens at most; characters are a safe measure of them in both alphabets.
const MOST_CHARACTERS: usize = 400;
const MOST_OF_TEXT: usize = 200;

/// The dictionary first, the end of the previous text last: what is nearest to the sound counts most.
pub(super) fn build(dictionary: &[String], previous: &str) -> Option<String> {
    let tail_start = previous.char_indices().rev().take(MOST_OF_TEXT).last().map_or(0, |(at, _)| at);
    let tail = previous[tail_start..]
        .split_once(' ')
        .filter(|_| tail_start > 0)
        .map_or(&previous[tail_start..], |(_, rest)| rest);
    let mut prompt = String::new();
    for word in dictionary {
        if prompt.chars().count() + word.chars().count() + 2 + tail.chars().count() > MOST_CHARACTERS {
            break;
        }
        prompt.push_str(if prompt.is_empty() { "" } else { ", " });
        prompt.push_str(word);
    }
    if !prompt.is_empty() && !tail.is_empty() {
        prompt.push_str(". ");
    }
    prompt.push_str(tail);
    (!prompt.trim().is_empty()).then_some(prompt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_comes_before_the_text() {
        let words = ["AlfaVoice".to_owned(), "Штерн".to_owned()];
        assert_eq!(build(&words, "Hello there.").as_deref(), Some("AlfaVoice, Штерн. Hello there."));
        assert_eq!(build(&[], ""), None);
    }

    #[test]
    fn a_long_past_is_cut_between_words() {
        let past = "слово ".repeat(200);
        let prompt = build(&[], past.trim_end()).expect("there is text");
        assert!(prompt.chars().count() <= MOST_OF_TEXT && prompt.starts_with("слово"));
    }

    #[test]
    fn an_endless_dictionary_is_cut() {
        let words: Vec<String> = (0..1000).map(|n| format!("word{n}")).collect();
        assert!(build(&words, "").expect("words").chars().count() <= MOST_CHARACTERS);
    }
}
