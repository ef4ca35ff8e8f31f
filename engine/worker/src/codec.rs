//! Frames on the link: four bytes of length (little endian), then that many bytes of postcard.
//!
//! The server reads with [`read_async`], a worker with [`read`]; both write what [`encode`] gives them.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::message::MAX_FRAME_BYTES;

const PREFIX_BYTES: usize = size_of::<u32>();

/// Why a frame could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("a frame of `{bytes}` bytes is longer than the limit of `{MAX_FRAME_BYTES}`")]
    TooLong { bytes: usize },
    #[error("a frame is not a message: {0}")]
    Garbled(postcard::Error),
    #[error("a frame has `{bytes}` bytes after its message")]
    TrailingBytes { bytes: usize },
    #[error("the link broke: {0}")]
    Link(#[from] io::Error),
}

/// One message as the bytes of one frame.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, FrameError> {
    let mut frame = postcard::to_extend(message, vec![0; PREFIX_BYTES]).map_err(FrameError::Garbled)?;
    let body = frame.len() - PREFIX_BYTES;
    if body > MAX_FRAME_BYTES {
        return Err(FrameError::TooLong { bytes: body });
    }
    frame[..PREFIX_BYTES].copy_from_slice(&(body as u32).to_le_bytes());
    Ok(frame)
}

/// The message in a frame's body; every byte must belong to it.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, FrameError> {
    let (message, rest) = postcard::take_from_bytes(body).map_err(FrameError::Garbled)?;
    if rest.is_empty() { Ok(message) } else { Err(FrameError::TrailingBytes { bytes: rest.len() }) }
}

/// Writes one message; blocks while the other end does not read.
pub fn write<T: Serialize>(link: &mut impl Write, message: &T) -> Result<(), FrameError> {
    Ok(link.write_all(&encode(message)?)?)
}

/// Reads the body of the next frame; none when the other end has left between two frames.
pub fn read(link: &mut impl Read) -> Result<Option<Vec<u8>>, FrameError> {
    let mut prefix = [0; PREFIX_BYTES];
    let mut have = 0;
    while have < PREFIX_BYTES {
        match link.read(&mut prefix[have..]) {
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Ok(read) => have += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut body = vec![0; body_length(prefix)?];
    link.read_exact(&mut body)?;
    Ok(Some(body))
}

/// As [`read`], without blocking a thread. Not cancel safe: a frame that was begun must be read to its end.
pub async fn read_async(link: &mut (impl AsyncRead + Unpin)) -> Result<Option<Vec<u8>>, FrameError> {
    let mut prefix = [0; PREFIX_BYTES];
    let first = link.read(&mut prefix).await?;
    if first == 0 {
        return Ok(None);
    }
    link.read_exact(&mut prefix[first..]).await?;
    let mut body = vec![0; body_length(prefix)?];
    link.read_exact(&mut body).await?;
    Ok(Some(body))
}

fn body_length(prefix: [u8; PREFIX_BYTES]) -> Result<usize, FrameError> {
    let bytes = u32::from_le_bytes(prefix) as usize;
    if bytes > MAX_FRAME_BYTES { Err(FrameError::TooLong { bytes }) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{JobTag, Reply, Request};

    #[test]
    fn frames_are_read_one_after_the_other_until_the_link_ends() {
        let mut link = Vec::new();
        for nonce in 0..3 {
            write(&mut link, &Request::Ping { nonce }).unwrap();
        }
        let mut link = link.as_slice();
        for nonce in 0..3 {
            let body = read(&mut link).unwrap().unwrap();
            assert_eq!(decode::<Request>(&body).unwrap(), Request::Ping { nonce });
        }
        assert!(read(&mut link).unwrap().is_none());
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_before_it_is_read() {
        let mut link = &u32::MAX.to_le_bytes()[..];
        assert!(matches!(read(&mut link), Err(FrameError::TooLong { bytes }) if bytes == u32::MAX as usize));
        let long = Reply::Partial { job: JobTag(1), text: "x".repeat(MAX_FRAME_BYTES) };
        assert!(matches!(encode(&long), Err(FrameError::TooLong { .. })));
    }

    #[test]
    fn bytes_after_a_message_and_bytes_that_are_none_are_told_apart() {
        let mut body = encode(&Request::Ping { nonce: 1 }).unwrap().split_off(PREFIX_BYTES);
        body.push(0);
        assert!(matches!(decode::<Request>(&body), Err(FrameError::TrailingBytes { bytes: 1 })));
        assert!(matches!(decode::<Request>(&[0xff; 9]), Err(FrameError::Garbled(_))));
    }

    #[test]
    fn a_link_that_ends_inside_a_frame_is_broken() {
        let frame = encode(&Request::Ping { nonce: 300 }).unwrap();
        for kept in 1..frame.len() {
            let mut link = &frame[..kept];
            assert!(matches!(read(&mut link), Err(FrameError::Link(_))), "{kept} bytes");
        }
    }

    #[tokio::test]
    async fn the_server_side_reads_the_same_frames() {
        let mut link = Vec::new();
        write(&mut link, &Request::Ping { nonce: 7 }).unwrap();
        let whole = link.clone();
        link.extend_from_slice(&whole[..3]);
        let mut link = link.as_slice();
        let body = read_async(&mut link).await.unwrap().unwrap();
        assert_eq!(decode::<Request>(&body).unwrap(), Request::Ping { nonce: 7 });
        assert!(matches!(read_async(&mut link).await, Err(FrameError::Link(_))));
    }
}
