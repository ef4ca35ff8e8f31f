//! What the pure part costs: a 20 ms chunk through the intake, a frame through the detector, a pass through agreement.
//! Goal: everything but engine and detector stays under 8 us a chunk.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::agreement::{Agreement, AgreementOptions};
use engine::asr::Word;
use engine::audio::{AudioFormat, Encoding, Intake, IntakeOptions, Pcm16k};
use engine::listener::Listener;
use engine::segmenter::SegmenterOptions;
use engine::vad::VoiceDetector;

fn intake(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("intake, 20 ms chunk");
    let plain = IntakeOptions::default();
    let full = IntakeOptions { denoise: true, automatic_gain: true };
    for (name, encoding, rate, options) in [
        ("16 kHz s16", Encoding::PcmS16Le, 16_000, plain),
        ("48 kHz f32", Encoding::PcmF32Le, 48_000, plain),
        ("44.1 kHz s16", Encoding::PcmS16Le, 44_100, plain),
        ("8 kHz mu-law", Encoding::MuLaw, 8_000, plain),
        ("16 kHz s16 with gain", Encoding::PcmS16Le, 16_000, IntakeOptions { denoise: false, ..full }),
        ("48 kHz s16 denoised with gain", Encoding::PcmS16Le, 48_000, full),
    ] {
        let format = AudioFormat::new(encoding, rate, 1).expect("within the limits");
        let frames = rate as usize / 50;
        let chunk: Vec<u8> = (0..frames * format.frame_bytes()).map(|at| (at * 31 % 120) as u8).collect();
        let mut intake = Intake::new(format, options);
        let mut out = Pcm16k::new();
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                intake.push(black_box(&chunk), &mut out).expect("whole frames");
                black_box(out.len())
            });
        });
    }
    group.finish();
}

fn detector(criterion: &mut Criterion) {
    let speech_like = |at: usize| ((at as f32 * 0.05).sin() * (at as f32 * 0.003).sin() * 8_000.0) as i16;
    let mut detector = VoiceDetector::new();
    let mut at = 0;
    criterion.bench_function("voice detector, 16 ms frame", |bencher| {
        bencher.iter(|| {
            at += 256;
            let frame: [i16; 256] = std::array::from_fn(|offset| speech_like(at + offset));
            black_box(detector.frame(&frame))
        });
    });
    let mut listener = Listener::new(SegmenterOptions::default());
    criterion.bench_function("listener, 20 ms chunk", |bencher| {
        bencher.iter(|| {
            at += 320;
            let chunk: [i16; 320] = std::array::from_fn(|offset| speech_like(at + offset));
            let events = listener.push(&chunk);
            listener.release(listener.position());
            black_box(events.len())
        });
    });
}

fn agreement(criterion: &mut Criterion) {
    let words = |count: usize, changed: usize| -> Vec<Word> {
        (0..count)
            .map(|at| Word {
                text: if at == changed { "different".to_owned() } else { format!("word{}", at % 17) },
                start_ms: at as u32 * 400,
                end_ms: at as u32 * 400 + 350,
                confidence: 0.9,
            })
            .collect()
    };
    let mut group = criterion.benchmark_group("agreement, pass of 28 s");
    for (name, changed) in [("same reading", usize::MAX), ("one word read differently", 3)] {
        let mut settled = Agreement::new(AgreementOptions::default());
        settled.update(&words(68, usize::MAX), 28_000);
        settled.update(&words(68, usize::MAX), 28_000);
        let pass = words(70, changed);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut agreement = settled.clone();
                black_box(agreement.update(black_box(&pass), 28_000))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, intake, detector, agreement);
criterion_main!(benches);
