//! The way of a client's bytes into its sessions: samples as they are, packets of Opus, or a container of any kind.

use std::io::{self, Read};
use std::rc::Rc;

use actix_web::web::{Buf as _, Bytes};
use actors::session::Wishes;
use engine::audio::{AudioFormat, Encoding};
use symphonia::core::audio::layouts::{CHANNEL_LAYOUT_MONO, CHANNEL_LAYOUT_STEREO};
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::RegisterableAudioDecoder as _;
use symphonia::core::io::ReadOnlySource;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};
use symphonia_adapter_libopus::OpusDecoder;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use super::options::SoundSource;
use crate::compat::core::{SessionGone, Speaker};
use crate::compat::recording::LIMITS;
use crate::files::{FileProblem, Layout, stream};

/// Messages that wait for the decoder of a container.
const AHEAD: usize = 16;
const OPUS_RATE: u32 = 48_000;

#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error(transparent)]
    Gone(#[from] SessionGone),
    #[error(transparent)]
    File(#[from] FileProblem),
}

/// One stream of sound; each channel that is kept apart has a session.
pub struct Feed {
    speakers: Rc<Mutex<Vec<Speaker>>>,
    kind: Kind,
}

enum Kind {
    Samples {
        format: AudioFormat,
        /// Bytes of a frame whose end has not come yet.
        rest: Vec<u8>,
    },
    Opus {
        decoder: Box<dyn AudioDecoder>,
    },
    Container {
        bytes: Option<mpsc::Sender<Bytes>>,
        decoding: Option<JoinHandle<Result<(), FeedError>>>,
    },
}

/// The format that the sessions are to be opened with.
pub fn session_format(source: SoundSource, by_channel: bool) -> AudioFormat {
    match source {
        SoundSource::Samples(format) if by_channel => {
            AudioFormat::new(format.encoding(), format.sample_rate(), 1).unwrap_or(format)
        }
        SoundSource::Samples(format) => format,
        SoundSource::OpusPackets { .. } => {
            AudioFormat::new(Encoding::PcmS16Le, OPUS_RATE, 1).unwrap_or(AudioFormat::DEFAULT)
        }
        // Known when the container is read; the sessions are told then.
        SoundSource::Container => AudioFormat::DEFAULT,
    }
}

impl Feed {
    pub fn new(source: SoundSource, speakers: Vec<Speaker>) -> Result<Self, FeedError> {
        let speakers = Rc::new(Mutex::new(speakers));
        let kind = match source {
            SoundSource::Samples(format) => Kind::Samples { format, rest: Vec::new() },
            SoundSource::OpusPackets { channels } => Kind::Opus { decoder: opus(channels)? },
            SoundSource::Container => {
                let (bytes, received) = mpsc::channel(AHEAD);
                let decoding = actix_web::rt::spawn(pump(received, Rc::clone(&speakers)));
                Kind::Container { bytes: Some(bytes), decoding: Some(decoding) }
            }
        };
        Ok(Self { speakers, kind })
    }

    pub async fn push(&mut self, bytes: Bytes) -> Result<(), FeedError> {
        match &mut self.kind {
            Kind::Samples { format, rest } => {
                let mut speakers = self.speakers.lock().await;
                if let [speaker] = &mut speakers[..] {
                    return Ok(speaker.push(&bytes).await?);
                }
                rest.extend_from_slice(&bytes);
                let whole = rest.len() - rest.len() % format.frame_bytes();
                let frames: Vec<u8> = rest.drain(..whole).collect();
                let (sample, frame) = (format.encoding().sample_bytes(), format.frame_bytes());
                for (channel, speaker) in speakers.iter_mut().enumerate() {
                    let at = channel * sample;
                    let own: Vec<u8> = frames.chunks_exact(frame).flat_map(|f| &f[at..at + sample]).copied().collect();
                    speaker.push(&own).await?;
                }
                Ok(())
            }
            Kind::Opus { decoder } => {
                let packet = Packet::new(0, Timestamp::default(), Duration::default(), bytes.to_vec());
                let Ok(sound) = decoder.decode(&packet) else {
                    return Err(FileProblem::Damaged { why: "a packet of Opus cannot be decoded".to_owned() }.into());
                };
                let channels = sound.spec().channels().count().max(1);
                let mut samples: Vec<f32> = Vec::new();
                sound.copy_to_vec_interleaved(&mut samples);
                let mix = |frame: &[f32]| (frame.iter().sum::<f32>() / channels as f32 * 32_768.0) as i16;
                let mono: Vec<i16> = samples.chunks_exact(channels).map(mix).collect();
                for speaker in self.speakers.lock().await.iter_mut() {
                    speaker.push_samples(&mono).await?;
                }
                Ok(())
            }
            Kind::Container { bytes: to, decoding } => {
                if let Some(to) = to
                    && to.send(bytes).await.is_ok()
                {
                    return Ok(());
                }
                // The decoder ended before the client did: it says why. After a good end the rest is of no interest.
                match decoding.take() {
                    Some(decoding) => decoding.await.unwrap_or(Err(SessionGone.into())),
                    None => Ok(()),
                }
            }
        }
    }

    /// What was said so far comes to its text now.
    pub async fn finalize(&mut self) {
        for speaker in self.speakers.lock().await.iter_mut() {
            speaker.finish().await;
        }
    }

    /// The end of the stream.
    pub async fn close(&mut self) -> Result<(), FeedError> {
        let mut outcome = Ok(());
        if let Kind::Container { bytes, decoding } = &mut self.kind {
            // The decoder comes to the end of what it has.
            *bytes = None;
            if let Some(decoding) = decoding.take() {
                outcome = decoding.await.unwrap_or(Err(SessionGone.into()));
            }
        }
        self.finalize().await;
        outcome
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        if let Kind::Container { decoding: Some(decoding), .. } = &self.kind {
            decoding.abort();
        }
    }
}

fn opus(channels: u16) -> Result<Box<dyn AudioDecoder>, FeedError> {
    let layout = if channels == 2 { CHANNEL_LAYOUT_STEREO } else { CHANNEL_LAYOUT_MONO };
    let mut params = AudioCodecParameters::new();
    params.for_codec(CODEC_ID_OPUS).with_sample_rate(OPUS_RATE).with_channels(layout);
    OpusDecoder::try_registry_new(&params, &AudioDecoderOptions::default())
        .map_err(|error| FileProblem::Damaged { why: error.to_string() }.into())
}

/// Decodes a container as it comes, all channels mixed.
async fn pump(received: mpsc::Receiver<Bytes>, speakers: Rc<Mutex<Vec<Speaker>>>) -> Result<(), FeedError> {
    let source = Box::new(ReadOnlySource::new(Live { received, current: Bytes::new() }));
    let mut sound = match stream::start(source, Layout::Mono, LIMITS).await {
        Ok(sound) => sound,
        // A client that said nothing at all made no mistake.
        Err(FileProblem::Empty) => return Ok(()),
        Err(problem) => return Err(problem.into()),
    };
    let rate = sound.format.sample_rate;
    let format = AudioFormat::new(Encoding::PcmS16Le, rate, 1);
    let format = format.map_err(|_| FileProblem::Format { rate, channels: 1 })?;
    for speaker in speakers.lock().await.iter_mut() {
        speaker.wish(Wishes { format: Some(format), ..Wishes::default() });
    }
    while let Some(samples) = sound.next().await {
        for speaker in speakers.lock().await.iter_mut() {
            speaker.push_samples(&samples).await?;
        }
    }
    sound.end().await?;
    Ok(())
}

/// What was received, for the blocking decoder.
struct Live {
    received: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl Read for Live {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.received.blocking_recv() {
                Some(bytes) => self.current = bytes,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.current.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
