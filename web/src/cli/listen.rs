//! `alfavoice listen`: the microphone to text, in the terminal.

use std::io::{IsTerminal as _, Write as _};

use actix_web::web::Bytes;
use anyhow::{Context as _, bail};
use awc::ws::{Frame, Message};
use clap::Args;
use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{FromSample, SampleFormat, SizedSample};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::frame::AudioFrame;
use protocol::{AudioSettings, ClientMessage, Encoding, ServerMessage, SessionSettings};
use tokio::sync::mpsc;

use super::options::SettingsOptions;

#[derive(Debug, Args)]
pub struct Listen {
    /// Language such as `en`, or `auto`
    #[arg(long, default_value = "auto")]
    language: String,
    /// Clean-up style: mail, chat, code, document, none
    #[arg(long)]
    style: Option<String>,
    /// The running server
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

/// Chunks that may wait for the network: half a minute of the usual size.
const BACKLOG: usize = 3000;

impl Listen {
    pub fn run(self, options: &SettingsOptions) -> anyhow::Result<()> {
        let settings = options.load(&[])?;
        let server = self.server.clone().unwrap_or_else(|| format!("http://{}", settings.server.listen));
        let microphone = Microphone::open()?;
        actix_web::rt::System::new().block_on(self.listen(&server, microphone))
    }

    async fn listen(self, server: &str, mut microphone: Microphone) -> anyhow::Result<()> {
        let refused = || format!("no server answers at {server}; start one with `alfavoice serve`");
        let connected = super::remote::socket(&format!("{server}/transcribe")).connect().await;
        let (_, socket) = connected.map_err(|error| anyhow::anyhow!("{error}")).with_context(refused)?;
        let (mut to_server, mut from_server) = socket.split();
        let start = SessionSettings {
            language: Some(self.language),
            style: self.style,
            audio: Some(microphone.format.clone()),
            ..SessionSettings::default()
        };
        to_server.send(text(&ClientMessage::Start(start))?).await?;
        microphone.stream.play().context("the microphone cannot be started")?;
        eprintln!("speak; Ctrl-C ends");
        let mut screen = Screen::new();
        let (mut offset, mut ending) = (0, false);
        loop {
            tokio::select! {
                chunk = microphone.chunks.recv(), if !ending => {
                    let chunk = chunk.context("the microphone went away")?;
                    let samples = engine::audio::le_bytes(&chunk);
                    let frame = AudioFrame { offset, samples: &samples }.encode();
                    offset += chunk.len() as u64 / u64::from(microphone.format.channels);
                    to_server.send(Message::Binary(Bytes::from(frame))).await?;
                }
                frame = from_server.next() => match frame {
                    Some(Ok(Frame::Text(bytes))) => {
                        if screen.show(serde_json::from_slice(&bytes)?)? {
                            return Ok(());
                        }
                    }
                    Some(Ok(Frame::Ping(payload))) => to_server.send(Message::Pong(payload)).await?,
                    Some(Ok(_)) => {}
                    Some(Err(error)) => bail!("the connection broke: {error}"),
                    None => bail!("the server closed the connection"),
                },
                _ = tokio::signal::ctrl_c(), if !ending => {
                    ending = true;
                    to_server.send(text(&ClientMessage::Finish)?).await?;
                }
            }
        }
    }
}

fn text(message: &ClientMessage) -> anyhow::Result<Message> {
    Ok(Message::Text(serde_json::to_string(message)?.into()))
}

/// Finals as lines; on a terminal the live text below them, overwritten as it changes.
struct Screen {
    live: bool,
}

impl Screen {
    fn new() -> Self {
        Self { live: std::io::stdout().is_terminal() }
    }

    /// Whether it was the last message.
    fn show(&mut self, message: ServerMessage) -> anyhow::Result<bool> {
        let mut out = std::io::stdout().lock();
        match message {
            ServerMessage::PartialText(partial) if self.live => write!(out, "\r\x1b[2K{}", partial.text)?,
            ServerMessage::FinalText(told) if !told.text.is_empty() => {
                let clear = if self.live { "\r\x1b[2K" } else { "" };
                writeln!(out, "{clear}{}", told.text)?;
            }
            ServerMessage::Error(error) => eprintln!("{}: {}", error.message, error.hint),
            ServerMessage::Done { .. } => return Ok(true),
            _ => {}
        }
        out.flush()?;
        Ok(false)
    }
}

/// The default input device, as a stream of 16-bit chunks.
struct Microphone {
    stream: cpal::Stream,
    format: AudioSettings,
    chunks: mpsc::Receiver<Vec<i16>>,
}

impl Microphone {
    fn open() -> anyhow::Result<Self> {
        let device = cpal::default_host().default_input_device().context("no microphone was found; plug one in")?;
        let config = device.default_input_config().context("the microphone says nothing about its format")?;
        let format = AudioSettings {
            encoding: Encoding::PcmS16le,
            sample_rate: config.sample_rate(),
            channels: config.channels(),
        };
        let (sender, chunks) = mpsc::channel(BACKLOG);
        let stream_config = config.config();
        let stream = match config.sample_format() {
            SampleFormat::I16 => stream::<i16>(&device, stream_config, sender),
            SampleFormat::I32 => stream::<i32>(&device, stream_config, sender),
            SampleFormat::U16 => stream::<u16>(&device, stream_config, sender),
            SampleFormat::F32 => stream::<f32>(&device, stream_config, sender),
            other => bail!("the microphone gives samples as {other}, which is not supported"),
        }
        .context("the microphone cannot be opened")?;
        Ok(Self { stream, format, chunks })
    }
}

fn stream<T>(
    device: &cpal::Device,
    config: cpal::StreamConfig,
    chunks: mpsc::Sender<Vec<i16>>,
) -> anyhow::Result<cpal::Stream>
where
    T: SizedSample,
    i16: FromSample<T>,
{
    let hear = move |samples: &[T], _: &cpal::InputCallbackInfo| {
        let chunk = samples.iter().map(|sample| i16::from_sample_(*sample)).collect();
        // A network that stands still for half a minute: the terminal client keeps no more.
        if chunks.try_send(chunk).is_err() {
            eprintln!("the connection is too slow; sound was lost");
        }
    };
    Ok(device.build_input_stream(config, hear, |error| eprintln!("microphone: {error}"), None)?)
}
