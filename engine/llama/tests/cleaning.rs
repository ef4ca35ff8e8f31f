//! The built-in model cleans real dictations: faithfully, and the same in whatever company.

mod support;

use engine::llm::plan::words;
use engine::llm::{Skips, Stopped};
use engine_llama::decode::{Asked, Drafts};
use support::{answer, builtin, clean, dictations, free, generous, labelled};

fn plain(text: &str) -> Vec<String> {
    words::parse(text).into_iter().map(|word| word.plain).collect()
}

/// Whether every word of `said` is from `text`, in order, and nothing but fillers and repetitions is missing.
fn is_faithful(text: &str, said: &str, skips: &Skips) -> bool {
    let (text, said) = (plain(text), plain(said));
    let mut next = 0;
    let mut lost = Vec::new();
    for (at, word) in text.iter().enumerate() {
        if said.get(next) == Some(word) {
            next += 1;
        } else {
            lost.push(at);
        }
    }
    let fillers: Vec<&str> = skips.phrases.iter().flat_map(|phrase| phrase.split(' ')).collect();
    let may_go = |at: usize| {
        let near =
            text[at.saturating_sub(3)..(at + 4).min(text.len())].iter().filter(|word| **word == text[at]).count();
        fillers.contains(&text[at].as_str()) || near > 1
    };
    next == said.len() && lost.into_iter().all(may_go)
}

#[test]
fn dictations_are_cleaned_without_losing_or_inventing_a_word() {
    let engine = builtin(1, Drafts::Never);
    let mut changed = 0;
    for (language, text) in dictations() {
        let cleaned = answer(&engine, 0, clean(language, &text));
        assert_eq!(cleaned.stopped, Stopped::End);
        assert!(is_faithful(&text, &cleaned.text, &Skips::sure(language)), "{text}\n{}", cleaned.text);
        changed += usize::from(cleaned.text != text);
        let cleaned = answer(&engine, 0, generous(language, &text));
        assert!(is_faithful(&text, &cleaned.text, &Skips::likely(language)), "{text}\n{}", cleaned.text);
    }
    assert!(changed > 30, "cleaning changed only {changed} of 40");
}

#[test]
fn a_cleaned_dictation_reads_well() {
    let engine = builtin(1, Drafts::Measured);
    let text = |language, text: &str| answer(&engine, 0, clean(language, text)).text;
    let english =
        text(engine::language::Language::ENGLISH, "if you have any questions please let me know before thursday");
    assert_eq!(english, "If you have any questions, please let me know before Thursday.");
}

#[test]
fn drafts_change_no_reply() {
    let (plainly, drafting) = (builtin(1, Drafts::Never), builtin(1, Drafts::Always));
    let texts = labelled();
    assert!(texts.len() >= 200, "only {} inputs", texts.len());
    let (mut drafted, mut accepted, mut runs) = (0, 0, [0, 0]);
    for (language, text) in texts {
        for request in [clean(language, &text), free(language, &text)] {
            let without = answer(&plainly, 0, request.clone());
            let with = answer(&drafting, 0, request);
            assert_eq!(without.text, with.text, "{text}");
            assert_eq!((without.stopped, without.reply_tokens), (with.stopped, with.reply_tokens), "{text}");
            assert_eq!(without.drafted, 0);
            drafted += with.drafted;
            accepted += with.accepted;
            runs = [runs[0] + without.steps, runs[1] + with.steps];
        }
    }
    assert!(accepted > 1000 && accepted < drafted, "{accepted} of {drafted}: nothing was compared");
    assert!(2 * runs[1] < runs[0], "{runs:?}: drafts saved next to nothing");
}

/// Sums are added up in another order in company, so of two marks that are as good as each other now and then the other
/// one is taken (`tests/decoding.rs` compares replies that leave no doubt). A word of somebody else's never is.
#[test]
fn in_company_nobody_gets_another_persons_words() {
    let texts: Vec<_> = labelled().into_iter().step_by(4).collect();
    for drafts in [Drafts::Measured, Drafts::Always] {
        let engine = builtin(16, drafts);
        let alone: Vec<_> =
            texts.iter().map(|(language, text)| answer(&engine, 0, clean(*language, text)).text).collect();
        let asked: Vec<_> = texts
            .iter()
            .enumerate()
            .map(|(at, (language, text))| Asked::new(&engine, at % 16, clean(*language, text)))
            .collect();
        let mut same = 0;
        for ((asked, alone), (language, text)) in asked.into_iter().zip(alone).zip(&texts) {
            let reply = asked.wait().unwrap().0;
            assert!(is_faithful(text, &reply.text, &Skips::sure(*language)), "{text}\n{}", reply.text);
            same += usize::from(reply.text == alone);
        }
        assert!(same * 100 >= texts.len() * 95, "only {same} of {} are as they are alone", texts.len());
    }
}

#[test]
fn memory_does_not_grow_with_the_number_of_requests() {
    let engine = builtin(4, Drafts::Always);
    let texts = labelled();
    let round = || {
        for (at, (language, text)) in texts.iter().take(120).enumerate() {
            answer(&engine, at % 4, clean(*language, text));
        }
        engine_worker::os::resident_bytes(None)
    };
    round();
    let before = round();
    let after = [round(), round(), round(), round()][3];
    let grown = after.saturating_sub(before);
    assert!(grown < before / 50, "{before} bytes became {after}");
}
