//! What the decoder promises of any model, tried on one that says known scripts.

mod support;

use std::sync::mpsc;
use std::time::Duration;

use engine::language::Language;
use engine::llm::request::Limits;
use engine::llm::{Chat, Clean, Freedom, GenerateRequest, Generated, ModelFacts, Role, Sampling, Skips, Stopped};
use engine_llama::decode::{Asked, Client, Drafts, Engine, Options, Ticket};
use engine_llama::model::Weights;
use engine_llama::shape::{EDIT_RATES, plain, prompt, said};
use engine_worker::CpuSet;
use engine_worker::message::{Cost, FailureCode, ModelSource};
use engine_worker::serve::Failure;
use support::{answer, chat, random, scripted};

/// Words of the tiny model's scripts.
const WORDS: usize = 80;

struct Scripted {
    engine: Engine,
    _folder: tempfile::TempDir,
}

fn start(slots: usize, drafts: Drafts) -> Scripted {
    let folder = tempfile::tempdir().unwrap();
    let source = ModelSource::File(scripted(folder.path()));
    Scripted { engine: open(source, slots, drafts), _folder: folder }
}

fn open(source: ModelSource, slots: usize, drafts: Drafts) -> Engine {
    let options = Options {
        source,
        facts: ModelFacts { context_tokens: 1024, ..ModelFacts::default() },
        weights: Weights::Copied,
        slots,
        cpus: CpuSet::new(),
        threads: Some(1),
        drafts,
    };
    Engine::start(options).unwrap()
}

fn ask(user: &str) -> Chat {
    chat(&[(Role::User, user)], 0)
}

#[test]
fn drafts_of_every_edit_rate_leave_the_script_as_it_is() {
    let Scripted { engine, _folder } = start(1, Drafts::Always);
    for (number, rate) in EDIT_RATES.into_iter().enumerate() {
        let letter = char::from(b'a' + number as u8);
        let request = Chat { draft: plain(letter, WORDS), ..ask(&prompt(letter, WORDS)) };
        let reply = answer(&engine, 0, GenerateRequest::Chat(request));
        assert_eq!((reply.text.as_str(), reply.stopped), (said(letter, WORDS, rate).as_str(), Stopped::End));
        assert!(rate == 5 || reply.accepted > WORDS as u32 / 2, "rate {rate}: {reply:?}");
        assert!(reply.steps < reply.reply_tokens, "rate {rate}: {reply:?}");
    }
}

#[test]
fn drafts_leave_a_reply_without_clear_favourites_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = random(folder.path());
    let engines = [Drafts::Never, Drafts::Always].map(|drafts| open(ModelSource::File(path.clone()), 1, drafts));
    let mut accepted = 0;
    for number in 0..40 {
        let question = format!("a{number} f{}", 2 * number + 1);
        let request = |draft: &str| {
            let request = chat(&[(Role::User, &question)], 40);
            GenerateRequest::Chat(Chat { draft: draft.to_owned(), ..request })
        };
        let plainly = answer(&engines[0], 0, request(""));
        // Its own words as a draft: as many rows of a run as can be are believed.
        let drafting = answer(&engines[1], 0, request(&plainly.text));
        assert_eq!((&drafting.text, drafting.stopped), (&plainly.text, plainly.stopped), "{question}");
        accepted += drafting.accepted;
    }
    assert!(accepted > 200, "{accepted}: nothing was compared");
}

#[test]
fn sixteen_at_once_say_what_each_says_alone() {
    let Scripted { engine, _folder } = start(16, Drafts::Always);
    let request = |number: usize| {
        let letter = char::from(b'a' + (number % EDIT_RATES.len()) as u8);
        let reply = said(letter, WORDS, EDIT_RATES[number % EDIT_RATES.len()]);
        (Chat { draft: plain(letter, WORDS), ..ask(&prompt(letter, 3 * number)) }, reply)
    };
    let asked: Vec<_> = (0..48)
        .map(|number| {
            let (chat, reply) = request(number % 24);
            (Asked::new(&engine, number % 16, GenerateRequest::Chat(chat)), reply)
        })
        .collect();
    for (asked, reply) in asked {
        assert_eq!(asked.wait().unwrap().0.text, reply);
    }
}

#[test]
fn a_word_longer_than_a_run_of_the_model_is_said_to_its_end() {
    let Scripted { engine, _folder } = start(1, Drafts::Measured);
    let word = "q".repeat(700);
    let request = Clean {
        language: Language::ENGLISH,
        text: word.clone(),
        system: None,
        user: "a0".into(),
        freedom: Freedom::Words(Skips::none()),
        draft: String::new(),
        limits: Limits::default(),
    };
    let reply = answer(&engine, 0, GenerateRequest::Clean(request.clone()));
    assert_eq!(
        (reply.text.to_lowercase().trim_end_matches(['.', ',', '?', '!', ':', ';']), reply.stopped),
        (word.as_str(), Stopped::End)
    );
    let endless = Clean { text: "q".repeat(5000), ..request };
    let refused = Asked::new(&engine, 0, GenerateRequest::Clean(endless)).wait().unwrap_err();
    assert!(refused.message.contains("the text has") && refused.message.contains("`1024`"), "{}", refused.message);
}

