//! A connection to the server: messages in and out, and the ways in which a line can break.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use protocol::{ClientMessage, ServerMessage};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::http;

/// Why there is no connection.
#[derive(Debug)]
pub enum NoEntry {
    /// The server is busy and said when to come back.
    Refused {
        retry_after: Duration,
    },
    Broken(String),
}

pub struct Link(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// The line is gone.
#[derive(Debug)]
pub struct Lost;

impl Link {
    pub async fn open(server: &str, key: Option<&str>) -> Result<Self, NoEntry> {
        let url = format!("{}/transcribe", server.trim_end_matches('/').replacen("http", "ws", 1));
        let request = http::websocket(&url, key).map_err(|error| NoEntry::Broken(format!("{error:#}")))?;
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => {
                let header = |name: &str| response.headers().get(name)?.to_str().ok()?.parse::<u64>().ok();
                match header("retry-after-ms").or_else(|| header("retry-after").map(|seconds| seconds * 1000)) {
                    Some(ms) => Err(NoEntry::Refused { retry_after: Duration::from_millis(ms) }),
                    None => Err(NoEntry::Broken(format!("status {}", response.status()))),
                }
            }
            Err(error) => Err(NoEntry::Broken(error.to_string())),
        }
    }

    pub async fn say(&mut self, message: &ClientMessage) -> Result<(), Lost> {
        let text = serde_json::to_string(message).expect("messages are plain data");
        self.0.send(Message::text(text)).await.map_err(|_| Lost)
    }

    pub async fn binary(&mut self, bytes: Vec<u8>) -> Result<(), Lost> {
        self.0.send(Message::binary(bytes)).await.map_err(|_| Lost)
    }

    /// The next message. May be dropped while it waits.
    pub async fn hear(&mut self) -> Result<ServerMessage, Lost> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).map_err(|_| Lost),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Lost),
                Some(Ok(_)) => {}
            }
        }
    }

    /// Breaks the line in the middle of a frame, as a lost network does.
    pub async fn cut(mut self) {
        if let MaybeTlsStream::Plain(stream) = self.0.get_mut() {
            // The head of a binary frame of 200 bytes, and few of them.
            let _ = stream.write_all(&[0x82, 0xFE, 0x00, 0xC8, 1, 2, 3, 4, 9, 9, 9]).await;
            let _ = stream.flush().await;
        }
    }

    pub async fn close(mut self) {
        let _ = self.0.close(None).await;
    }
}
