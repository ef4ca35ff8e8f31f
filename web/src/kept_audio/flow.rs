//! Files of kept sound beside the server's threads: in by a `Sink`, out as a stream.

use std::io::{self, Read as _};

use actix_web::web::Bytes;
use futures_util::{Stream, stream as streams};
use store::{Moment, NewAudioFile};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::{KeptAudio, KeptAudioError, SoundKind, SoundReader};

/// Parts that may wait for the disk, and bytes read at a time.
const AHEAD: usize = 8;
const CHUNK: usize = 64 * 1024;

/// Writes a file in the background. Dropped before it is finished, the file is removed.
pub struct Sink {
    /// The last one is none.
    parts: mpsc::Sender<Option<Vec<u8>>>,
    writing: JoinHandle<Result<Option<NewAudioFile>, KeptAudioError>>,
}

impl Sink {
    pub fn new(kept: &KeptAudio, kind: SoundKind) -> Self {
        let kept = kept.clone();
        let (parts, mut coming) = mpsc::channel::<Option<Vec<u8>>>(AHEAD);
        let writing = spawn_blocking(move || {
            let mut file = kept.create(kind)?;
            while let Some(part) = coming.blocking_recv() {
                match part {
                    Some(samples) => file.write(&samples)?,
                    None => return file.finish(Moment::now()).map(Some),
                }
            }
            Ok(None)
        });
        Self { parts, writing }
    }

    /// A failure shows at the end.
    pub async fn write(&self, samples: Vec<u8>) {
        let _ = self.parts.send(Some(samples)).await;
    }

    pub async fn finish(self) -> Result<NewAudioFile, KeptAudioError> {
        let _ = self.parts.send(None).await;
        let failed = |why: String| KeptAudioError::File { path: "new".to_owned(), source: io::Error::other(why) };
        match self.writing.await {
            Ok(Ok(Some(file))) => Ok(file),
            Ok(Ok(None)) => Err(failed("it was left unfinished".to_owned())),
            Ok(Err(error)) => Err(error),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

/// The WAV file in chunks, read no faster than they are taken.
pub fn stream(mut reader: SoundReader) -> impl Stream<Item = io::Result<Bytes>> {
    let (give, take) = mpsc::channel(AHEAD);
    spawn_blocking(move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = match reader.read(&mut chunk) {
                Ok(0) => return,
                Ok(length) => {
                    chunk.truncate(length);
                    Ok(Bytes::from(chunk))
                }
                Err(error) => Err(error),
            };
            let failed = read.is_err();
            if give.blocking_send(read).is_err() || failed {
                return;
            }
        }
    });
    streams::unfold(take, |mut take| async move { take.recv().await.map(|chunk| (chunk, take)) })
}
