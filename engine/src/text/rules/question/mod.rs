//! Whether the words of a sentence are plainly a question.
//!
//! Only patterns that are nearly always questions count: a question mark that is not meant turns a statement round. The
//! guard uses the same patterns for what a model proposes.

mod english;
mod russian;

use crate::text::Tongue;

/// A word of a sentence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    pub word: &'a str,
    pub after_comma: bool,
}

pub(crate) fn is_question(tongue: Tongue, sentence: &[Said<'_>]) -> bool {
    match tongue {
        Tongue::English => english::asks(sentence),
        Tongue::Russian => russian::asks(sentence),
        Tongue::Other => false,
    }
}

/// The sentence without greetings and joining words before its first real word.
fn without_lead<'s, 'a>(sentence: &'s [Said<'a>], leads: &str) -> &'s [Said<'a>] {
    let mut rest = sentence;
    while rest.len() > 2 && is_in(rest[0].word, leads) {
        rest = &rest[1..];
    }
    // "Hi Anna, could you ...": what stands before the first comma is an address.
    let comma = (1..rest.len().min(4)).find(|&at| rest[at].after_comma);
    match comma {
        Some(at) if is_in(rest[0].word, GREETINGS) => without_lead(&rest[at..], leads),
        _ => rest,
    }
}

const GREETINGS: &str = "hi hello hey dear please okay ok thanks привет здравствуйте здравствуй скажите слушай добрый";

/// Whether the word is one of a list parted by spaces.
fn is_in(word: &str, list: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::draft::{Draft, View};

    fn asks(tongue: Tongue, text: &str) -> bool {
        let draft = Draft::new(text);
        let view = View::new(&draft);
        let said: Vec<Said<'_>> =
            (0..view.len()).map(|k| Said { word: view.norm(k), after_comma: k > 0 && view.gap(k).comma }).collect();
        is_question(tongue, &said)
    }

    #[test]
    fn questions_are_known_by_how_they_begin() {
        for text in [
            "what time is it",
            "where is the pharmacy",
            "do you know him",
            "could you please come",
            "who is there",
            "how long does it take",
            "is the door open",
            "why did they go",
            "hi Anna, can you call",
            "what about you",
            "so when does it start",
            "did anyone feed the cat",
            "so, hello, hello, are you there",
        ] {
            assert!(asks(Tongue::English, text), "{text}");
        }
        for text in [
            "сколько времени",
            "где аптека",
            "почему он ушёл",
            "можно ли войти",
            "как мне сбросить пароль",
            "что такое сон",
            "когда начинается совещание",
            "во сколько ужин",
            "какой город самый большой",
            "кто отвечает за тесты",
            "неужели никто не пришёл",
        ] {
            assert!(asks(Tongue::Russian, text), "{text}");
        }
    }

    #[test]
    fn statements_and_requests_are_not_questions() {
        for text in [
            "what I need is rest",
            "what is important is that we go",
            "what can't be cured must be endured",
            "so do I",
            "what's more you know it",
            "when I get home I will call",
            "do the dishes",
            "have a nice day",
            "who knows, he may come",
            "you are coming",
            "which is why we left",
            "where there is smoke",
            "should you need help, call",
            "how nice",
            "don't you dare",
            "do it now",
            "I don't know who called",
        ] {
            assert!(!asks(Tongue::English, text), "{text}");
        }
        for text in [
            "когда приду домой проверю",
            "как я говорил",
            "кто не работает тот не ест",
            "что касается отчёта",
            "ты придёшь",
            "где бы он ни был",
            "как только приду, позвоню",
            "не знаю почему",
            "какой ужас",
            "когда я приду, ты уйдёшь",
            "какие верные слова",
            "как мне думается",
            "так что у вас всё есть",
        ] {
            assert!(!asks(Tongue::Russian, text), "{text}");
        }
    }
}
