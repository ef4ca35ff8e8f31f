//! The listener on real speech: pauses, resuming, cancelling, long speech, memory.

mod support;

use engine::audio::SampleRange;
use engine::listener::Listener;
use engine::segmenter::{EndReason, ListenEvent, PausePolicy, SegmenterOptions};
use support::{recordings, to_16_bit};

fn recording(name: &str) -> Vec<i16> {
    let (_, samples) = recordings().into_iter().find(|(found, _)| found == name).expect("comes with the model");
    to_16_bit(&samples)
}

fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 16]
}

fn push(listener: &mut Listener, sound: &[i16]) -> Vec<ListenEvent> {
    sound.chunks(320).flat_map(|chunk| listener.push(chunk)).collect()
}

fn ended(events: &[ListenEvent]) -> Vec<(SampleRange, EndReason)> {
    events
        .iter()
        .filter_map(|event| match event {
            ListenEvent::UtteranceEnded { range, reason, .. } => Some((*range, *reason)),
            _ => None,
        })
        .collect()
}

#[test]
fn an_utterance_begins_before_its_speech_and_ends_after_the_pause() {
    let mut listener = Listener::new(SegmenterOptions::default());
    let mut events = push(&mut listener, &silence(1_000));
    assert!(events.is_empty());
    events.extend(push(&mut listener, &recording("ru_01")));
    events.extend(push(&mut listener, &silence(1_500)));
    let ListenEvent::SpeechStarted { start, at } = events[0] else { panic!("{events:?}") };
    assert_eq!(at - start, 300 * 16, "pre-roll");
    assert_eq!(ended(&events).last().map(|(_, reason)| *reason), Some(EndReason::Pause), "{events:?}");
    assert!(listener.open_utterance().is_none());
}

#[test]
fn a_confirmed_pause_ends_what_was_announced_200_ms_after_the_speech() {
    let mut listener = Listener::new(SegmenterOptions { pause: PausePolicy::FixedMs(600), ..Default::default() });
    let mut events = push(&mut listener, &recording("en_03"));
    events.extend(push(&mut listener, &silence(2_000)));
    let [.., ListenEvent::PauseBegan { range, speech_end }, last] = events[..] else { panic!("{events:?}") };
    assert_eq!(range.end, speech_end + 200 * 16);
    let ListenEvent::UtteranceEnded { range: final_range, speech_end: final_end, .. } = last else {
        panic!("{last:?}")
    };
    assert_eq!((final_range, final_end), (range, speech_end));
    assert!(listener.voiced_ms(range) > 1_500);
    assert_eq!(listener.audio(range).unwrap().len() as u64, range.samples());
}

#[test]
fn speech_that_goes_on_within_the_pause_stays_one_utterance() {
    let mut listener = Listener::new(SegmenterOptions { pause: PausePolicy::FixedMs(1_500), ..Default::default() });
    let mut events = push(&mut listener, &recording("ru_02"));
    events.extend(push(&mut listener, &silence(500)));
    events.extend(push(&mut listener, &recording("ru_03")));
    events.extend(push(&mut listener, &silence(2_500)));
    assert!(events.iter().any(|event| matches!(event, ListenEvent::SpeechResumed { .. })));
    assert_eq!(ended(&events).len(), 1, "{events:?}");
}

#[test]
fn speech_longer_than_the_model_takes_is_cut_without_a_gap() {
    let options = SegmenterOptions { longest_utterance_ms: 10_000, ..SegmenterOptions::default() };
    let mut listener = Listener::new(options);
    // No pause anywhere: the recordings are joined without their silences.
    let sound: Vec<i16> = recording("en_long")
        .chunks(256)
        .filter(|chunk| chunk.iter().any(|s| s.abs() > 150))
        .flatten()
        .copied()
        .collect();
    let mut events = push(&mut listener, &sound);
    events.extend(listener.finish());
    let ended = ended(&events);
    assert!(ended.iter().filter(|(_, reason)| *reason == EndReason::TooLong).count() >= 1, "{ended:?}");
    for pair in ended.windows(2) {
        if pair[0].1 == EndReason::TooLong {
            assert_eq!(pair[0].0.end, pair[1].0.start);
            assert!(pair[0].0.ms() >= 5_900, "cut too early: {:?}", pair[0].0);
        }
    }
    assert!(ended.iter().all(|(range, _)| range.ms() <= 10_000));
}