#[test]
fn without_an_edit_a_paragraph_takes_a_handful_of_runs() {
    let Scripted { engine, _folder } = start(1, Drafts::Always);
    let request = Chat { draft: plain('f', WORDS), ..ask(&prompt('f', WORDS)) };
    let reply = answer(&engine, 0, GenerateRequest::Chat(request));
    assert_eq!(reply.text, plain('f', WORDS));
    // The prompt, then drafts of 15, 31 and 63 tokens.
    assert!(reply.steps <= 5 && reply.drafted == reply.accepted, "{reply:?}");
}

#[test]
fn a_system_prompt_is_computed_once_and_the_reply_is_the_same() {
    let Scripted { engine, _folder } = start(4, Drafts::Never);
    let system = plain('e', WORDS);
    let request = |letter: char| {
        GenerateRequest::Chat(chat(&[(Role::System, system.as_str()), (Role::User, &format!("{letter}0"))], 12))
    };
    let cold = answer(&engine, 0, request('a'));
    assert_eq!((cold.reused_tokens, cold.text.as_str()), (0, said('a', 11, 5).as_str()));
    // At once: each finds it in memory.
    let asked: Vec<_> = (0..4).map(|slot| Asked::new(&engine, slot, request('a'))).collect();
    for asked in asked {
        let warm = asked.wait().unwrap().0;
        assert_eq!((warm.text.as_str(), warm.prompt_tokens), (cold.text.as_str(), cold.prompt_tokens));
        assert!(warm.reused_tokens >= WORDS as u32, "{warm:?}");
    }
}

#[test]
fn requests_that_come_together_compute_a_new_system_prompt_once() {
    let Scripted { engine, _folder } = start(4, Drafts::Never);
    let system = plain('d', WORDS);
    let asked: Vec<_> = (0..4)
        .map(|slot| {
            let messages = [(Role::System, system.as_str()), (Role::User, "b0")];
            Asked::new(&engine, slot, GenerateRequest::Chat(chat(&messages, 5)))
        })
        .collect();
    let replies: Vec<_> = asked.into_iter().map(|asked| asked.wait().unwrap().0).collect();
    assert!(replies.iter().all(|reply| reply.text == "b1 b2 b3 b4 b5"), "{replies:?}");
    let cold = replies.iter().filter(|reply| reply.reused_tokens == 0).count();
    assert_eq!(cold, 1, "{replies:?}");
}

#[test]
fn the_next_turn_of_a_conversation_begins_in_memory() {
    let Scripted { engine, _folder } = start(1, Drafts::Never);
    let first = plain('f', 40) + " a0";
    let reply = answer(&engine, 0, GenerateRequest::Chat(chat(&[(Role::User, &first)], 0)));
    assert_eq!(reply.stopped, Stopped::End);
    let turns = [(Role::User, first.as_str()), (Role::Assistant, reply.text.as_str()), (Role::User, "b0")];
    let next = answer(&engine, 0, GenerateRequest::Chat(chat(&turns, 3)));
    assert_eq!(next.text, "b1 b2 b3");
    assert!(next.reused_tokens > 40, "{next:?}");
}

#[test]
fn a_stop_text_ends_a_reply_and_is_not_in_it() {
    let Scripted { engine, _folder } = start(1, Drafts::Never);
    let request = Chat { stops: vec!["f12".into()], ..ask("f0") };
    let reply = answer(&engine, 0, GenerateRequest::Chat(request));
    assert_eq!((reply.text.as_str(), reply.stopped), (plain('f', 11).as_str(), Stopped::StopText));
}

#[test]
fn pieces_are_shown_as_they_come() {
    let Scripted { engine, _folder } = start(1, Drafts::Never);
    let request = Chat { limits: Limits { tokens: 20, stream: true, ..Limits::default() }, ..ask("f0") };
    let asked = Asked::new(&engine, 0, GenerateRequest::Chat(request));
    let mut pieces = Vec::new();
    while let Some(piece) = asked.next_shown() {
        pieces.push(piece);
    }
    let reply = asked.wait().unwrap().0;
    assert_eq!((pieces.concat(), reply.stopped), (reply.text, Stopped::Length));
    assert_eq!(pieces.len(), 20);
}

