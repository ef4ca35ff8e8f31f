//! The real model on real (synthetic) speech, inside this process.

mod support;

use std::cell::Cell;

use engine::asr::{LanguageChoice, ModelFacts, Purpose, Transcript};
use engine::language::Language;
use engine::wer::WordErrors;
use engine_whisper::decode::policy::{Refused, transcribe};
use engine_whisper::decode::{Stopped, Unwatched, Watcher};
use engine_worker::os;
use support::{facts, model, options, sample, short_samples, state};

#[test]
fn every_short_sample_is_recognised_as_well_as_the_model_alone_does_it() {
    let model = model(facts());
    let mut state = state(&model);
    let (mut ours, mut alone, mut count) = (0.0, 0.0, 0.0);
    for sample in short_samples() {
        let options = sample.options(Purpose::Final);
        let transcript = transcribe(&model, &mut state, &sample.floats(), &options, &Unwatched).unwrap();
        let rate = |text: &str| WordErrors::between(&sample.reference, text).rate();
        println!(
            "{} {:.2} / {:.2}: {}",
            sample.name,
            rate(&transcript.text()),
            rate(&sample.model_output),
            transcript.text()
        );
        assert_eq!(transcript.language, sample.language, "{}", sample.name);
        ours += rate(&transcript.text());
        alone += rate(&sample.model_output);
        count += 1.0;
    }
    let (ours, alone) = (ours / count, alone / count);
    assert!(ours <= alone + 0.01, "mean word error rate `{ours:.3}` against `{alone:.3}` of the model alone");
}

/// The steps of a greedy decode are ours, the library's own loop is the yardstick.
#[test]
fn our_greedy_decode_says_the_same_as_the_librarys_own() {
    let ours = model(ModelFacts { beam: 1, ..facts() });
    let mut state = state(&ours);
    let parameters = whisper_rs::WhisperContextParameters { flash_attn: false, ..Default::default() };
    let library =
        whisper_rs::WhisperContext::new_from_buffer_with_params(engine_whisper::model::builtin::BYTES, parameters)
            .unwrap();
    let mut their_state = library.create_state().unwrap();
    for sample in short_samples() {
        let options = sample.options(Purpose::Partial);
        let transcript = transcribe(&ours, &mut state, &sample.floats(), &options, &Unwatched).unwrap();
        let mut parameters = whisper_rs::FullParams::new(whisper_rs::SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(1);
        parameters.set_audio_ctx(i32::from(transcript.audio_ctx));
        parameters.set_language(Some(sample.language.code()));
        parameters.set_no_timestamps(true);
        parameters.set_single_segment(true);
        parameters.set_no_context(true);
        parameters.set_temperature_inc(0.0);
        parameters.set_suppress_nst(true);
        parameters.set_print_progress(false);
        parameters.set_print_realtime(false);
        their_state.full(parameters, &sample.floats()).unwrap();
        let theirs: String = (0..their_state.full_n_segments())
            .filter_map(|at| Some(their_state.get_segment(at)?.to_string()))
            .collect();
        let theirs = theirs.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(transcript.text(), theirs, "{}", sample.name);
    }
}

#[test]
fn words_are_in_order_inside_the_sound_and_near_the_voice() {
    let model = model(facts());
    let mut state = state(&model);
    for name in ["en_01.wav", "ru_02.wav"] {
        let sample = sample(name);
        let options = sample.options(Purpose::Final);
        let words = transcribe(&model, &mut state, &sample.floats(), &options, &Unwatched).unwrap().words;
        assert!(words.len() >= 8, "{words:?}");
        let mut earliest = 0;
        for word in &words {
            assert!(earliest <= word.start_ms && word.start_ms < word.end_ms && word.end_ms <= sample.ms(), "{word:?}");
            assert!((0.0..=1.0).contains(&word.confidence), "{word:?}");
            assert!(word.end_ms - word.start_ms < 1500, "{word:?}");
            earliest = word.end_ms;
        }
        // The samples begin and end with 100 to 300 ms of silence.
        assert!(words[0].start_ms < 500 && sample.ms() - words[words.len() - 1].end_ms < 700, "{words:?}");
    }
}

#[test]
fn the_same_sound_gives_the_same_text_whatever_the_slot_did_before() {
    let model = model(facts());
    let sample = sample("ru_01.wav");
    let decode = |before: &[&str]| {
        let mut state = state(&model);
        for name in before {
            let other = support::sample(name);
            transcribe(&model, &mut state, &other.floats(), &other.options(Purpose::Final), &Unwatched).unwrap();
        }
        transcribe(&model, &mut state, &sample.floats(), &sample.options(Purpose::Final), &Unwatched).unwrap()
    };
    let fresh: Transcript = decode(&[]);
    assert_eq!(decode(&["en_06.wav", "en_03.wav"]), fresh);
}

#[test]
fn a_language_that_is_fixed_is_not_asked_for() {
    let model = model(ModelFacts { beam: 1, ..facts() });
    let mut state = state(&model);
    let sample = sample("en_04.wav");
    let mut options = sample.options(Purpose::Partial);
    options.language = LanguageChoice::Fixed(Language::RUSSIAN);
    let transcript = transcribe(&model, &mut state, &sample.floats(), &options, &Unwatched).unwrap();
    assert_eq!((transcript.language, transcript.language_probability), (Language::RUSSIAN, 1.0));
    options.language = LanguageChoice::Fixed("de".parse().unwrap());
    let refused = transcribe(&model, &mut state, &sample.floats(), &options, &Unwatched).unwrap_err();
    assert!(matches!(refused, Refused::Language(_)), "{refused}");
}

#[test]
fn where_nobody_speaks_nothing_is_decoded_and_there_is_no_text() {
    struct Nobody;
    impl Watcher for Nobody {
        fn go_on(&self, _: u8) -> bool {
            panic!("the library was asked")
        }
    }
    let model = model(facts());
    let mut state = state(&model);
    let sound = sample("en_04.wav").floats();
    let transcript = transcribe(&model, &mut state, &sound, &options(Purpose::Final, 0), &Nobody).unwrap();
    assert_eq!(transcript, Transcript::empty(Language::ENGLISH));
}

#[test]
fn a_model_that_runs_on_over_a_noise_is_held_to_what_can_be_said_in_its_time() {
    let model = model(facts());
    let mut state = state(&model);
    let mut seed = 1_u32;
    let noise: Vec<f32> = (0..5 * 16_000)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed as f32 / u32::MAX as f32 - 0.5) * 0.2
        })
        .collect();
    // The detector took a click for a voice.
    let options = options(Purpose::Final, 80);
    let transcript = transcribe(&model, &mut state, &noise, &options, &Unwatched).unwrap();
    assert!(transcript.words.len() <= 4, "{}", transcript.text());
}

