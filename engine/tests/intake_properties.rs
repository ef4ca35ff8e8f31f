//! Whatever bytes come, in whatever pieces: no panic, the right number of samples, and the same ones as in one piece.

mod support;

use engine::audio::{AudioFormat, Encoding, Intake, IntakeOptions, Pcm16k};
use proptest::prelude::*;

fn formats() -> impl Strategy<Value = AudioFormat> {
    let encoding = prop::sample::select(vec![Encoding::PcmS16Le, Encoding::PcmF32Le, Encoding::MuLaw, Encoding::ALaw]);
    let rate = prop_oneof![
        prop::sample::select(vec![8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]),
        8_000u32..=48_000,
    ];
    (encoding, rate, 1u16..=8)
        .prop_map(|(encoding, rate, channels)| AudioFormat::new(encoding, rate, channels).unwrap())
}

fn options() -> impl Strategy<Value = IntakeOptions> {
    (any::<bool>(), any::<bool>()).prop_map(|(denoise, automatic_gain)| IntakeOptions { denoise, automatic_gain })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_make_no_difference(
        format in formats(),
        options in options(),
        bytes in prop::collection::vec(any::<u8>(), 0..40_000),
        pieces in prop::collection::vec(1usize..4_000, 1..40),
    ) {
        let frame = format.frame_bytes();
        let bytes = &bytes[..bytes.len() - bytes.len() % frame];
        let mut whole = Pcm16k::new();
        let mut intake = Intake::new(format, options);
        intake.push(bytes, &mut whole).unwrap();
        intake.flush(&mut whole);

        let mut joined = Pcm16k::new();
        let mut intake = Intake::new(format, options);
        let mut rest = bytes;
        for piece in pieces.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((piece * frame).min(rest.len()));
            intake.push(now, &mut joined).unwrap();
            rest = later;
        }
        intake.flush(&mut joined);

        prop_assert_eq!(&*whole, &*joined);
        let frames = (bytes.len() / frame) as u64;
        let rate = u64::from(format.sample_rate());
        prop_assert_eq!(whole.len() as u64, (frames * 16_000 + rate / 2) / rate);
        prop_assert_eq!((intake.frames_in(), intake.samples_out()), (frames, whole.len() as u64));
    }

    #[test]
    fn any_bytes_are_either_taken_whole_or_refused_whole(
        format in formats(), bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let mut intake = Intake::new(format, IntakeOptions::default());
        let mut out = Pcm16k::new();
        let taken = intake.push(&bytes, &mut out).is_ok();
        prop_assert_eq!(taken, bytes.len() % format.frame_bytes() == 0);
        prop_assert_eq!(intake.frames_in(), if taken { (bytes.len() / format.frame_bytes()) as u64 } else { 0 });
    }
}

/// A click in the middle of a second, as each rate and option gives it back.
#[test]
fn a_click_stays_at_its_time_whatever_the_chain() {
    for rate in [8_000u32, 11_025, 16_000, 22_050, 44_100, 48_000] {
        for options in [
            IntakeOptions::default(),
            IntakeOptions { automatic_gain: true, ..IntakeOptions::default() },
            IntakeOptions { denoise: true, automatic_gain: true },
        ] {
            let format = AudioFormat::new(Encoding::PcmF32Le, rate, 1).unwrap();
            let click = rate as usize / 2;
            // A short burst at 600 Hz rather than one sample, so that noise suppression lets something of it through.
            let bytes: Vec<u8> = (0..rate as usize)
                .map(|at| {
                    let seconds = (at as f32 - click as f32) / rate as f32;
                    let envelope = (-(seconds / 0.004).powi(2)).exp();
                    0.8 * envelope * (std::f32::consts::TAU * 600.0 * seconds).cos()
                })
                .flat_map(f32::to_le_bytes)
                .collect();
            let mut out = Pcm16k::new();
            let mut intake = Intake::new(format, options);
            for chunk in bytes.chunks(format.frame_bytes() * 333) {
                intake.push(chunk, &mut out).unwrap();
            }
            intake.flush(&mut out);
            assert_eq!(out.len(), 16_000);
            let energy: f64 = out.iter().map(|sample| f64::from(*sample).powi(2)).sum();
            let centre: f64 =
                out.iter().enumerate().map(|(at, sample)| at as f64 * f64::from(*sample).powi(2)).sum::<f64>() / energy;
            let allowed = if options.denoise { 32.0 } else { 1.0 };
            assert!((centre - 8_000.0).abs() <= allowed, "{rate} Hz {options:?}: the click is at {centre}");
        }
    }
}

#[test]
fn noise_suppression_leaves_the_speech_and_takes_the_noise() {
    use support::{level, mixed, pink, recordings, to_16_bit};
    let options = IntakeOptions { denoise: true, automatic_gain: false };
    for (name, clean) in recordings().into_iter().filter(|(name, _)| name.ends_with("long")) {
        let noisy = mixed(clean.clone(), &pink(clean.len(), level(&clean) - 12.0));
        let mut out = Pcm16k::new();
        let mut intake = Intake::new(AudioFormat::DEFAULT, options);
        intake.push(&engine::audio::le_bytes(&to_16_bit(&noisy)), &mut out).unwrap();
        intake.flush(&mut out);
        let cleaned: Vec<f32> = out.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        assert_eq!(cleaned.len(), clean.len());
        let loud = level(&clean);
        let (mut kept, mut removed) = (Vec::new(), Vec::new());
        // The network needs some seconds to know the noise.
        for at in (5 * 16_000..clean.len() - 1_600).step_by(1_600) {
            let window = at..at + 1_600;
            let change = level(&cleaned[window.clone()]) - level(&noisy[window.clone()]);
            match level(&clean[window]) {
                spoken if spoken > loud => kept.push(change),
                spoken if spoken < loud - 30.0 => removed.push(change),
                _ => {}
            }
        }
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        assert!(kept.len() > 20 && removed.len() > 5, "{name}: {} loud, {} silent places", kept.len(), removed.len());
        assert!(mean(&kept) > -3.0, "{name}: speech changed by {} dB", mean(&kept));
        assert!(mean(&removed) < -10.0, "{name}: noise changed by {} dB", mean(&removed));
    }
}
