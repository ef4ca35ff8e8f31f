//! Whether the words of a sentence are plainly a question.
//!
//! Only patterns that are nearly always questions count: a question mark that is not meant turns a statement round. The
//! guard uses the same patterns for what a model proposes.

use crate::text::Tongue;

/// A word of a sentence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    pub word: &'a str,
    pub after_comma: bool,
}

const AUXILIARIES: [&str; 42] = [
    "is", "are", "was", "were", "am", "do", "does", "did", "can", "could", "will", "would", "shall", "should", "may", "might",
    "must", "have", "has", "had", "isn't", "aren't", "wasn't", "weren't", "don't", "doesn't", "didn't", "can't", "couldn't",
    "won't", "wouldn't", "shouldn't", "haven't", "hasn't", "hadn't", "what's", "where's", "who's", "how's", "when's", "why's",
    "there's",
];
const PRONOUNS: [&str; 22] = [
    "i", "you", "we", "they", "he", "she", "it", "there", "this", "that", "these", "those", "anyone", "anybody", "someone",
    "somebody", "everyone", "everybody", "anything", "something", "everything", "people",
];
const DETERMINERS: [&str; 12] = ["the", "a", "an", "my", "your", "our", "his", "her", "their", "its", "any", "all"];

pub(crate) fn is_question(tongue: Tongue, sentence: &[Said<'_>]) -> bool {
    match tongue {
        Tongue::English => english(sentence),
        Tongue::Russian => russian(sentence),
        Tongue::Other => false,
    }
}

/// The sentence without greetings and joining words before its first real word.
fn without_lead<'s, 'a>(sentence: &'s [Said<'a>], leads: &[&str]) -> &'s [Said<'a>] {
    let mut rest = sentence;
    while rest.len() > 2 && leads.contains(&rest[0].word) {
        rest = &rest[1..];
    }
    // "Hi Anna, could you ...": what stands before the first comma is an address.
    let comma = rest.iter().position(|said| said.after_comma).filter(|&at| at <= 3);
    match comma {
        Some(at) if GREETINGS.contains(&rest[0].word) => without_lead(&rest[at..], leads),
        _ => rest,
    }
}

const GREETINGS: [&str; 14] = [
    "hi", "hello", "hey", "dear", "please", "okay", "ok", "thanks", "привет", "здравствуйте", "здравствуй", "скажите",
    "слушай", "добрый",
];

