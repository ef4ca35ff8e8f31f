//! One event on the wire: a line of JSON, then more JSON, then bytes. Every length has a limit.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

const LONGEST_LINE: u64 = 1 << 20;
const LONGEST_DATA: usize = 1 << 20;
const LONGEST_PAYLOAD: usize = 8 << 20;

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: String,
    pub data: Map<String, Value>,
    pub payload: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("the connection broke: {0}")]
    Io(#[from] std::io::Error),
    #[error("an event is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("nobody else can be let in at present")]
    Busy,
    #[error("`{what}` is {given} bytes long, the most is {most}")]
    TooLong { what: &'static str, given: u64, most: u64 },
}

#[derive(Debug, Deserialize)]
struct Header {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Option<Map<String, Value>>,
    #[serde(default)]
    data_length: Option<usize>,
    #[serde(default)]
    payload_length: Option<usize>,
}

impl Event {
    pub fn new(kind: &str, data: Value) -> Self {
        let data = if let Value::Object(data) = data { data } else { Map::new() };
        Self { kind: kind.to_owned(), data, payload: Vec::new() }
    }

    /// The next event; none at the end of the connection.
    pub async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Self>, FrameError> {
        let mut line = Vec::new();
        // Empty lines between events are harmless.
        while line.trim_ascii().is_empty() {
            line.clear();
            if (&mut *from).take(LONGEST_LINE).read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
            if !line.ends_with(b"\n") && line.len() as u64 == LONGEST_LINE {
                return Err(FrameError::TooLong { what: "header", given: LONGEST_LINE, most: LONGEST_LINE - 1 });
            }
        }
        let header: Header = serde_json::from_slice(&line)?;
        let mut data = header.data.unwrap_or_default();
        let more = block(from, "data", header.data_length, LONGEST_DATA).await?;
        if !more.is_empty() {
            data.extend(serde_json::from_slice::<Map<String, Value>>(&more)?);
        }
        let payload = block(from, "payload", header.payload_length, LONGEST_PAYLOAD).await?;
        Ok(Some(Self { kind: header.kind, data, payload }))
    }

    pub async fn write(&self, to: &mut (impl AsyncWrite + Unpin)) -> Result<(), FrameError> {
        let data = serde_json::to_vec(&self.data)?;
        let mut header = json!({"type": self.kind, "version": env!("CARGO_PKG_VERSION"), "data_length": data.len()});
        if !self.payload.is_empty() {
            header["payload_length"] = json!(self.payload.len());
        }
        let mut bytes = serde_json::to_vec(&header)?;
        bytes.push(b'\n');
        bytes.extend(data);
        bytes.extend(&self.payload);
        to.write_all(&bytes).await?;
        to.flush().await?;
        Ok(())
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.data.get(name).and_then(Value::as_str)
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.data.get(name).and_then(Value::as_u64)
    }
}

async fn block(
    from: &mut (impl AsyncBufRead + Unpin),
    what: &'static str,
    length: Option<usize>,
    most: usize,
) -> Result<Vec<u8>, FrameError> {
    let length = length.unwrap_or(0);
    if length > most {
        return Err(FrameError::TooLong { what, given: length as u64, most: most as u64 });
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes).await?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_rt::test]
    async fn data_comes_inline_or_behind() {
        let wire = b"{\"type\":\"a\",\"data\":{\"x\":1}}\n{\"data_length\":7,\"payload_length\":2,\"type\":\"b\"}\n{\"y\":2}ok";
        let mut from = &wire[..];
        let first = Event::read(&mut from).await.expect("fine").expect("an event");
        assert_eq!((first.kind.as_str(), first.number("x")), ("a", Some(1)));
        let second = Event::read(&mut from).await.expect("fine").expect("an event");
        assert_eq!((second.number("y"), second.payload.as_slice()), (Some(2), &b"ok"[..]));
        assert_eq!(Event::read(&mut from).await.expect("fine"), None);
    }

    #[actix_rt::test]
    async fn what_is_written_is_read_again() {
        let event = Event { payload: vec![1, 2, 3], ..Event::new("t", json!({"text": "да"})) };
        let mut wire = Vec::new();
        event.write(&mut wire).await.expect("in memory");
        assert_eq!(Event::read(&mut &wire[..]).await.expect("fine"), Some(event));
    }

    #[actix_rt::test]
    async fn lengths_that_nobody_needs_are_refused() {
        let mut wire = &b"{\"type\":\"a\",\"payload_length\":99999999999}\n"[..];
        assert!(matches!(Event::read(&mut wire).await, Err(FrameError::TooLong { what: "payload", .. })));
    }
}
