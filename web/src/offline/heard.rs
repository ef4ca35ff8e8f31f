//! What a recording came to so far, on the disk: whoever goes on with it after a stop or a crash begins there.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use store::NewTranscript;

use crate::compat::recording::Known;

/// One utterance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub channel: u16,
    /// Of its channel.
    pub number: u64,
    /// Counted from the beginning of the recording.
    pub start_ms: u64,
    pub end_ms: u64,
    pub transcript: NewTranscript,
}

/// All of them, in the order in which they were told; each is a line of the file.
pub struct Heard {
    file: File,
    parts: Vec<Part>,
}

impl Heard {
    /// What is there already; a line that a crash cut off is gone.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let (mut parts, mut good) = (Vec::new(), 0);
        let mut lines = BufReader::new(&file);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            let Ok(part) = serde_json::from_slice(&line) else { break };
            if !line.ends_with(b"\n") {
                break;
            }
            good += line.len() as u64;
            parts.push(part);
            line.clear();
        }
        file.set_len(good)?;
        (&file).seek(SeekFrom::Start(good))?;
        Ok(Self { file, parts })
    }

    /// A short line: it is written at once, and by the system to the disk when it likes.
    pub fn add(&mut self, part: Part) -> io::Result<()> {
        let mut line = serde_json::to_vec(&part)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.parts.push(part);
        Ok(())
    }

    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// End of the last part.
    pub fn until_ms(&self) -> u64 {
        self.parts.iter().map(|part| part.end_ms).max().unwrap_or(0)
    }

    /// Of each channel.
    pub fn known(&self) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        for part in &self.parts {
            let at = usize::from(part.channel);
            if known.len() <= at {
                known.resize(at + 1, Known::default());
            }
            known[at] = Known {
                until_ms: known[at].until_ms.max(part.end_ms),
                utterance: known[at].utterance.max(part.number),
            };
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use store::{Moment, TranscriptDetails, UserId};

    use super::*;

    fn part(channel: u16, number: u64, end_ms: u64) -> Part {
        let now = Moment::from_unix_ms(1_700_000_000_000);
        let transcript = NewTranscript {
            owner: UserId::from_uuid(uuid::Uuid::from_u128(7)),
            utterance: format!("r:{number}"),
            recorded_at: now,
            created_at: now,
            language: "en".to_owned(),
            style: String::new(),
            app: String::new(),
            text: "words".to_owned(),
            raw_text: "words".to_owned(),
            confidence: 0.5,
            audio_ms: 100,
            cleaned_by: store::CleanedBy::Rules,
            audio: None,
            details: TranscriptDetails::default(),
            client_recording_id: None,
            session: "s".to_owned(),
        };
        Part { channel, number, start_ms: end_ms - 100, end_ms, transcript }
    }

    #[test]
    fn after_a_crash_whole_lines_are_there_and_more_can_be_added() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("1.heard");
        let mut heard = Heard::open(&path).expect("new");
        heard.add(part(0, 1, 900)).expect("written");
        heard.add(part(1, 2, 4000)).expect("written");
        drop(heard);
        let whole = std::fs::read(&path).expect("a file");
        for cut in [whole.len() - 1, whole.len() - 20] {
            std::fs::write(&path, &whole[..cut]).expect("cut");
            let mut heard = Heard::open(&path).expect("read");
            assert_eq!(heard.parts(), [part(0, 1, 900)]);
            heard.add(part(0, 3, 6000)).expect("written");
        }
        let heard = Heard::open(&path).expect("read");
        assert_eq!(heard.until_ms(), 6000);
        assert_eq!(heard.known(), [Known { until_ms: 6000, utterance: 3 }]);
    }
}
