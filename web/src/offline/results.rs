//! Texts of files, kept beside the database: named by what is in the file and what was asked, so that the same file of
//! the same person is transcribed once. Each person has a folder.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use protocol::api::FileTranscript;
use sha2::{Digest as _, Sha256};
use store::{Store, UserId};
use tracing::warn;

pub struct Results {
    folder: PathBuf,
}

/// Name of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultKey(String);

impl ResultKey {
    /// Of a file and everything else that its text depends on. Blocking: the file is read.
    pub fn of(upload: &Path, depends_on: &str) -> io::Result<Self> {
        let (mut file, mut digest, mut buffer) = (File::open(upload)?, Sha256::new(), vec![0; 1 << 18]);
        digest.update(env!("CARGO_PKG_VERSION"));
        digest.update((depends_on.len() as u64).to_le_bytes());
        digest.update(depends_on);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(Self(hex::encode(digest.finalize())));
            }
            digest.update(&buffer[..read]);
        }
    }

    /// As it was written down with a job.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Results {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn file(&self, owner: UserId, key: &ResultKey) -> PathBuf {
        self.folder.join(owner.to_string()).join(format!("{}.json", key.0))
    }

    /// The text of such a file, if it is known. It counts as new then.
    pub fn find(&self, owner: UserId, key: &ResultKey) -> Option<FileTranscript> {
        let path = self.file(owner, key);
        let text = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        if let Ok(file) = File::options().append(true).open(&path) {
            // At worst it goes earlier than it would.
            let _ = file.set_modified(SystemTime::now());
        }
        Some(text)
    }

    pub fn keep(&self, owner: UserId, key: &ResultKey, text: &FileTranscript) -> io::Result<()> {
        let path = self.file(owner, key);
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)?;
        // Under a name of its own first: half a result is none. Readable for nobody else.
        let new = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(io::BufWriter::new(new.as_file()), text)?;
        new.persist(path)?;
        Ok(())
    }

    /// Whether it was there.
    pub fn remove(&self, owner: UserId, key: &ResultKey) -> io::Result<bool> {
        match std::fs::remove_file(self.file(owner, key)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes what nobody asked for so long, and what belonged to people who are gone.
    pub async fn remove_needless(&self, store: &Store, patience: Duration) {
        for folder in files(&self.folder) {
            let owner = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<UserId>().ok());
            let Some(owner) = owner else { continue };
            let gone = match store.users().get(owner).await {
                Ok(user) => user.is_none(),
                Err(error) => return warn!(%error, "nobody knows whose results are needed"),
            };
            for file in files(&folder) {
                if (gone || super::age(&file) > patience)
                    && let Err(error) = std::fs::remove_file(&file)
                {
                    warn!(%error, file = %file.display(), "a result could not be removed");
                }
            }
            // Only where nothing is left in it.
            let _ = std::fs::remove_dir(&folder);
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_asked_for_in_the_same_way_has_the_same_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let upload = folder.path().join("1.part");
        std::fs::write(&upload, b"sound").expect("written");
        let key = ResultKey::of(&upload, "english").expect("read");
        assert_eq!(ResultKey::of(&upload, "english").expect("read"), key);
        assert_ne!(ResultKey::of(&upload, "russian").expect("read"), key);
        assert_eq!(ResultKey::parse(key.as_str()), Some(key.clone()));
        assert_eq!(ResultKey::parse("../../etc/passwd"), None);

        let results = Results::new(folder.path().join("results"));
        let (anna, boris) = (owner(1), owner(2));
        let text = FileTranscript { text: "hello".to_owned(), ..FileTranscript::default() };
        results.keep(anna, &key, &text).expect("kept");
        assert_eq!(results.find(anna, &key), Some(text));
        assert_eq!(results.find(boris, &key), None, "somebody else's file is not asked");
        assert!(results.remove(anna, &key).expect("removed"));
        assert_eq!(results.find(anna, &key), None);
    }

    fn owner(number: u128) -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(number))
    }
}
