//! Sound to send: the samples of the repository, silence, noise, music-like tones.

use std::f32::consts::TAU;

pub struct Sample {
    pub file: String,
    pub language: String,
    pub reference: String,
    /// What the model alone made of the file.
    pub model_output: String,
    pub sound: Vec<i16>,
}

/// Every recording of `models/asr/samples`.
pub fn samples() -> Vec<Sample> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/asr/samples");
    let table =
        std::fs::read_to_string(format!("{folder}/transcripts.tsv")).expect("the samples are in the repository");
    let sample = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, language, _, _, reference, model_output] = fields[..] else { panic!("six columns: {line}") };
        let mut reader = hound::WavReader::open(format!("{folder}/{file}")).expect("a WAV");
        Sample {
            file: file.to_owned(),
            language: language.to_owned(),
            reference: reference.to_owned(),
            model_output: model_output.to_owned(),
            sound: reader.samples::<i16>().map(|sample| sample.expect("whole")).collect(),
        }
    };
    table.lines().skip(1).map(sample).collect()
}

pub fn sample(file: &str) -> Sample {
    samples().into_iter().find(|sample| sample.file == file).expect("there is such a sample")
}

pub fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 16]
}

/// Reproducible white noise.
pub fn noise(ms: usize, level: f32) -> Vec<i16> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..ms * 16).map(|_| (next() * level * 32_767.0) as i16).collect()
}

/// Chords that change twice a second, with overtones and a slow swell.
pub fn music(ms: usize) -> Vec<i16> {
    const CHORDS: [[f32; 3]; 4] =
        [[220.0, 277.2, 329.6], [196.0, 246.9, 293.7], [174.6, 220.0, 261.6], [164.8, 207.7, 246.9]];
    let at = |n: usize| {
        let seconds = n as f32 / 16_000.0;
        let chord = CHORDS[(seconds * 2.0) as usize % CHORDS.len()];
        let voice = |pitch: f32| (1..5).map(|k| (TAU * pitch * k as f32 * seconds).sin() / (k * k) as f32).sum::<f32>();
        let swell = 0.6 + 0.4 * (TAU * 0.3 * seconds).sin();
        (chord.into_iter().map(voice).sum::<f32>() * swell * 3500.0) as i16
    };
    (0..ms * 16).map(at).collect()
}

/// Samples as a WAV file, 16 kHz mono.
pub fn wav(samples: &[i16]) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).expect("in memory");
    for sample in samples {
        writer.write_sample(*sample).expect("in memory");
    }
    writer.finalize().expect("in memory");
    file.into_inner()
}

/// G.711, by its definition.
pub fn mu_law(sample: i16) -> u8 {
    let magnitude = (i32::from(sample).abs() + 132).min(32_767);
    let exponent = (magnitude as u32).ilog2().saturating_sub(7).min(7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (exponent as u8) << 4 | mantissa as u8)
}
