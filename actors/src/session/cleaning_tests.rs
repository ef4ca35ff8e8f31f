use engine::llm::{Generated, ModelFacts as LlmFacts, Stopped};
use engine::text::TextContext;
use engine::text::edit::apply;
use engine::text::rules::clean;

use super::*;
use crate::session::cleaning::{CleanerLimits, TextOptions};
use crate::session::output::CleanedBy;

const RAW: &str = "hi anna thanks for the notes i read them and they are fine";
const CLEANED: &str = "Hi Anna, thanks for the notes. I read them, and they are fine.";

/// What the rules alone make of it.
fn by_rules() -> String {
    let text = TextOptions::default();
    let context = TextContext {
        language: Language::ENGLISH,
        style: &text.style,
        dictionary: &text.dictionary,
        snippets: &text.snippets,
        previous_sentence: None,
    };
    clean(RAW, &context).text
}

/// Somebody dictates to a server with a language model; replies come when the test gives them.
fn table() -> Table {
    with_options(options())
}

fn with_options(options: SessionOptions) -> Table {
    let cleaner = CleanerLimits { facts: LlmFacts::default(), deadline: Duration::from_millis(800) };
    let mut table = Table::with_limits(SessionLimits { cleaner: Some(cleaner), ..limits() }, options);
    table.said = RAW;
    table.silence(500);
    table
}

impl Table {
    fn cleanups(&self) -> Vec<usize> {
        let is_cleanup = |at: &usize| matches!(self.waiting[*at].work, Work::Generate { .. });
        (0..self.waiting.len()).filter(is_cleanup).collect()
    }

    fn reply(&mut self, at: usize, text: &str) {
        let generated = Generated {
            text: text.to_owned(),
            stopped: Stopped::End,
            prompt_tokens: 10,
            reused_tokens: 0,
            reply_tokens: 10,
            drafted: 0,
            accepted: 0,
            steps: 1,
            first_token_us: 1,
        };
        self.end(at, Ok(finished(Output::Generated(generated))));
    }

    fn look(&mut self, utterance: UtteranceId) {
        let effects = self.state.look_after(utterance, self.now);
        self.take(effects);
    }
}

fn finished(output: Output) -> Finished {
    Finished {
        output,
        waited: Duration::ZERO,
        service: Duration::from_millis(100),
        cost: engine_worker::message::Cost::default(),
    }
}

#[test]
fn a_final_waits_for_the_model_and_carries_every_edit() {
    let mut table = table();
    table.hear(&speech());
    table.silence(1000);
    assert_eq!((table.finals().len(), table.cleanups().len()), (0, 1));
    table.reply(0, CLEANED);
    let told = table.finals()[0];
    assert_eq!((told.text.as_str(), told.cleaned_by), (CLEANED, CleanedBy::Llm));
    assert_eq!(apply(&told.raw_text, &told.edits).as_deref(), Ok(CLEANED));
    assert_eq!(told.raw_text, RAW);
}

#[test]
fn the_model_is_asked_in_the_pause_already() {
    let mut table = table();
    table.hear(&speech());
    table.silence(300);
    assert_eq!(table.cleanups().len(), 1, "the pause is not confirmed yet");
    table.reply(0, CLEANED);
    assert!(table.finals().is_empty());
    table.silence(700);
    assert_eq!(table.finals()[0].text, CLEANED);
    assert!(table.waiting.is_empty());
}

#[test]
fn speech_that_goes_on_takes_the_question_back() {
    let mut table = table();
    table.hear(&speech());
    table.silence(300);
    assert_eq!(table.cleanups().len(), 1);
    table.hear(&speech());
    assert!(table.cleanups().is_empty());
    table.silence(1000);
    assert_eq!(table.cleanups().len(), 1);
}

#[test]
fn a_model_that_is_late_is_not_waited_for() {
    let mut table = table();
    table.hear(&speech());
    table.silence(1000);
    table.now = table.now + Duration::from_millis(799);
    let asked = table.looks[0];
    table.silence(800);
    table.look(asked);
    let told = table.finals()[0];
    assert_eq!((told.text.as_str(), told.cleaned_by), (by_rules().as_str(), CleanedBy::Rules));
    assert!(table.waiting.is_empty(), "what is late is cancelled");
}

#[test]
fn a_look_before_the_deadline_changes_nothing() {
    let mut table = table();
    table.hear(&speech());
    table.silence(700);
    table.look(table.looks[0]);
    assert!(table.finals().is_empty());
    assert_eq!(table.cleanups().len(), 1);
}

#[test]
fn without_a_free_model_the_rules_text_goes_out_at_once() {
    for failure in [
        JobFailure::Refused { reason: ShedReason::NoWorkers, retry_after: Duration::from_secs(1) },
        JobFailure::WorkerLost { attempts: 2 },
        JobFailure::Expired,
    ] {
        let mut table = table();
        table.hear(&speech());
        table.silence(1000);
        table.end(0, Err(failure));
        let told = table.finals()[0];
        assert_eq!((told.text.as_str(), told.cleaned_by), (by_rules().as_str(), CleanedBy::Rules));
    }
}

#[test]
fn an_answer_in_place_of_a_clean_up_is_refused() {
    let mut table = table();
    table.hear(&speech());
    table.silence(1000);
    table.reply(0, "You are welcome! How can I help you today?");
    let told = table.finals()[0];
    assert_eq!((told.text.as_str(), told.cleaned_by), (by_rules().as_str(), CleanedBy::Rules));
}

#[test]
fn finals_keep_the_order_of_speaking_whoever_is_cleaned_first() {
    let mut table = table();
    table.hear(&speech());
    table.silence(1000);
    table.hear(&speech());
    table.silence(1000);
    assert_eq!(table.cleanups().len(), 2);
    table.reply(1, CLEANED);
    assert!(table.finals().is_empty());
    table.reply(0, CLEANED);
    let order: Vec<u64> = table.finals().iter().map(|told| told.utterance.0).collect();
    assert_eq!(order, [1, 2]);
}

#[test]
fn a_whole_recording_has_the_edits_of_its_parts() {
    let mut table = with_options(SessionOptions { mode: Mode::AfterRecording, ..options() });
    for _ in 0..2 {
        table.hear(&speech());
        table.silence(1000);
        table.reply(0, CLEANED);
    }
    table.finish();
    let told = table.finals();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].text, format!("{CLEANED} {CLEANED}"));
    assert_eq!(apply(&told[0].raw_text, &told[0].edits).as_deref(), Ok(told[0].text.as_str()));
}

#[test]
fn a_style_without_changes_gives_the_words_as_they_came() {
    let mut table = table();
    let wishes = Wishes { style: Some("verbatim".into()), ..Wishes::default() };
    let effects = table.state.wish(wishes);
    table.take(effects);
    table.hear(&speech());
    table.silence(1000);
    let told = table.finals()[0];
    assert_eq!((told.text.as_str(), told.cleaned_by, told.edits.len()), (RAW, CleanedBy::Nobody, 0));
}
