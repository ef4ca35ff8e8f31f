//! Every recording is heard, loud and faint, clean and in noise, from its first sound to its last.

mod support;

use engine::audio::SampleRange;
use engine::listener::Listener;
use engine::segmenter::{ListenEvent, SegmenterOptions};
use support::{decibels, level, mixed, pink, recordings, to_16_bit, white};

struct Heard {
    utterances: Vec<SampleRange>,
    voiced: Vec<SampleRange>,
    /// Samples that had been pushed when speech was announced.
    announced_at: Option<u64>,
}

/// Listens in 20 ms chunks.
fn listen(samples: &[i16]) -> Heard {
    let mut listener = Listener::new(SegmenterOptions::default());
    let mut heard = Heard { utterances: Vec::new(), voiced: Vec::new(), announced_at: None };
    let mut take = |listener: &Listener, events: Vec<ListenEvent>| {
        for event in events {
            match event {
                ListenEvent::SpeechStarted { .. } => {
                    heard.announced_at.get_or_insert(listener.position());
                }
                ListenEvent::UtteranceEnded { range, .. } => {
                    heard.utterances.push(range);
                    heard.voiced.extend(listener.voiced_ranges(range));
                }
                _ => {}
            }
        }
    };
    for chunk in samples.chunks(320) {
        let events = listener.push(chunk);
        take(&listener, events);
    }
    let events = listener.finish();
    take(&listener, events);
    heard
}

/// Frames of 16 ms of the clean recording that carry its speech: less than 22 dB below its loud parts.
fn spoken_frames(clean: &[f32]) -> Vec<SampleRange> {
    let levels: Vec<f32> = clean.chunks_exact(256).map(level).collect();
    let mut sorted = levels.clone();
    sorted.sort_by(f32::total_cmp);
    let loud = sorted[sorted.len() * 95 / 100];
    levels
        .iter()
        .enumerate()
        .filter(|(_, level)| **level > loud - 22.0)
        .map(|(at, _)| SampleRange::new(at as u64 * 256, (at as u64 + 1) * 256))
        .collect()
}

fn share_inside(frames: &[SampleRange], ranges: &[SampleRange]) -> f32 {
    let inside = frames.iter().filter(|frame| ranges.iter().any(|range| range.contains(**frame))).count();
    inside as f32 / frames.len() as f32
}

fn conditions(clean: &[f32]) -> [(&'static str, Vec<f32>); 5] {
    let faint = clean.iter().map(|sample| sample * decibels(-30.0)).collect();
    let loud = clean.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    [
        ("clean", clean.to_vec()),
        ("full scale", clean.iter().map(|sample| sample / loud * 0.999).collect()),
        ("30 dB fainter", faint),
        ("white noise 15 dB below", mixed(clean.to_vec(), &white(clean.len(), level(clean) - 15.0))),
        ("pink noise 15 dB below", mixed(clean.to_vec(), &pink(clean.len(), level(clean) - 15.0))),
    ]
}

#[test]
fn nothing_of_any_recording_is_outside_its_utterances() {
    for (name, clean) in recordings() {
        let frames = spoken_frames(&clean);
        for (condition, sound) in conditions(&clean) {
            let heard = listen(&to_16_bit(&sound));
            let share = share_inside(&frames, &heard.utterances);
            assert!(share >= 0.995, "{name}, {condition}: {share} of the speech is inside {:?}", heard.utterances);
        }
    }
}

#[test]
fn the_voiced_measure_covers_the_speech() {
    let (mut sum, mut count) = (0.0, 0);
    for (name, clean) in recordings() {
        let frames = spoken_frames(&clean);
        for (condition, sound) in conditions(&clean) {
            let share = share_inside(&frames, &listen(&to_16_bit(&sound)).voiced);
            assert!(share >= 0.8, "{name}, {condition}: only {share} of the speech is voiced");
            sum += share;
            count += 1;
        }
    }
    assert!(sum / count as f32 >= 0.95, "on average {} of the speech is voiced", sum / count as f32);
}

#[test]
fn speech_is_announced_soon_after_it_begins() {
    let mut delays = Vec::new();
    for (name, clean) in recordings() {
        let begins = spoken_frames(&clean)[0].start;
        let announced = listen(&to_16_bit(&clean)).announced_at.expect("heard");
        let delay = announced.saturating_sub(begins) / 16;
        assert!(delay <= 700, "{name}: announced after {delay} ms");
        delays.push(delay);
    }
    delays.sort_unstable();
    assert!(delays[delays.len() / 2] <= 300, "delays in ms: {delays:?}");
}

#[test]
fn speech_is_heard_in_the_middle_of_music_that_is_not() {
    use support::{Timbre, at_level, chords, play};
    let (_, clean) = recordings().remove(0);
    let lead = 5 * 16_000;
    let total = lead + clean.len() + lead;
    let music = play(total, chords(total), Timbre { harmonics: 3, vibrato: 0.0, decay: 0.3 }, -45.0);
    let mut speech = vec![0.0; total];
    speech[lead..lead + clean.len()].copy_from_slice(&at_level(clean.clone(), -24.0));
    let heard = listen(&to_16_bit(&mixed(speech, &music)));
    let frames: Vec<SampleRange> = spoken_frames(&clean)
        .iter()
        .map(|frame| SampleRange::new(frame.start + lead as u64, frame.end + lead as u64))
        .collect();
    assert!(share_inside(&frames, &heard.utterances) > 0.95, "{:?}", heard.utterances);
    assert!(heard.utterances[0].start >= lead as u64 - 16_000, "the music before was taken in: {:?}", heard.utterances);
}
