//! Silence, noise and music-like tones open no utterance: 60 s each.

mod support;

use engine::listener::Listener;
use engine::segmenter::{ListenEvent, SegmenterOptions};
use support::{Timbre, arpeggio, at_level, chords, melody, mixed, pink, play, to_16_bit, white};

const MINUTE: usize = 60 * 16_000;

/// Milliseconds of supposed speech in a minute of sound.
fn taken_for_speech(sound: &[f32]) -> u64 {
    let mut listener = Listener::new(SegmenterOptions::default());
    let mut events = Vec::new();
    for chunk in to_16_bit(sound).chunks(320) {
        events.extend(listener.push(chunk));
    }
    events.extend(listener.finish());
    events
        .iter()
        .map(|event| match event {
            ListenEvent::UtteranceEnded { voiced_ms, .. } => u64::from(*voiced_ms),
            _ => 0,
        })
        .sum()
}

#[test]
fn a_minute_of_digital_silence_is_silent() {
    assert_eq!(taken_for_speech(&vec![0.0; MINUTE]), 0);
}

#[test]
fn a_minute_of_white_noise_is_silent_at_any_level() {
    for db in [-70.0, -60.0, -50.0, -40.0, -30.0, -20.0, -12.0] {
        assert_eq!(taken_for_speech(&white(MINUTE, db)), 0, "{db} dB");
    }
}

#[test]
fn a_minute_of_pink_noise_and_mains_hum_is_silent() {
    for db in [-50.0, -35.0, -20.0] {
        assert_eq!(taken_for_speech(&pink(MINUTE, db)), 0, "pink {db} dB");
        let hum = play(MINUTE, [(0, MINUTE, 50.0)], Timbre { harmonics: 20, vibrato: 0.0, decay: 0.0 }, db);
        assert_eq!(taken_for_speech(&mixed(hum, &white(MINUTE, db - 20.0))), 0, "hum {db} dB");
    }
}

#[test]
fn a_minute_of_plain_tones_is_silent() {
    for hz in [100.0, 220.0, 440.0, 1_000.0, 3_000.0] {
        let tone = play(MINUTE, [(0, MINUTE, hz)], Timbre { harmonics: 1, vibrato: 0.0, decay: 0.0 }, -20.0);
        assert_eq!(taken_for_speech(&tone), 0, "{hz} Hz");
    }
}

#[test]
fn a_minute_of_chords_with_and_without_vibrato_is_silent() {
    for harmonics in [1, 3, 8, 20] {
        for vibrato in [0.0, 0.006] {
            let song = play(MINUTE, chords(MINUTE), Timbre { harmonics, vibrato, decay: 0.3 }, -18.0);
            for db in [-35.0, -18.0] {
                let sound = at_level(song.clone(), db);
                assert_eq!(taken_for_speech(&sound), 0, "{harmonics} harmonics, vibrato {vibrato}, {db} dB");
            }
        }
    }
}

#[test]
fn a_minute_of_arpeggios_is_silent() {
    for harmonics in [1, 3, 8, 20] {
        for note_ms in [120, 250, 500] {
            let timbre = Timbre { harmonics, vibrato: 0.0, decay: 3.0 };
            let sound = play(MINUTE, arpeggio(MINUTE, note_ms), timbre, -20.0);
            assert_eq!(taken_for_speech(&sound), 0, "{harmonics} harmonics, {note_ms} ms");
        }
    }
}

#[test]
fn a_minute_of_a_melody_with_vibrato_is_silent() {
    for harmonics in [1, 3, 8, 20] {
        for vibrato in [0.0, 0.004, 0.01] {
            let sound = play(MINUTE, melody(MINUTE), Timbre { harmonics, vibrato, decay: 0.5 }, -20.0);
            assert_eq!(taken_for_speech(&sound), 0, "{harmonics} harmonics, vibrato {vibrato}");
        }
    }
}

#[test]
fn a_minute_of_several_instruments_over_noise_is_silent() {
    let strings = play(MINUTE, chords(MINUTE), Timbre { harmonics: 8, vibrato: 0.004, decay: 0.3 }, -22.0);
    let harp = play(MINUTE, arpeggio(MINUTE, 250), Timbre { harmonics: 5, vibrato: 0.0, decay: 4.0 }, -24.0);
    let room = white(MINUTE, -55.0);
    for db in [-35.0, -20.0, -12.0] {
        let sound = at_level(mixed(mixed(strings.clone(), &harp), &room), db);
        assert_eq!(taken_for_speech(&sound), 0, "{db} dB");
    }
}
