//! Who goes away, who sends faster than anybody speaks, and who is not read any more.

use super::*;
use crate::job::Class;

#[test]
fn what_nobody_waits_for_any_more_is_taken_out_of_the_queue() {
    let mut table = Table::new(SessionOptions { batch: true, ..Table::quiet() });
    table.prompt_scheduler = false;
    for _ in 0..3 {
        table.hear(&speech());
        table.silence(1000);
    }
    table.hear(&speech());
    assert_eq!(table.waiting.len(), 3);
    let effects = table.state.abandon(table.now);
    table.take(effects);
    assert!(table.waiting.is_empty(), "{:?}", table.purposes());
    assert!(table.finals().is_empty() && table.state.is_settled());
    table.prompt_scheduler = true;
    table.silence(1000);
    table.finish();
    let receipt = table.receipt().expect("done");
    assert!(receipt.cancelled_ms > 6000 && receipt.words_ms == 0, "{receipt:?}");
}

#[test]
fn a_client_that_is_not_read_is_not_taken_for_silent() {
    let limits = SessionLimits { most_waiting_ms: 2000, ..limits() };
    let mut table = Table::with_limits(limits, Table::quiet());
    table.prompt_scheduler = false;
    table.hear(&speech());
    table.silence(1000);
    table.hear(&speech()[..24_000]);
    assert!(table.state.is_far_behind() && table.state.is_speaking());
    table.now = table.now + Duration::from_secs(10);
    let effects = table.state.tick(table.now);
    table.take(effects);
    assert!(table.state.is_speaking(), "its utterance goes on where it was");
    // Once it is read again, silence is silence.
    table.answer(0);
    assert!(!table.state.is_far_behind());
    let effects = table.state.tick(table.now);
    table.take(effects);
    assert!(!table.state.is_speaking());
}

#[test]
fn a_file_sent_as_if_it_were_speech_stands_behind_speech() {
    let mut table = Table::new(Table::quiet());
    table.prompt_scheduler = false;
    table.hear(&speech());
    table.silence(1000);
    // The same again and again, without any time passing.
    for _ in 0..10 {
        let chunk = [speech(), vec![0; 16_000]].concat();
        let effects = table.state.sound(&engine::audio::le_bytes(&chunk), None, table.now);
        table.take(effects);
    }
    let classes: Vec<Class> = table.waiting.iter().map(|job| job.class).collect();
    assert_eq!(classes.first(), Some(&Class::LiveFinal));
    assert_eq!(classes.last(), Some(&Class::Batch));
}
