//! Whatever a model prefers, a planned reply is the text's words in their order.

use proptest::prelude::*;

use super::*;
use crate::language::Language;
use crate::llm::Skips;

/// A small vocabulary: every character, and some pairs of them, so that a word has several tokens and different words
/// begin alike.
struct Toy;

const END: Token = -1;
const PAIR: u32 = 1 << 20;

fn spell(text: &str) -> Vec<Token> {
    let letters: Vec<u32> = text.chars().map(u32::from).collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let pair = letters
            .get(at + 1)
            .filter(|next| letters[at] < 1024 && **next < 1024 && (letters[at] + *next).is_multiple_of(3));
        match pair {
            Some(next) => {
                tokens.push((PAIR + letters[at] * 1024 + next) as Token);
                at += 2;
            }
            None => {
                tokens.push(letters[at] as Token);
                at += 1;
            }
        }
    }
    tokens
}

fn read(tokens: &[Token]) -> String {
    let letters = tokens.iter().flat_map(|token| {
        let token = *token as u32;
        if token < PAIR { vec![token] } else { vec![(token - PAIR) / 1024, (token - PAIR) % 1024] }
    });
    letters.map(|letter| char::from_u32(letter).unwrap()).collect()
}

impl Spelling for Toy {
    fn continued(&self, text: &str) -> Vec<Token> {
        spell(text)
    }

    fn opening(&self, text: &str) -> Vec<Vec<Token>> {
        vec![spell(text), spell(&format!(" {text}"))]
    }

    fn ends(&self) -> &[Token] {
        &[END]
    }
}

/// The reply of a model that picks the allowed token of this number at each step, and how many tokens it took.
fn reply(plan: &Plan, picks: &[u32]) -> (String, usize) {
    let mut cursor = Cursor::new(plan);
    let mut said = Vec::new();
    for step in 0.. {
        let allowed = cursor.allowed();
        let pick = picks.get(step).copied().unwrap_or(7 * step as u32) as usize;
        let token = allowed[pick % allowed.len()];
        match cursor.advance(plan, token) {
            Step::On => said.push(token),
            Step::Ended => break,
            Step::Refused => panic!("an allowed token was refused"),
        }
        assert!(said.len() < plan.longest_reply(), "longer than it can be");
    }
    (read(&said), said.len() + 1)
}

fn say(cursor: &mut Cursor, plan: &Plan, pieces: &[&str]) {
    for token in pieces.iter().flat_map(|piece| spell(piece)) {
        assert_eq!(cursor.advance(plan, token), Step::On, "{pieces:?}");
    }
}

fn plain(text: &str) -> Vec<String> {
    words::parse(text).into_iter().map(|word| word.plain).collect()
}

/// Whether `said` is `words` without some that may be skipped, told independently of the tables of the plan.
fn is_faithful(words: &[String], said: &[String], skips: &Skips) -> bool {
    if words.is_empty() {
        return said.is_empty();
    }
    let without = |count: usize| is_faithful(&words[count..], said, skips);
    if said.first() == Some(&words[0]) && is_faithful(&words[1..], &said[1..], skips) {
        return true;
    }
    let filler = |words: &[String]| {
        let begins =
            |phrase: &&String| words.join(" ") == **phrase || words.join(" ").starts_with(&format!("{phrase} "));
        skips.phrases.iter().filter(begins).map(|phrase| phrase.split(' ').count()).collect::<Vec<_>>()
    };
    if filler(words).into_iter().any(without) {
        return true;
    }
    // Something said again behind any number of fillers; the shortest way that works is as good as any.
    let mut behind = vec![1_usize, 2];
    behind.retain(|length| *length <= words.len());
    behind.iter().any(|length| {
        let mut ends = vec![*length];
        let mut at = 0;
        while at < ends.len() {
            let from = ends[at];
            ends.extend(filler(&words[from..]).into_iter().map(|count| from + count));
            at += 1;
        }
        let broken = words[0].strip_suffix('-').filter(|broken| *length == 1 && !broken.is_empty());
        ends.into_iter().any(|end| {
            let again = words[end..].starts_with(&words[..*length])
                || broken.is_some_and(|broken| words.get(end).is_some_and(|word| word.starts_with(broken)));
            skips.repetitions && again && without(end)
        })
    })
}

fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "the", "there", "The", "cat", "catalog", "NASA", "i", "th-", "um", "uh", "you", "know", "i'm", "3.50", "p.m.",
        "кот", "Анна", "эээ", "(so)", "so,", "end.", "—", "like", "a@b.com",
    ]);
    prop::collection::vec(word, 1..12).prop_map(|words| words.join(" "))
}

#[test]
fn a_model_that_wants_nothing_but_the_end_must_say_everything_first() {
    let plan = Plan::new("um the the cat", &Skips::sure(Language::ENGLISH), &Toy).unwrap();
    let mut cursor = Cursor::new(&plan);
    assert!(!cursor.allowed().contains(&END));
    assert_eq!(cursor.advance(&plan, spell("Cat")[0]), Step::Refused, "`the` may not be skipped altogether");
    say(&mut cursor, &plan, &["The", " cat", "."]);
    assert_eq!(cursor.allowed(), [END]);
    assert_eq!(cursor.forced(), Some(END));
    assert_eq!(cursor.advance(&plan, END), Step::Ended);
}

#[test]
fn of_two_places_with_the_same_text_both_are_kept() {
    // After "the" the reply may be at the first or at the second one.
    let plan = Plan::new("the the cat", &Skips::sure(Language::ENGLISH), &Toy).unwrap();
    for wanted in [&["the", " cat"][..], &["the", " the", " cat"], &["The", ",", " the", " Cat", "?"]] {
        let mut cursor = Cursor::new(&plan);
        say(&mut cursor, &plan, wanted);
        assert_eq!(cursor.advance(&plan, END), Step::Ended, "{wanted:?}");
    }
}

#[test]
fn one_mark_is_enough() {
    let plan = Plan::new("no way", &Skips::none(), &Toy).unwrap();
    let mut cursor = Cursor::new(&plan);
    say(&mut cursor, &plan, &["No", " —"]);
    assert_eq!(cursor.advance(&plan, spell(",")[0]), Step::Refused);
}

#[test]
fn a_text_without_words_has_no_plan() {
    assert_eq!(Plan::new(" — ", &Skips::none(), &Toy).unwrap_err(), PlanError::NoWords);
}

proptest! {
    #[test]
    fn a_hostile_model_can_neither_lose_nor_invent_a_word(
        text in text(), picks in prop::collection::vec(any::<u32>(), 0..120)
    ) {
        let words = plain(&text);
        prop_assume!(!words.is_empty());
        let plan = Plan::new(&text, &Skips::none(), &Toy).unwrap();
        let (reply, tokens) = reply(&plan, &picks);
        prop_assert_eq!(plain(&reply), words, "{}", reply);
        prop_assert!(tokens <= plan.longest_reply());
    }

    #[test]
    fn only_what_may_be_skipped_is_missing(text in text(), picks in prop::collection::vec(any::<u32>(), 0..120)) {
        let words = plain(&text);
        prop_assume!(!words.is_empty());
        let mut skips = Skips::sure(Language::ENGLISH);
        skips.phrases.push("you know".into());
        let plan = Plan::new(&text, &skips, &Toy).unwrap();
        let (reply, _) = reply(&plan, &picks);
        prop_assert!(is_faithful(&words, &plain(&reply), &skips), "{} -> {}", text, reply);
    }

    #[test]
    fn every_allowed_token_leads_on(text in text(), picks in prop::collection::vec(any::<u32>(), 0..60)) {
        prop_assume!(!plain(&text).is_empty());
        let plan = Plan::new(&text, &Skips::sure(Language::RUSSIAN), &Toy).unwrap();
        let mut cursor = Cursor::new(&plan);
        for pick in picks {
            for token in cursor.allowed().to_vec() {
                prop_assert_ne!(cursor.clone().advance(&plan, token), Step::Refused);
            }
            let token = cursor.allowed()[pick as usize % cursor.allowed().len()];
            if cursor.advance(&plan, token) == Step::Ended {
                break;
            }
        }
    }
}
