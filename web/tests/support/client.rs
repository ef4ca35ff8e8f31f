//! A client of the native protocol that keeps everything it hears, with the time.

use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use awc::BoxedSocket;
use awc::ws::{Codec, Frame, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::frame::AudioFrame;
use protocol::{FinalText, PartialText, Ready, Receipt, ServerMessage};

use super::TestServer;

pub struct Client {
    socket: actix_codec::Framed<BoxedSocket, Codec>,
    pub heard: Vec<(Instant, ServerMessage)>,
    /// Samples sent so far.
    pub sent: u64,
    /// The code that the server closed with.
    pub closed: Option<u16>,
}

impl Client {
    /// Comes again where the server is too busy, as a good client does.
    pub async fn connect(server: &TestServer) -> Self {
        for _ in 0..60 {
            match Self::try_connect(server).await {
                Ok(client) => return client,
                Err(503) => tokio::time::sleep(Duration::from_millis(500)).await,
                Err(status) => panic!("a WebSocket: {status}"),
            }
        }
        panic!("the server stays too busy")
    }

    /// The status where the server refuses.
    pub async fn try_connect(server: &TestServer) -> Result<Self, u16> {
        let connected = awc::Client::new().ws(server.url("/transcribe")).max_frame_size(1 << 20).connect().await;
        match connected {
            Ok((_, socket)) => Ok(Self { socket, heard: Vec::new(), sent: 0, closed: None }),
            Err(awc::error::WsClientError::InvalidResponseStatus(status)) => Err(status.as_u16()),
            Err(error) => panic!("no WebSocket: {error}"),
        }
    }

    pub async fn say(&mut self, json: serde_json::Value) {
        self.text(&json.to_string()).await;
    }

    pub async fn text(&mut self, text: &str) {
        let _ = self.socket.send(Message::Text(text.to_owned().into())).await;
    }

    pub async fn binary(&mut self, bytes: Vec<u8>) {
        let _ = self.socket.send(Message::Binary(Bytes::from(bytes))).await;
    }

    /// Sound as fast as the server takes it, in frames of a tenth of a second.
    pub async fn sound(&mut self, samples: &[i16]) {
        for chunk in samples.chunks(1600) {
            self.chunk(chunk).await;
        }
    }

    async fn chunk(&mut self, chunk: &[i16]) {
        let samples: Vec<u8> = chunk.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self.binary(AudioFrame { offset: self.sent, samples: &samples }.encode()).await;
        self.sent += chunk.len() as u64;
    }

    /// Sound at the pace of speaking, in frames of 20 ms, hearing what comes meanwhile.
    pub async fn speak(&mut self, samples: &[i16]) {
        let start = Instant::now();
        for (n, chunk) in samples.chunks(320).enumerate() {
            self.chunk(chunk).await;
            let next = start + Duration::from_millis(20 * (n as u64 + 1));
            while let Ok(true) = tokio::time::timeout_at(next.into(), self.hear_one()).await {}
        }
    }

    /// The next message; false when the connection is over.
    async fn hear_one(&mut self) -> bool {
        loop {
            match self.socket.next().await {
                Some(Ok(Frame::Text(text))) => {
                    let message = serde_json::from_slice(&text).expect("the server speaks the protocol");
                    self.heard.push((Instant::now(), message));
                    return true;
                }
                Some(Ok(Frame::Ping(payload))) => {
                    let _ = self.socket.send(Message::Pong(payload)).await;
                }
                Some(Ok(Frame::Close(reason))) => {
                    self.closed = reason.map(|reason| reason.code.into());
                    return false;
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return false,
            }
        }
    }

    /// Hears until `wanted` is heard; none if it does not come in time or the connection ends.
    pub async fn until(&mut self, limit: Duration, wanted: impl Fn(&ServerMessage) -> bool) -> Option<ServerMessage> {
        let end = Instant::now() + limit;
        let mut looked_at = 0;
        loop {
            if let Some((_, found)) = self.heard[looked_at..].iter().find(|(_, message)| wanted(message)) {
                return Some(found.clone());
            }
            looked_at = self.heard.len();
            match tokio::time::timeout_at(end.into(), self.hear_one()).await {
                Ok(true) => {}
                Ok(false) | Err(_) => return None,
            }
        }
    }

    /// Ends the recording and waits for its receipt.
    pub async fn finish(&mut self) -> Receipt {
        self.say(serde_json::json!({"type": "finish"})).await;
        let done = self.until(Duration::from_secs(60), |message| matches!(message, ServerMessage::Done { .. })).await;
        let Some(ServerMessage::Done { receipt }) = done else { panic!("no `done`, heard {:#?}", self.heard) };
        receipt
    }

    pub async fn ready(&mut self) -> Ready {
        let ready = self.until(Duration::from_secs(10), |message| matches!(message, ServerMessage::Ready(_))).await;
        let Some(ServerMessage::Ready(ready)) = ready else { panic!("no `ready`, heard {:#?}", self.heard) };
        ready
    }

    pub fn finals(&self) -> Vec<FinalText> {
        let one = |(_, message): &(Instant, ServerMessage)| match message {
            ServerMessage::FinalText(told) => Some((**told).clone()),
            _ => None,
        };
        self.heard.iter().filter_map(one).collect()
    }

    /// All finals as one text, as recognised.
    pub fn text_heard(&self) -> String {
        let texts: Vec<String> =
            self.finals().into_iter().map(|told| told.raw_text).filter(|text| !text.is_empty()).collect();
        texts.join(" ")
    }

    pub fn partials(&self) -> Vec<PartialText> {
        let one = |(_, message): &(Instant, ServerMessage)| match message {
            ServerMessage::PartialText(partial) => Some(partial.clone()),
            _ => None,
        };
        self.heard.iter().filter_map(one).collect()
    }

    pub fn errors(&self) -> Vec<protocol::ErrorMessage> {
        let one = |(_, message): &(Instant, ServerMessage)| match message {
            ServerMessage::Error(error) => Some(error.clone()),
            _ => None,
        };
        self.heard.iter().filter_map(one).collect()
    }

    /// Cuts the line without a goodbye.
    pub fn cut(self) {
        drop(self.socket);
    }

    pub async fn goodbye(mut self) {
        let _ = self.socket.send(Message::Close(Some(awc::ws::CloseCode::Normal.into()))).await;
        while self.hear_one().await {}
    }
}
