//! A recording on its way in. The file's own length is how far it is: that survives whatever happens to us.

use std::io;
use std::path::Path;

use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("the upload is at {received}, nothing before that may be left out")]
    Gap { received: u64 },
    #[error("the recording is longer than the {total} bytes that were announced")]
    TooLong { total: u64 },
    #[error("the upload could not be written: {0}")]
    Disk(#[from] io::Error),
}

/// A part of a recording being written.
pub struct Upload {
    file: File,
    total: u64,
    received: u64,
    /// Bytes of what comes that are here already.
    known: u64,
}

impl Upload {
    pub async fn open(path: &Path, total: u64, offset: u64) -> Result<Self, UploadError> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        options.mode(0o600);
        let file = options.open(path).await?;
        let received = file.metadata().await?.len();
        if offset > received {
            return Err(UploadError::Gap { received });
        }
        Ok(Self { file, total, received, known: received - offset })
    }

    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), UploadError> {
        let skip = usize::try_from(self.known).unwrap_or(usize::MAX).min(chunk.len());
        self.known -= skip as u64;
        let new = &chunk[skip..];
        if self.received + new.len() as u64 > self.total {
            return Err(UploadError::TooLong { total: self.total });
        }
        self.file.write_all(new).await?;
        self.received += new.len() as u64;
        Ok(())
    }

    /// What was received is on the disk; how much that is in all.
    pub async fn finish(mut self) -> Result<u64, UploadError> {
        self.file.flush().await?;
        self.file.sync_data().await?;
        Ok(self.received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_rt::test]
    async fn an_upload_goes_on_where_it_was_and_repeats_cost_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("r.part");
        let mut first = Upload::open(&path, 10, 0).await.expect("open");
        first.write(b"abcd").await.expect("room");
        assert_eq!(first.finish().await.expect("written"), 4);
        // Cut before its answer came: the client sends the same again, and more.
        let mut again = Upload::open(&path, 10, 2).await.expect("open");
        again.write(b"c").await.expect("known");
        again.write(b"def").await.expect("half known");
        assert_eq!(again.finish().await.expect("written"), 6);
        assert!(matches!(Upload::open(&path, 10, 7).await, Err(UploadError::Gap { received: 6 })));
        let mut long = Upload::open(&path, 10, 6).await.expect("open");
        assert!(matches!(long.write(b"ghijk").await, Err(UploadError::TooLong { total: 10 })));
        drop(long);
        assert_eq!(std::fs::read(&path).expect("a file"), b"abcdef");
    }
}