#[test]
fn finish_ends_the_open_utterance_and_listening_can_go_on() {
    let mut listener = Listener::new(SegmenterOptions::default());
    let speech = recording("en_04");
    for round in 0..2u64 {
        let before = listener.position();
        let mut events = push(&mut listener, &speech[..speech.len() - 9_000]);
        events.extend(listener.finish());
        let ended = ended(&events);
        assert_eq!(ended.last().map(|(_, reason)| *reason), Some(EndReason::Finish), "round {round}: {events:?}");
        assert!(ended.iter().all(|(range, _)| range.start >= before && range.end <= listener.position()));
        assert!(listener.finish().is_empty());
    }
}

#[test]
fn a_short_word_right_before_the_end_is_not_lost() {
    let speech = recording("ru_01");
    let begins = speech.iter().position(|sample| sample.abs() > 2_000).unwrap();
    let mut listener = Listener::new(SegmenterOptions::default());
    let mut events = push(&mut listener, &silence(500));
    events.extend(push(&mut listener, &speech[begins.saturating_sub(1_600)..begins + 3_000]));
    events.extend(listener.finish());
    assert_eq!(ended(&events).len(), 1, "{events:?}");
}

#[test]
fn cancel_forgets_the_utterance_and_what_follows_is_a_new_one() {
    let mut listener = Listener::new(SegmenterOptions::default());
    let speech = recording("ru_04");
    push(&mut listener, &speech[..40_000]);
    let open = listener.open_utterance().expect("speaking");
    let cancelled = ended(&listener.cancel());
    assert_eq!(cancelled[0].1, EndReason::Cancel);
    assert_eq!(cancelled[0].0.start, open.start);
    assert!(listener.voiced_ms(cancelled[0].0) > 1_000, "the receipt needs to know what was taken back");
    assert!(listener.cancel().is_empty());
    let mut events = push(&mut listener, &speech[40_000..]);
    events.extend(listener.finish());
    assert!(ended(&events)[0].0.start >= cancelled[0].0.end);
    assert!(listener.audio(cancelled[0].0).is_none());
}

#[test]
fn memory_holds_utterances_until_released_and_never_silence() {
    let mut listener = Listener::new(SegmenterOptions::default());
    let mut events = push(&mut listener, &recording("en_02"));
    events.extend(push(&mut listener, &silence(60_000)));
    let ranges: Vec<SampleRange> = ended(&events).iter().map(|(range, _)| *range).collect();
    let kept: u64 = ranges.iter().map(|range| range.samples()).sum();
    assert!(listener.buffered_samples() as u64 <= kept + 16_000 + 4_096, "{}", listener.buffered_samples());
    assert!(ranges.iter().all(|range| listener.voiced_ms(*range) > 0));
    listener.release(listener.position());
    assert!(listener.buffered_samples() <= 16_000 + 4_096);
    assert!(ranges.iter().all(|range| listener.audio(*range).is_none()));
}

#[test]
fn the_pause_grows_with_a_hesitant_speaker() {
    let mut listener = Listener::new(SegmenterOptions::default());
    let at_first = listener.pause_ms();
    let word = &recording("ru_06")[8_000..24_000];
    for _ in 0..25 {
        push(&mut listener, word);
        push(&mut listener, &silence(650));
    }
    assert_eq!(at_first, 500);
    assert!(listener.pause_ms() > 600, "{} ms", listener.pause_ms());
}

#[test]
fn settings_changed_between_and_within_utterances_lose_no_sound() {
    let mut listener = Listener::new(SegmenterOptions { pre_roll_ms: 0, ..SegmenterOptions::default() });
    push(&mut listener, &silence(3_000));
    listener.set_options(SegmenterOptions { pre_roll_ms: 5_000, ..SegmenterOptions::default() });
    let long = recording("ru_long");
    let mut events = push(&mut listener, &long[..12 * 16_000]);
    // Another model, in the middle of a sentence, that takes less.
    listener.set_options(SegmenterOptions { longest_utterance_ms: 3_000, ..SegmenterOptions::default() });
    events.extend(push(&mut listener, &long[12 * 16_000..]));
    events.extend(listener.finish());
    let ended = ended(&events);
    assert!(ended.len() > 5, "{ended:?}");
    for (range, _) in ended {
        let sound = listener.audio(range).expect("kept");
        assert_eq!(sound.len() as u64, range.samples());
    }
}
