//! Bodies that carry files. They go to a file without a name, which is gone with its last user, whatever happens.

use std::fs::File;
use std::path::PathBuf;

use actix_multipart::Multipart;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::files::FileProblem;
use crate::state::AppState;

/// A field of text is longer only by mistake.
const LONGEST_TEXT: usize = 64 << 10;
const MOST_FIELDS: usize = 256;

/// A file that was received whole.
pub struct Received {
    pub file: File,
    /// Of its contents, hexadecimal.
    pub sha256: String,
}

/// A form: its texts in the order in which they came, and its file.
#[derive(Default)]
pub struct Form {
    /// Names without `[]` at the end: clients write lists with it or without.
    texts: Vec<(String, String)>,
    pub file: Option<Received>,
}

#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("the form cannot be read ({0}); send `multipart/form-data`")]
    Form(String),
    #[error("the field `{name}` is too long")]
    LongField { name: String },
    #[error(transparent)]
    File(#[from] FileProblem),
    #[error("the file could not be kept: {0}")]
    Disk(#[from] std::io::Error),
    #[error("the body ended too early: {0}")]
    Broken(String),
}

impl Form {
    pub async fn read(state: &AppState, mut parts: Multipart) -> Result<Self, UploadError> {
        let mut form = Self::default();
        while let Some(part) = parts.next().await {
            let mut part = part.map_err(|error| UploadError::Form(error.to_string()))?;
            let name = part.name().unwrap_or_default().trim_end_matches("[]").to_owned();
            let is_file = name == "file" || part.content_disposition().is_some_and(|d| d.get_filename().is_some());
            if is_file && form.file.is_none() {
                let bytes = part.map(|chunk| chunk.map_err(|error| error.to_string()));
                form.file = Some(receive(state, bytes).await?);
                continue;
            }
            let text = part.bytes(LONGEST_TEXT).await.map_err(|_| UploadError::LongField { name: name.clone() })?;
            let text = text.map_err(|error| UploadError::Form(error.to_string()))?;
            if form.texts.len() == MOST_FIELDS {
                return Err(UploadError::Form(format!("more than {MOST_FIELDS} fields")));
            }
            form.texts.push((name, String::from_utf8_lossy(&text).into_owned()));
        }
        Ok(form)
    }

    /// The last value of a field; an empty one counts as none.
    pub fn text(&self, name: &str) -> Option<&str> {
        let is = |(own, text): &&(String, String)| own == name && !text.is_empty();
        self.texts.iter().rev().find(is).map(|(_, text)| text.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts.iter().filter(move |(own, text)| own == name && !text.is_empty()).map(|(_, text)| text.as_str())
    }
}

/// Keeps a stream of bytes for as long as it is needed.
pub async fn receive(
    state: &AppState,
    bytes: impl Stream<Item = Result<Bytes, String>>,
) -> Result<Received, UploadError> {
    let mib = u64::from(state.settings().limits.recording_mb);
    let folder: PathBuf = state.settings().server.data_dir.join("uploads");
    let file = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder)?;
        tempfile::tempfile_in(&folder)
    });
    let file = file.await.map_err(std::io::Error::other)??;
    let mut writer = tokio::fs::File::from_std(file);
    let (mut length, mut digest) = (0, Sha256::new());
    let mut bytes = std::pin::pin!(bytes);
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(UploadError::Broken)?;
        length += chunk.len() as u64;
        if length > mib << 20 {
            return Err(FileProblem::TooLarge { mib }.into());
        }
        digest.update(&chunk);
        writer.write_all(&chunk).await?;
    }
    writer.flush().await?;
    if length == 0 {
        return Err(FileProblem::Empty.into());
    }
    let mut file = writer.into_std().await;
    std::io::Seek::rewind(&mut file)?;
    Ok(Received { file, sha256: hex::encode(digest.finalize()) })
}
