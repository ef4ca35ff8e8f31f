//! Any common container to 16-bit samples, packet by packet: memory does not grow with the file.
//!
//! Blocking; [`super::stream`] runs it beside the server's threads.

use std::ops::ControlFlow;
use std::sync::OnceLock;

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::common::Limit;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::FileProblem;

/// The engine takes no more samples per second; files have up to four times as many.
const HIGHEST_RATE: u32 = 48_000;
const LOWEST_RATE: u32 = 8_000;
/// Packets in a row that make no sense, after which the rest is not tried.
const MOST_BAD_PACKETS: u32 = 500;
/// What a picture or a tag inside a file may take; nobody here looks at them.
const MOST_METADATA_BYTES: usize = 64 << 10;

/// Whether channels are mixed or kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Mono,
    /// Interleaved, at most this many; further ones are dropped.
    Channels(u16),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A small file can unfold to endless sound.
    pub longest_ms: u64,
}

/// What the samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundFormat {
    pub sample_rate: u32,
    /// Of the samples that are given out.
    pub channels: u16,
    /// What the file says; it may be wrong or unknown.
    pub announced_ms: Option<u64>,
}

/// What came out of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub sound_ms: u64,
    /// Why the end of the file is missing.
    pub warning: Option<String>,
}

/// Told in this order: the format once, then samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Format(SoundFormat),
    Sound(Vec<i16>),
}

/// Decodes until the end, an error, or until `take` has enough.
pub fn decode(
    source: Box<dyn MediaSource>,
    layout: Layout,
    limits: Limits,
    mut take: impl FnMut(Piece) -> ControlFlow<()>,
) -> Result<Summary, FileProblem> {
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    let metadata = MetadataOptions::default()
        .limit_tag_bytes(Limit::Maximum(MOST_METADATA_BYTES))
        .limit_visual_bytes(Limit::Maximum(MOST_METADATA_BYTES));
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), metadata)
        .map_err(|error| match error {
            Error::Unsupported(_) => FileProblem::UnknownKind,
            error => FileProblem::Damaged { why: error.to_string() },
        })?;
    let chosen = choose(reader.as_ref())?;
    let announced_ms = chosen.announced_ms;
    let mut decoding = Decoding { layout, limits, announced_ms, mixer: None, summary: Summary::default() };
    decoding.run(reader.as_mut(), chosen, &mut take)
}

struct Chosen {
    track: u32,
    decoder: Box<dyn AudioDecoder>,
    announced_ms: Option<u64>,
    /// Packets at its beginning that hold nothing but the encoder's start.
    lead_in: u32,
}

/// The track with sound, and who decodes it.
fn choose(reader: &dyn FormatReader) -> Result<Chosen, FileProblem> {
    let mut unknown = None;
    let tracks = reader.tracks().iter();
    let default = reader.default_track(TrackType::Audio).map(|track| track.id);
    // The default one first.
    let mut tracks: Vec<_> = tracks.collect();
    tracks.sort_by_key(|track| Some(track.id) != default);
    for track in tracks {
        let Some(params) = track.codec_params.as_ref().and_then(|params| params.audio()) else { continue };
        match codecs().make_audio_decoder(params, &AudioDecoderOptions::default()) {
            Ok(decoder) => {
                let length = track.time_base.zip(track.duration);
                let length = length.and_then(|(base, duration)| base.calc_duration(duration));
                let ms = length.and_then(|length| u64::try_from(length.as_millis()).ok()).filter(|ms| *ms > 0);
                // Every AAC encoder begins with a packet of nothing; what tells so (an edit list) is not read by everybody.
                let lead_in = u32::from(params.codec == CODEC_ID_AAC);
                return Ok(Chosen { track: track.id, decoder, announced_ms: ms, lead_in });
            }
            Err(error) => unknown = Some(format!("{} ({error})", params.codec)),
        }
    }
    Err(unknown.map_or(FileProblem::NoSound, |codec| FileProblem::UnknownCodec { codec }))
}

fn codecs() -> &'static CodecRegistry {
    static CODECS: OnceLock<CodecRegistry> = OnceLock::new();
    CODECS.get_or_init(|| {
        let mut codecs = CodecRegistry::new();
        symphonia::default::register_enabled_codecs(&mut codecs);
        codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
        codecs
    })
}

struct Decoding {
    layout: Layout,
    limits: Limits,
    announced_ms: Option<u64>,
    mixer: Option<Mixer>,
    summary: Summary,
}

