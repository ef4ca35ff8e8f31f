//! Clients of other people's protocols, as simple as they come.

use std::process::Command;
use std::time::Duration;

use actix_codec::Framed;
use awc::BoxedSocket;
use awc::ws::{Codec, Frame, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;

use super::TestServer;

pub const PATIENCE: Duration = Duration::from_secs(120);

pub fn le(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// Words alone, to be compared.
pub fn words(text: &str) -> Vec<String> {
    let bare = |word: &str| word.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    text.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect()
}

/// A form as browsers send it.
pub fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> (String, Vec<u8>) {
    const BORDER: &str = "x3bd0f7d1b2a94c6e";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--{BORDER}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BORDER}--\r\n").bytes());
    (format!("multipart/form-data; boundary={BORDER}"), body)
}

impl TestServer {
    /// Comes again where the server is too busy, as the libraries do.
    pub async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> (u16, String) {
        let begun = std::time::Instant::now();
        loop {
            match self.post_once(path, kind, body.clone()).await {
                (503, _) if begun.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(500)).await,
                answer => return answer,
            }
        }
    }

    async fn post_once(&self, path: &str, kind: &str, body: Vec<u8>) -> (u16, String) {
        let client = awc::Client::builder().timeout(PATIENCE).finish();
        let request = client.post(self.url(path)).insert_header(("content-type", kind.to_owned()));
        let mut response = request.send_body(body).await.expect("the server answers");
        let body = response.body().limit(10_000_000).await.expect("a body");
        (response.status().as_u16(), String::from_utf8(body.to_vec()).expect("text"))
    }

    pub async fn transcribe(&self, fields: &[(&str, &str)], name: &str, file: &[u8]) -> (u16, String) {
        let (kind, body) = form(fields, Some((name, file)));
        self.post("/v1/audio/transcriptions", &kind, body).await
    }
}

/// A WebSocket that speaks JSON.
pub struct Socket(Framed<BoxedSocket, Codec>);

impl Socket {
    pub async fn open(server: &TestServer, path: &str) -> Self {
        let begun = std::time::Instant::now();
        loop {
            match awc::Client::new().ws(server.url(path)).max_frame_size(1 << 24).connect().await {
                Ok((_, socket)) => return Self(socket),
                Err(awc::error::WsClientError::InvalidResponseStatus(status))
                    if status.as_u16() == 503 && begun.elapsed() < PATIENCE =>
                {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                Err(error) => panic!("no WebSocket: {error}"),
            }
        }
    }

    pub async fn say(&mut self, message: &Value) {
        let _ = self.0.send(Message::Text(message.to_string().into())).await;
    }

    pub async fn bytes(&mut self, bytes: Vec<u8>) {
        let _ = self.0.send(Message::Binary(bytes.into())).await;
    }

    /// The next message, or the code that the server closed with.
    pub async fn hear(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.expect("an answer in time") {
                Some(Ok(Frame::Text(text))) => return Ok(serde_json::from_slice(&text).expect("JSON")),
                Some(Ok(Frame::Ping(payload))) => {
                    let _ = self.0.send(Message::Pong(payload)).await;
                }
                Some(Ok(Frame::Close(reason))) => return Err(reason.map(|reason| reason.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// Everything up to the first that is wanted, with it.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut heard = Vec::new();
        while let Ok(message) = self.hear().await {
            let last = wanted(&message);
            heard.push(message);
            if last {
                return heard;
            }
        }
        panic!("it never came, but: {heard:#?}");
    }

    /// Everything until the server closes, and its code.
    pub async fn rest(&mut self) -> (Vec<Value>, Option<u16>) {
        let mut heard = Vec::new();
        loop {
            match self.hear().await {
                Ok(message) => heard.push(message),
                Err(code) => return (heard, code),
            }
        }
    }
}

/// A file made from a WAV by ffmpeg; none where there is no ffmpeg or it lacks the codec.
pub fn converted(wav: &[u8], arguments: &[&str], name: &str) -> Option<Vec<u8>> {
    made(wav, "in.wav", arguments, name)
}

/// What ffmpeg makes of a file of this name, as raw bytes.
pub fn made_by_ffmpeg(file: &[u8], arguments: &[&str], name: &str) -> Option<Vec<u8>> {
    made(file, name, arguments, "out.raw")
}

fn made(file: &[u8], given: &str, arguments: &[&str], name: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (from, to) = (folder.path().join(given), folder.path().join(name));
    std::fs::write(&from, file).expect("written");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-i"]).arg(from).args(arguments).arg(&to);
    let status = ffmpeg.status().ok()?;
    status.success().then(|| std::fs::read(to).expect("made"))
}

/// Notes that a check could not be made: for the test command, which counts them.
pub fn skipped(name: &str, reason: &str) {
    use std::io::Write as _;
    eprintln!("SKIPPED {name}: {reason}");
    if let Some(file) = std::env::var_os("ALFAVOICE_SKIPPED") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).expect("it can be written");
        writeln!(file, "{name}: {reason}").expect("it can be written");
    }
}