fn english(sentence: &[Said<'_>]) -> bool {
    let sentence = without_lead(sentence, &["and", "but", "so", "well", "okay", "ok", "now", "then", "also", "um"]);
    let word = |n: usize| sentence.get(n).map_or("", |said| said.word);
    let (first, second, third) = (word(0), word(1), word(2));
    if sentence.len() < 2 {
        return matches!(first, "why" | "really" | "pardon");
    }
    let clause_follows = sentence.iter().skip(1).any(|said| said.after_comma);
    let cleft = |n: usize| (n..sentence.len()).any(|k| matches!((word(k), word(k + 1)), ("is" | "was", "that" | "to" | "not")));
    match first {
        "what" | "which" | "whose" => {
            let noun_question = matches!(second, "time" | "kind" | "sort" | "day" | "color" | "colour" | "size" | "one" | "about" | "if" | "else" | "happened" | "happens" | "of");
            let asks = AUXILIARIES.contains(&second) || (noun_question && !clause_follows);
            // "what is important is that", "which is why"
            asks && !(first == "which" && matches!(third, "why" | "what" | "how" | "good" | "fine" | "great" | "not")) && !cleft(2) && !(second == "if" && clause_follows)
        }
        "what's" | "where's" | "who's" | "how's" | "when's" | "why's" => !cleft(1),
        "who" | "whom" => !PRONOUNS.contains(&second) && second != "the" && !clause_follows,
        "why" => AUXILIARIES.contains(&second) || matches!(second, "not" | "the"),
        "where" => AUXILIARIES.contains(&second) && second != "there's" && !(second == "there" || clause_follows),
        "when" => AUXILIARIES.contains(&second) && !clause_follows && !cleft(2),
        "how" => {
            let degree = matches!(second, "many" | "much" | "long" | "far" | "often" | "old" | "big" | "about" | "come" | "soon" | "fast" | "late" | "high" | "deep");
            // "how much it costs" is no question of its own.
            let inverted = sentence.iter().skip(2).any(|said| AUXILIARIES.contains(&said.word)) || matches!(second, "about" | "come");
            (AUXILIARIES.contains(&second) || (degree && inverted)) && !clause_follows
        }
        "do" | "does" | "did" | "don't" | "doesn't" | "didn't" => {
            let subject = PRONOUNS[..7].contains(&second) || PRONOUNS[12..].contains(&second);
            let other = first != "do" && first != "don't" && (DETERMINERS.contains(&second) || PRONOUNS.contains(&second));
            (subject || other || (first == "did" && second != "not")) && !(first == "don't" && matches!(third, "dare" | "ever")) && !(first == "do" && matches!(second, "it" | "something"))
        }
        "have" | "haven't" => matches!(second, "i" | "you" | "we" | "they" | "people"),
        "had" | "hadn't" => matches!(second, "you" | "we" | "they" | "he" | "she") && !clause_follows && sentence.len() < 8,
        "should" => (PRONOUNS.contains(&second) || DETERMINERS.contains(&second)) && !(second == "you" && matches!(third, "need" | "have" | "want" | "wish" | "require")) && !clause_follows,
        "were" => (PRONOUNS.contains(&second) || DETERMINERS.contains(&second)) && !clause_follows,
        "may" | "might" | "must" => matches!(second, "i" | "we"),
        _ => AUXILIARIES[..32].contains(&first) && (PRONOUNS.contains(&second) || DETERMINERS.contains(&second)),
    }
}

fn russian(sentence: &[Said<'_>]) -> bool {
    let sentence = without_lead(sentence, &["а", "и", "но", "ну", "так", "вот", "хорошо"]);
    let word = |n: usize| sentence.get(n).map_or("", |said| said.word);
    let (first, second) = (word(0), word(1));
    let clause_follows = sentence.iter().skip(1).any(|said| said.after_comma);
    let words = sentence.len();
    if words < 2 {
        return matches!(first, "почему" | "зачем" | "правда" | "кто" | "где" | "куда");
    }
    if second == "ли" || word(2) == "ли" && first == "не" {
        return first != "то" && first != "вряд" && !matches!(first, "вот" | "едва" | "мало" | "чуть" | "неужто");
    }
    // "во сколько", "в котором часу", "у кого", "с кем", "о чём"
    if matches!(first, "в" | "во" | "у" | "с" | "к" | "о" | "об" | "от" | "до" | "на" | "по" | "за" | "из") {
        let asks = matches!(second, "сколько" | "скольких" | "кого" | "кому" | "кем" | "ком" | "чем" | "чему" | "каком" | "какой" | "какую" | "какого" | "какие" | "каких" | "чего" | "что");
        let relative = matches!((first, second), ("в" | "по" | "за" | "до", "чем") | ("с", "чего") | ("за", "что") | ("по", "что"));
        return asks && !clause_follows && words <= 8 && !relative && one_clause(sentence);
    }
    match first {
        "почему" | "зачем" | "откуда" => !clause_follows && second != "то" && !matches!(second, "бы"),
        "разве" | "неужели" | "сколько" => !clause_follows && !(first == "сколько" && matches!(second, "раз" | "бы" | "ни" | "угодно" | "можно")),
        "кто" | "где" | "куда" | "когда" => {
            let stays = matches!(second, "бы" | "ни" | "то" | "угодно" | "не" | "как");
            !clause_follows && !stays && words <= 7 && one_clause(sentence)
        }
        "как" => {
            const ASKS: [&str; 24] = [
                "дела", "мне", "нам", "тебе", "вам", "вы", "ты", "это", "сделать", "называется", "лучше", "долго", "часто",
                "зовут", "прошла", "прошел", "прошло", "работает", "найти", "далеко", "быстро", "доехать", "выглядит", "он",
            ];
            !clause_follows && ASKS.contains(&second) && words <= 8 && one_clause(sentence) && !(matches!(second, "вы" | "ты") && matches!(word(2), "знаете" | "знаешь" | "говорили" | "просили" | "просил" | "хотели" | "хотел" | "понимаете"))
        }
        "что" | "чем" | "кому" | "кого" => {
            const ASKS: [&str; 22] = [
                "делать", "это", "будет", "случилось", "нового", "такое", "значит", "думаешь", "думаете", "там", "произошло",
                "осталось", "с", "вы", "ты", "у", "отличается", "отличаются", "могу", "можно", "вам", "тебе",
            ];
            !clause_follows && ASKS.contains(&second) && words <= 8 && one_clause(sentence)
        }
        "какой" | "какая" | "какое" | "какие" | "какую" | "каким" | "чей" | "чья" | "чье" => {
            !clause_follows && words >= 3 && !matches!(second, "бы" | "то" | "ни" | "кошмар" | "ужас" | "же" | "угодно")
                && one_clause(sentence)
        }
        _ => false,
    }
}

/// Whether the sentence has one finite verb at most, as far as endings tell.
fn one_clause(sentence: &[Said<'_>]) -> bool {
    const ENDINGS: [&str; 20] = [
        "ешь", "ишь", "ете", "ите", "ит", "ет", "ут", "ют", "ат", "ят", "ем", "им", "ал", "ил", "ел", "ала", "ила", "али", "или",
        "ишься",
    ];
    const NO_VERBS: [&str; 24] = [
        "вместе", "затем", "моим", "твоим", "своим", "этим", "всем", "ответ", "привет", "билет", "отдел", "материал",
        "совет", "бюджет", "чем", "тем", "им", "нет", "или", "проект", "минут", "кредит", "лет", "обед",
    ];
    let verbs = sentence.iter().skip(1).filter(|said| {
        said.word.chars().count() > 3
            && !NO_VERBS.contains(&said.word)
            && ENDINGS.iter().any(|ending| said.word.strip_suffix("ся").unwrap_or(said.word).ends_with(ending))
    });
    verbs.count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::draft::{Draft, View};

    fn asks(tongue: Tongue, text: &str) -> bool {
        let draft = Draft::new(text);
        let view = View::new(&draft);
        let said: Vec<Said<'_>> = (0..view.len())
            .map(|k| Said { word: view.norm(k), after_comma: k > 0 && view.gap(k).comma })
            .collect();
        is_question(tongue, &said)
    }

    #[test]
    fn questions_are_known_by_how_they_begin() {
        for text in [
            "what time is it", "where is the pharmacy", "do you know him", "could you please come", "who is there",
            "how long does it take", "is the door open", "why did they go", "hi Anna, can you call", "what about you",
            "so when does it start", "did anyone feed the cat",
        ] {
            assert!(asks(Tongue::English, text), "{text}");
        }
        for text in [
            "сколько времени", "где аптека", "почему он ушёл", "можно ли войти", "как мне сбросить пароль", "что такое сон",
            "когда начинается совещание", "во сколько ужин", "какой город самый большой", "кто отвечает за тесты",
            "неужели никто не пришёл",
        ] {
            assert!(asks(Tongue::Russian, text), "{text}");
        }
    }

    #[test]
    fn statements_and_requests_are_not_questions() {
        for text in [
            "what I need is rest", "what is important is that we go", "when I get home I will call", "do the dishes",
            "have a nice day", "who knows, he may come", "you are coming", "which is why we left", "where there is smoke",
            "should you need help, call", "how nice", "don't you dare", "do it now", "I don't know who called",
        ] {
            assert!(!asks(Tongue::English, text), "{text}");
        }
        for text in [
            "когда приду домой проверю", "как я говорил", "кто не работает тот не ест", "что касается отчёта", "ты придёшь",
            "где бы он ни был", "как только приду, позвоню", "не знаю почему", "какой ужас", "когда я приду, ты уйдёшь",
        ] {
            assert!(!asks(Tongue::Russian, text), "{text}");
        }
    }
}