impl Decoding {
    fn run(
        &mut self,
        reader: &mut dyn FormatReader,
        Chosen { track, mut decoder, mut lead_in, .. }: Chosen,
        take: &mut impl FnMut(Piece) -> ControlFlow<()>,
    ) -> Result<Summary, FileProblem> {
        let mut bad_packets = 0;
        let mut last_error = None;
        loop {
            let packet = match reader.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(error) => {
                    last_error = Some(error.to_string());
                    break;
                }
            };
            // Nobody here looks at tags; they must not pile up.
            while reader.metadata().pop().is_some() {}
            if packet.track_id != track {
                continue;
            }
            match decoder.decode(&packet) {
                Ok(_) if lead_in > 0 => lead_in -= 1,
                Ok(sound) => {
                    bad_packets = 0;
                    if self.give(&sound, take)?.is_break() {
                        return Ok(std::mem::take(&mut self.summary));
                    }
                }
                Err(Error::DecodeError(_) | Error::IoError(_)) if bad_packets < MOST_BAD_PACKETS => bad_packets += 1,
                Err(error) => {
                    last_error = Some(error.to_string());
                    break;
                }
            }
        }
        let mut summary = std::mem::take(&mut self.summary);
        let short = self.announced_ms.is_some_and(|announced| summary.sound_ms + 1000 < announced);
        match last_error {
            Some(why) if summary.sound_ms == 0 => return Err(FileProblem::Damaged { why }),
            Some(why) => summary.warning = Some(format!("the file is damaged after {} ms: {why}", summary.sound_ms)),
            None if summary.sound_ms == 0 && bad_packets > 0 => {
                return Err(FileProblem::Damaged { why: "nothing in it can be decoded".to_owned() });
            }
            None if self.mixer.is_none() => return Err(FileProblem::NoSound),
            None if short => summary.warning = Some(format!("the file ends after {} ms", summary.sound_ms)),
            None => {}
        }
        Ok(summary)
    }

    fn give(
        &mut self,
        sound: &GenericAudioBufferRef<'_>,
        take: &mut impl FnMut(Piece) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, FileProblem> {
        let (rate, channels) = (sound.spec().rate(), sound.spec().channels().count());
        let mixer = match &mut self.mixer {
            Some(mixer) => mixer,
            None => {
                let mixer = Mixer::new(rate, channels, self.layout)?;
                let format = SoundFormat {
                    sample_rate: rate / mixer.every,
                    channels: mixer.out,
                    announced_ms: self.announced_ms,
                };
                if take(Piece::Format(format)).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                self.mixer.insert(mixer)
            }
        };
        if (rate, channels) != (mixer.rate, mixer.channels) {
            self.summary.warning = Some("the kind of sound changes in the middle of the file".to_owned());
            return Ok(ControlFlow::Break(()));
        }
        let samples = mixer.mix(sound);
        self.summary.sound_ms = mixer.frames * 1000 / u64::from(rate);
        if self.summary.sound_ms > self.limits.longest_ms {
            return Err(FileProblem::TooLong { hours: self.limits.longest_ms / 3_600_000 });
        }
        Ok(if samples.is_empty() { ControlFlow::Continue(()) } else { take(Piece::Sound(samples)) })
    }
}

/// Brings samples to 16 bits, to the wanted channels, and below the highest rate (by whole factors).
struct Mixer {
    rate: u32,
    channels: usize,
    out: u16,
    every: u32,
    /// Frames taken.
    frames: u64,
    interleaved: Vec<f32>,
    /// Sums of the frames that make the next one.
    sums: Vec<f32>,
    summed: u32,
}

impl Mixer {
    fn new(rate: u32, channels: usize, layout: Layout) -> Result<Self, FileProblem> {
        let every = rate.div_ceil(HIGHEST_RATE).max(1);
        if channels == 0 || rate < LOWEST_RATE || !rate.is_multiple_of(every) {
            return Err(FileProblem::Format { rate, channels });
        }
        let out = match layout {
            Layout::Mono => 1,
            Layout::Channels(most) => most.min(channels as u16).max(1),
        };
        let sums = vec![0.0; usize::from(out)];
        Ok(Self { rate, channels, out, every, frames: 0, interleaved: Vec::new(), sums, summed: 0 })
    }

    fn mix(&mut self, sound: &GenericAudioBufferRef<'_>) -> Vec<i16> {
        sound.copy_to_vec_interleaved::<f32>(&mut self.interleaved);
        let mut samples = Vec::with_capacity(self.interleaved.len() / self.channels * usize::from(self.out));
        for frame in self.interleaved.chunks_exact(self.channels) {
            self.frames += 1;
            if self.out == 1 {
                self.sums[0] += frame.iter().sum::<f32>() / self.channels as f32;
            } else {
                self.sums.iter_mut().zip(frame).for_each(|(sum, sample)| *sum += sample);
            }
            self.summed += 1;
            if self.summed == self.every {
                let share = 32_768.0 / self.every as f32;
                // The cast keeps within the range, and makes 0 of what is no number.
                samples.extend(self.sums.iter().map(|sum| (sum * share).round() as i16));
                self.sums.fill(0.0);
                self.summed = 0;
            }
        }
        samples
    }
}
