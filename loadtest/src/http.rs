//! As much HTTP as a load generator needs: one request, one answer, one connection.

use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;

const LIMIT: Duration = Duration::from_secs(600);

pub struct Answer {
    pub status: u16,
    pub body: String,
}

pub async fn get(url: &str) -> anyhow::Result<Answer> {
    send(url, "GET", None, &[], None).await
}

pub async fn post_json(url: &str, token: Option<&str>, body: &str) -> anyhow::Result<Answer> {
    send(url, "POST", token, body.as_bytes(), Some("application/json")).await
}

/// A WebSocket to be opened in somebody's name.
pub fn websocket(url: &str, key: Option<&str>) -> anyhow::Result<Request> {
    let mut request = url.into_client_request()?;
    if let Some(key) = key {
        request.headers_mut().insert(AUTHORIZATION, format!("Bearer {key}").try_into()?);
    }
    Ok(request)
}

/// A form with one file, as `curl -F` sends it.
pub async fn post_form(url: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> anyhow::Result<Answer> {
    const BORDER: &str = "------------------------alfavoice";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{BORDER}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: audio/wav\r\n\r\n",
        file.0
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.1);
    body.extend_from_slice(format!("\r\n--{BORDER}--\r\n").as_bytes());
    send(url, "POST", None, &body, Some(&format!("multipart/form-data; boundary={BORDER}"))).await
}

async fn send(url: &str, method: &str, token: Option<&str>, body: &[u8], kind: Option<&str>) -> anyhow::Result<Answer> {
    let rest = url.strip_prefix("http://").context("the load generator speaks to `http://` addresses only")?;
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let kind = kind.map_or_else(String::new, |kind| format!("Content-Type: {kind}\r\n"));
        let token = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
        let head = format!(
            "{method} /{path} HTTP/1.1\r\nHost: {address}\r\n{token}{kind}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        anyhow::Ok(answer)
    };
    let answer = tokio::time::timeout(LIMIT, exchange).await??;
    parse(&answer)
}

fn parse(answer: &[u8]) -> anyhow::Result<Answer> {
    let border = answer.windows(4).position(|four| four == b"\r\n\r\n").context("the answer has no end of its head")?;
    let head = std::str::from_utf8(&answer[..border])?;
    let status = head.split(' ').nth(1).context("the answer has no status")?.parse()?;
    let body = &answer[border + 4..];
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { unchunked(body)? } else { body.to_vec() };
    Ok(Answer { status, body: String::from_utf8(body)? })
}

fn unchunked(mut body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let line = body.windows(2).position(|two| two == b"\r\n").context("a chunk without its length")?;
        let length =
            usize::from_str_radix(std::str::from_utf8(&body[..line])?.split(';').next().unwrap_or("").trim(), 16)?;
        if length == 0 {
            return Ok(whole);
        }
        let (from, to) = (line + 2, line + 2 + length);
        if body.get(to..to + 2) != Some(b"\r\n".as_slice()) {
            bail!("a chunk does not end where it should");
        }
        whole.extend_from_slice(&body[from..to]);
        body = &body[to + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole_and_in_chunks() {
        let plain = parse(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").expect("an answer");
        assert_eq!((plain.status, plain.body.as_str()), (200, "hi"));
        let chunked = b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;x\r\n all\r\n0\r\n\r\n";
        let error = parse(chunked);
        assert!(error.is_err(), "a chunk that is longer than it says is an error");
        let chunked = b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n4;x\r\n all\r\n0\r\n\r\n";
        let answer = parse(chunked).expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (503, "hi all"));
    }
}