#[test]
fn chance_depends_on_the_seed() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(ModelSource::File(random(folder.path())), 1, Drafts::Never);
    let reply = |temperature, seed| {
        let sampling = Sampling { temperature, top_p: 1.0, seed };
        answer(&engine, 0, GenerateRequest::Chat(Chat { sampling, ..chat(&[(Role::User, "f0")], 10) })).text
    };
    assert_eq!(reply(1.5, 7), reply(1.5, 7));
    assert_ne!(reply(1.5, 7), reply(1.5, 8));
    assert_eq!(reply(0.0, 7), reply(0.0, 8));
}

#[test]
fn a_cancelled_request_ends_at_once_and_its_slot_is_free() {
    let Scripted { engine, _folder } = start(1, Drafts::Never);
    let limits = Limits { stream: true, ..Limits::default() };
    let asked = Asked::new(&engine, 0, GenerateRequest::Chat(Chat { limits, ..ask("f0") }));
    // It stands in the queue of the same slot and never begins.
    let waiting = Asked::new(&engine, 0, GenerateRequest::Chat(ask("e0")));
    asked.next_shown().unwrap();
    asked.cancel();
    waiting.cancel();
    assert_eq!(asked.wait().unwrap_err().code, FailureCode::Cancelled);
    assert_eq!(waiting.wait().unwrap_err().code, FailureCode::Cancelled);
    let next = answer(&engine, 0, GenerateRequest::Chat(chat(&[(Role::User, "c0")], 3)));
    assert_eq!(next.text, "c1 c2 c3");
}

#[test]
fn a_request_that_waits_too_long_is_answered_without_a_reply() {
    let Scripted { engine, _folder } = start(1, Drafts::Never);
    let limits = Limits { time_ms: 1, ..Limits::default() };
    let busy = Asked::new(&engine, 0, GenerateRequest::Chat(ask("f0")));
    let late = Asked::new(&engine, 0, GenerateRequest::Chat(Chat { limits, ..ask("a0") })).wait().unwrap().0;
    assert_eq!((late.stopped, late.text.as_str()), (Stopped::Deadline, ""));
    assert_eq!(busy.wait().unwrap().0.text, plain('f', WORDS));
}

/// Holds the decoder up for a while before each of its runs.
struct Slow {
    answer: mpsc::Sender<Generated>,
}

impl Client for Slow {
    fn is_wanted(&self) -> bool {
        true
    }

    fn alive(&self, _: u8) {
        std::thread::sleep(Duration::from_millis(10));
    }

    fn show(&self, _: &str) {}

    fn done(self: Box<Self>, generated: Generated, _: Cost) {
        self.answer.send(generated).unwrap();
    }

    fn failed(self: Box<Self>, failure: Failure) {
        panic!("{failure}");
    }
}

#[test]
fn a_reply_that_is_late_is_given_as_far_as_it_is() {
    let Scripted { engine, _folder } = start(1, Drafts::Never);
    let (answer, answered) = mpsc::channel();
    // Eighty runs would take eight tenths of a second.
    let limits = Limits { time_ms: 400, ..Limits::default() };
    let request = GenerateRequest::Chat(Chat { limits, ..ask("f0") });
    engine.submit(0, Ticket::new(request, Box::new(Slow { answer })));
    let late = answered.recv().unwrap();
    assert_eq!(late.stopped, Stopped::Deadline);
    assert!((1..WORDS as u32).contains(&late.reply_tokens), "{late:?}");
    assert_eq!(late.text, plain('f', late.reply_tokens as usize));
}

#[test]
fn what_cannot_be_answered_is_refused_with_the_reason() {
    let Scripted { engine, _folder } = start(1, Drafts::Never);
    let refusal = |slot, chat| Asked::new(&engine, slot, GenerateRequest::Chat(chat)).wait().unwrap_err();
    let long = vec!["f1"; 1100].join(" ");
    assert!(refusal(0, ask(&long)).message.contains("`1024`"));
    assert!(refusal(9, ask("f0")).message.contains("no slot `9`"));
    let silent = Chat { messages: Vec::new(), ..ask("f0") };
    assert_eq!(refusal(0, silent).code, FailureCode::BadRequest);
}

#[test]
fn a_long_prompt_does_not_keep_a_reply_waiting() {
    let Scripted { engine, _folder } = start(2, Drafts::Never);
    let limits = Limits { tokens: 60, stream: true, ..Limits::default() };
    let speaking = Asked::new(&engine, 0, GenerateRequest::Chat(Chat { limits, ..ask("f0") }));
    speaking.next_shown().unwrap();
    let long = format!("{} e0", vec!["d1"; 900].join(" "));
    let prompt = Asked::new(&engine, 1, GenerateRequest::Chat(chat(&[(Role::User, &long)], 2)));
    let (spoken, heard) = (speaking.wait().unwrap().0, prompt.wait().unwrap().0);
    assert_eq!((spoken.reply_tokens, heard.text.as_str()), (60, "e1 e2"));
    assert!(heard.steps > 2, "the prompt was computed at one go: {heard:?}");
}
