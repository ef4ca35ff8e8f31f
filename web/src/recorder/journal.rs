//! The local file where finals wait for a database that cannot take them.
//!
//! One line of JSON per final, only ever appended. To be stored, the file is put aside under another name and read
//! from there, while new finals begin a new file; it is removed once everything in it is in the database. A crash at
//! any point leaves lines that are read again, and storing a final twice changes nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::warn;

use super::Entry;

/// How much must be true when an append returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The system has it: survives the end of this process.
    Written,
    /// The disk has it: survives a power cut.
    Synced,
}

pub struct Journal {
    folder: PathBuf,
    file: Mutex<Option<File>>,
}

impl Journal {
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), file: Mutex::new(None) })
    }

    pub fn append(&self, entries: &[Entry], durability: Durability) -> io::Result<()> {
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        let written = self.write(&lines)?;
        match durability {
            Durability::Written => Ok(()),
            // Without the lock: whoever only writes does not wait for the disk.
            Durability::Synced => written.sync_data(),
        }
    }

    /// Adds whole lines; the file that they are in.
    fn write(&self, lines: &[u8]) -> io::Result<File> {
        let mut file = self.lock();
        if file.is_none() {
            *file = Some(open_whole(&self.current())?);
        }
        let open = file.as_mut().expect("it was opened above");
        let length = open.metadata()?.len();
        let written = open.write_all(lines).and_then(|()| open.try_clone());
        if written.is_err() {
            // Half a line (the disk is full) would take the next one along.
            let _ = open.set_len(length);
            *file = None;
        }
        written
    }

    /// The finals that wait, the oldest file of them; none when nothing waits. Say `stored` when they are.
    pub fn take(&self) -> io::Result<Option<Vec<Entry>>> {
        let (current, aside) = (self.current(), self.aside());
        if !aside.exists() {
            let mut file = self.lock();
            *file = None;
            match fs::rename(&current, &aside) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        read(&aside).map(Some)
    }

    /// Everything of the last `take` is in the database.
    pub fn stored(&self) -> io::Result<()> {
        fs::remove_file(self.aside())
    }

    /// Puts finals where nobody tries them again, for a person to look at.
    pub fn reject(&self, entries: &[Entry]) -> io::Result<()> {
        let mut file = open_whole(&self.folder.join("rejected.jsonl"))?;
        for entry in entries {
            serde_json::to_writer(&mut file, entry)?;
            file.write_all(b"\n")?;
        }
        file.sync_data()
    }

    pub fn is_empty(&self) -> bool {
        !self.current().exists() && !self.aside().exists()
    }

    fn current(&self) -> PathBuf {
        self.folder.join("waiting.jsonl")
    }

    fn aside(&self) -> PathBuf {
        self.folder.join("storing.jsonl")
    }

    fn lock(&self) -> MutexGuard<'_, Option<File>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens for appending, behind a whole line whatever happened before. What people said is nobody else's to read.
fn open_whole(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if file.metadata()?.len() > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

fn read(path: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (at, line) in BufReader::new(File::open(path)?).split(b'\n').enumerate() {
        let line = line?;
        if line.is_empty() {
            continue;
        }
        match serde_json::from_slice(&line) {
            Ok(entry) => entries.push(entry),
            // The end of a file that was being written when the power went.
            Err(error) => warn!(%error, line = at + 1, "a line of the journal cannot be read and is left out"),
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use store::{CleanedBy, Moment, NewTranscript, TranscriptDetails, UserId};

    use super::*;

    fn entry(utterance: &str) -> Entry {
        let transcript = NewTranscript {
            owner: UserId::new(),
            session: "s".to_owned(),
            utterance: utterance.to_owned(),
            client_recording_id: None,
            recorded_at: Moment::from_unix_ms(1),
            created_at: Moment::from_unix_ms(2),
            language: "ru".to_owned(),
            style: String::new(),
            app: String::new(),
            text: "строка\nвторая".to_owned(),
            raw_text: String::new(),
            confidence: 0.5,
            audio_ms: 1000,
            cleaned_by: CleanedBy::Rules,
            audio: None,
            details: TranscriptDetails::default(),
        };
        Entry { owner: "local".to_owned(), transcript, llm_tokens: 0 }
    }

    fn utterances(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.transcript.utterance.as_str()).collect()
    }

    #[test]
    fn what_was_appended_comes_back_until_it_is_stored() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(folder.path()).expect("a journal");
        assert!(journal.is_empty() && journal.take().expect("readable").is_none());
        journal.append(&[entry("1"), entry("2")], Durability::Synced).expect("written");
        assert_eq!(utterances(&journal.take().expect("readable").expect("there are two")), ["1", "2"]);
        // Not stored yet: new ones do not push in, and the old ones come again.
        journal.append(&[entry("3")], Durability::Written).expect("written");
        assert_eq!(utterances(&journal.take().expect("readable").expect("still two")), ["1", "2"]);
        journal.stored().expect("removed");
        assert_eq!(utterances(&journal.take().expect("readable").expect("the third")), ["3"]);
        journal.stored().expect("removed");
        assert!(journal.is_empty());
    }

    #[test]
    fn a_line_cut_by_a_crash_costs_only_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(folder.path()).expect("a journal");
        journal.append(&[entry("1")], Durability::Written).expect("written");
        let mut whole = fs::read(folder.path().join("waiting.jsonl")).expect("readable");
        let half = whole.len() / 2;
        whole.extend_from_within(..half);
        fs::write(folder.path().join("waiting.jsonl"), &whole).expect("written");
        let journal = Journal::open(folder.path()).expect("a journal");
        journal.append(&[entry("2")], Durability::Written).expect("written");
        assert_eq!(utterances(&journal.take().expect("readable").expect("two whole ones")), ["1", "2"]);
    }
}
