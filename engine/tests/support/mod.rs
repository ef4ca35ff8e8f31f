//! Sounds to test with: recordings that come with the built-in model, noises and music-like tones.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::f32::consts::TAU;
use std::path::PathBuf;

/// The recordings and their names, in order of name.
pub fn recordings() -> Vec<(String, Vec<f32>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../models/asr/samples");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wav"))
        .collect();
    files.sort();
    assert!(files.len() >= 14, "the recordings are missing from {}", folder.display());
    files
        .iter()
        .map(|path| {
            let mut reader = hound::WavReader::open(path).unwrap();
            assert_eq!((reader.spec().sample_rate, reader.spec().channels), (16_000, 1), "{}", path.display());
            let samples = reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), samples)
        })
        .collect()
}

pub fn to_16_bit(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|sample| (sample * 32_768.0).round() as i16).collect()
}

pub fn decibels(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

pub fn level(samples: &[f32]) -> f32 {
    10.0 * (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32 + 1e-12).log10()
}

pub fn at_level(mut samples: Vec<f32>, db: f32) -> Vec<f32> {
    let gain = decibels(db - level(&samples));
    for sample in &mut samples {
        *sample *= gain;
    }
    samples
}

pub fn mixed(mut one: Vec<f32>, other: &[f32]) -> Vec<f32> {
    for (sample, more) in one.iter_mut().zip(other) {
        *sample += more;
    }
    one
}

pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Evenly within -1..1.
    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

pub fn white(samples: usize, db: f32) -> Vec<f32> {
    let mut noise = Noise::new(7);
    at_level((0..samples).map(|_| (0..6).map(|_| noise.next()).sum()).collect(), db)
}

/// Noise with a spectrum that falls by 3 dB an octave (an air conditioner, a street far off).
pub fn pink(samples: usize, db: f32) -> Vec<f32> {
    let mut noise = Noise::new(9);
    let mut memory = [0.0f32; 3];
    let values = (0..samples).map(|_| {
        let fresh = noise.next();
        memory[0] = 0.997_65 * memory[0] + fresh * 0.099_046;
        memory[1] = 0.963 * memory[1] + fresh * 0.296_516_4;
        memory[2] = 0.57 * memory[2] + fresh * 1.052_691_3;
        memory.iter().sum::<f32>() + fresh * 0.184_8
    });
    at_level(values.collect(), db)
}

/// A note as an instrument plays it.
#[derive(Clone, Copy)]
pub struct Timbre {
    pub harmonics: usize,
    pub vibrato: f32,
    pub decay: f32,
}

/// Plays notes (start and length in samples, frequency in Hz).
pub fn play(samples: usize, notes: impl IntoIterator<Item = (usize, usize, f32)>, timbre: Timbre, db: f32) -> Vec<f32> {
    let mut out = vec![0.0f32; samples];
    for (start, length, hz) in notes {
        let mut phase = 0.0f32;
        for at in 0..length.min(samples.saturating_sub(start)) {
            let seconds = at as f32 / 16_000.0;
            phase = (phase + TAU * hz * (1.0 + timbre.vibrato * (TAU * 5.5 * seconds).sin()) / 16_000.0) % (TAU * 64.0);
            let attack = (seconds / 0.01).min(1.0) * ((length - at) as f32 / 160.0).min(1.0);
            let tone: f32 = (1..=timbre.harmonics)
                .take_while(|harmonic| hz * (*harmonic as f32) < 7_500.0)
                .map(|harmonic| (phase * harmonic as f32).sin() / harmonic as f32)
                .sum();
            out[start + at] += tone * attack * (-seconds * timbre.decay).exp();
        }
    }
    at_level(out, db)
}

/// Two seconds of each chord of a song.
pub fn chords(samples: usize) -> Vec<(usize, usize, f32)> {
    const SONG: [[f32; 3]; 4] =
        [[261.6, 329.6, 392.0], [220.0, 261.6, 329.6], [174.6, 220.0, 261.6], [196.0, 246.9, 293.7]];
    (0..samples)
        .step_by(32_000)
        .enumerate()
        .flat_map(|(at, start)| SONG[at % 4].map(|hz| (start, 32_000, hz)))
        .collect()
}

/// A broken chord up and down.
pub fn arpeggio(samples: usize, note_ms: usize) -> Vec<(usize, usize, f32)> {
    const SCALE: [f32; 8] = [261.6, 329.6, 392.0, 523.3, 659.3, 523.3, 392.0, 329.6];
    (0..samples).step_by(note_ms * 16).enumerate().map(|(at, start)| (start, note_ms * 16, SCALE[at % 8])).collect()
}

/// A tune with notes of different lengths.
pub fn melody(samples: usize) -> Vec<(usize, usize, f32)> {
    const TUNE: [(f32, usize); 8] = [
        (392.0, 300),
        (440.0, 300),
        (392.0, 450),
        (329.6, 600),
        (293.7, 300),
        (261.6, 450),
        (293.7, 300),
        (329.6, 900),
    ];
    let mut start = 0;
    let mut notes = Vec::new();
    for (hz, ms) in TUNE.iter().cycle() {
        if start >= samples {
            return notes;
        }
        notes.push((start, ms * 16, *hz));
        start += ms * 16;
    }
    notes
}