#[test]
fn a_decode_that_is_called_off_stops_at_once_and_leaves_the_slot_usable() {
    struct Limited(Cell<u32>);
    impl Watcher for Limited {
        fn go_on(&self, _: u8) -> bool {
            self.0.set(self.0.get().saturating_sub(1));
            self.0.get() > 0
        }
    }
    let model = model(facts());
    let mut state = state(&model);
    let sample = sample("en_04.wav");
    let (sound, options) = (sample.floats(), sample.options(Purpose::Final));
    for steps in [1, 2, 12] {
        let watcher = Limited(Cell::new(steps));
        let stopped = transcribe(&model, &mut state, &sound, &options, &watcher).unwrap_err();
        assert_eq!(stopped, Refused::Stopped(Stopped::CalledOff));
        assert_eq!(watcher.0.get(), 0, "went on after it was called off");
    }
    let mut fresh = support::state(&model);
    assert_eq!(
        transcribe(&model, &mut state, &sound, &options, &Unwatched).unwrap(),
        transcribe(&model, &mut fresh, &sound, &options, &Unwatched).unwrap()
    );
}

#[test]
fn sound_of_the_wrong_length_never_reaches_the_library() {
    let model = model(ModelFacts { beam: 1, ..facts() });
    let mut state = state(&model);
    let mut decode = |samples: usize| {
        transcribe(&model, &mut state, &vec![0.01; samples], &options(Purpose::Partial, 100), &Unwatched)
    };
    assert!(matches!(decode(0), Err(Refused::TooShort { ms: 0 })));
    assert!(matches!(decode(1599), Err(Refused::TooShort { ms: 99 })));
    assert!(decode(1600).is_ok());
    assert!(matches!(decode(480_001), Err(Refused::TooLong { ms: 30_000, limit_ms: 30_000 })));
}

#[test]
fn two_hundred_decodes_leave_the_memory_as_it_was() {
    let model = model(ModelFacts { beam: 1, ..facts() });
    let mut state = state(&model);
    let sound = sample("en_04.wav").floats();
    let mut decode = |count: usize| {
        for at in 0..count {
            let length = 8_000 + 400 * (at % 20);
            transcribe(&model, &mut state, &sound[..length], &options(Purpose::Partial, 300), &Unwatched).unwrap();
        }
        os::resident_bytes(None)
    };
    let before = decode(20);
    let after = decode(200);
    let grown = after.saturating_sub(before) >> 10;
    assert!(grown < 8 * 1024, "grown by {grown} KiB from {} KiB", before >> 10);
}
