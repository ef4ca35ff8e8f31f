//! Whatever the detector decides: each voiced sample is in exactly one utterance, utterances do not overlap and are not
//! too long, and a confirmed pause ends what was announced.

use engine::audio::SampleRange;
use engine::listener::Listener;
use engine::segmenter::{EndReason, ListenEvent, PausePolicy, Segmenter, SegmenterOptions};
use engine::vad::{Clues, Decision, FRAME_SAMPLES, FrameReport, LONGEST_ONSET_FRAMES};
use proptest::prelude::*;

/// What a speaker does for so many frames.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Silence(u32),
    /// An onset of so many frames that comes to nothing.
    Click(u32),
    /// So many frames of onset, then of speech.
    Speech(u32, u32),
}

fn doings() -> impl Strategy<Value = Vec<Doing>> {
    let doing = prop_oneof![
        (1u32..80).prop_map(Doing::Silence),
        (1u32..60).prop_map(Doing::Click),
        (0u32..60, 1u32..200).prop_map(|(onset, speech)| Doing::Speech(onset, speech)),
    ];
    prop::collection::vec(doing, 1..60)
}

fn options() -> impl Strategy<Value = SegmenterOptions> {
    let pause = prop_oneof![Just(PausePolicy::Adaptive), (0u32..1_500).prop_map(PausePolicy::FixedMs)];
    (pause, 2_000u32..30_000, 0u32..600).prop_map(|(pause, longest_utterance_ms, pre_roll_ms)| SegmenterOptions {
        pause,
        longest_utterance_ms,
        pre_roll_ms,
    })
}

/// The decisions of a gate for what the speaker does, and the samples that are voiced by them.
fn decisions(doings: &[Doing], levels: &mut impl FnMut() -> f32) -> (Vec<FrameReport>, Vec<SampleRange>) {
    let mut reports: Vec<FrameReport> = Vec::new();
    let mut voiced = Vec::new();
    let mut report = |decision, onset_frames, reports: &mut Vec<FrameReport>| {
        reports.push(FrameReport {
            decision,
            onset_frames,
            score: 0.5,
            level_db: levels(),
            floor_db: None,
            clues: Clues::default(),
            evidence: 0.0,
        });
    };
    for doing in doings {
        match *doing {
            Doing::Silence(frames) => {
                for _ in 0..frames {
                    report(Decision::Silence, 0, &mut reports);
                }
            }
            Doing::Click(frames) => {
                for _ in 0..frames {
                    report(Decision::Onset, 0, &mut reports);
                }
                report(Decision::Silence, 0, &mut reports);
            }
            Doing::Speech(onset, speech) => {
                for _ in 0..onset {
                    report(Decision::Onset, 0, &mut reports);
                }
                let back = onset.min(LONGEST_ONSET_FRAMES);
                let first = reports.len() as u64 - u64::from(back);
                report(Decision::Speech, back, &mut reports);
                for _ in 1..speech {
                    report(Decision::Speech, 0, &mut reports);
                }
                let end = reports.len() as u64;
                voiced.push(SampleRange::new(first * FRAME_SAMPLES as u64, end * FRAME_SAMPLES as u64));
                for _ in 0..4 {
                    report(Decision::Tail, 0, &mut reports);
                }
            }
        }
    }
    (reports, voiced)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn each_voiced_sample_is_in_exactly_one_utterance(doings in doings(), options in options(), seed in any::<u64>()) {
        let mut state = seed | 1;
        let mut levels = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            -((state >> 58) as f32)
        };
        let (reports, voiced) = decisions(&doings, &mut levels);
        let mut segmenter = Segmenter::new(options.clone());
        let mut events = Vec::new();
        for report in &reports {
            segmenter.frame(report, &mut events);
        }
        segmenter.finish(&mut events);

        let mut ranges: Vec<SampleRange> = Vec::new();
        let mut open: Option<u64> = None;
        let mut announced: Option<SampleRange> = None;
        for event in &events {
            match *event {
                ListenEvent::SpeechStarted { start, at } => {
                    prop_assert!(open.is_none());
                    prop_assert!(start <= at);
                    open = Some(start);
                }
                ListenEvent::PauseBegan { range, .. } => {
                    prop_assert_eq!(Some(range.start), open);
                    prop_assert!(announced.is_none());
                    announced = Some(range);
                }
                ListenEvent::SpeechResumed { .. } => {
                    prop_assert!(announced.take().is_some());
                }
                ListenEvent::UtteranceEnded { range, reason, voiced_ms, speech_end } => {
                    prop_assert_eq!(open.take(), Some(range.start));
                    if let (EndReason::Pause | EndReason::Finish, Some(pause)) = (reason, announced.take()) {
                        prop_assert_eq!(pause, range);
                    }
                    prop_assert!(speech_end <= range.end);
                    prop_assert!(voiced_ms <= range.ms());
                    prop_assert!(range.ms() <= options.longest_utterance_ms);
                    prop_assert!(ranges.last().is_none_or(|last| last.end <= range.start));
                    ranges.push(range);
                }
            }
        }
        prop_assert!(open.is_none());
        for stretch in voiced {
            let inside: u64 =
                ranges.iter().filter_map(|range| range.intersection(stretch)).map(SampleRange::samples).sum();
            prop_assert_eq!(inside, stretch.samples(), "{:?} in {:?}", stretch, ranges);
        }
    }

    #[test]
    fn any_sound_in_any_pieces_gives_the_same_events_and_keeps_its_utterances(
        bursts in prop::collection::vec((0usize..30_000, 0i16..12_000), 1..8),
        pieces in prop::collection::vec(1usize..5_000, 1..10),
        cut in any::<bool>(),
    ) {
        let mut state = 1u64;
        let mut sound: Vec<i16> = Vec::new();
        for (length, amplitude) in bursts {
            sound.extend((0..length).map(|at| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let wobble = ((at / 900) % 7) as i64;
                ((((state >> 48) as i64 - 32_768) * i64::from(amplitude)) / 32_768 * wobble / 7) as i16
            }));
        }
        let longest_utterance_ms = if cut { 2_500 } else { 28_000 };
        let options = SegmenterOptions { longest_utterance_ms, ..SegmenterOptions::default() };
        let mut whole = Listener::new(options.clone());
        let mut expected = whole.push(&sound);
        expected.extend(whole.finish());

        let mut listener = Listener::new(options);
        let mut events = Vec::new();
        let mut rest = &sound[..];
        for piece in pieces.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*piece).min(rest.len()));
            events.extend(listener.push(now));
            rest = later;
        }
        events.extend(listener.finish());
        prop_assert_eq!(&events, &expected);
        prop_assert_eq!(listener.position(), sound.len() as u64);
        for event in events {
            if let ListenEvent::UtteranceEnded { range, .. } = event {
                let kept = listener.audio(range).expect("kept until released");
                prop_assert_eq!(&kept[..], &sound[range.start as usize..range.end as usize]);
                listener.release_utterance(range);
                prop_assert!(listener.audio(range).is_none() || range.end + 30_000 > listener.position());
            }
        }
    }
}
