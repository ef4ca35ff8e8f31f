//! One file of kept sound, a piece at a time: memory does not grow with its length. Blocking.
//!
//! A WAV file says its length at the beginning, and it is known at the end; so the first piece is written last.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::cipher::{Cipher, CipherError, HEADER, PIECE, Sealer, TAG};

const WAV_HEADER: usize = 44;

/// What the samples are: 16 bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundKind {
    pub sample_rate: u32,
    pub channels: u16,
}

/// A file that is being written; dropped before it is finished it is removed.
pub struct SoundWriter {
    path: PathBuf,
    file: Option<File>,
    sealer: Option<Sealer>,
    kind: SoundKind,
    /// Kept until the length is known.
    first: Vec<u8>,
    piece: Vec<u8>,
    /// The piece that is being filled.
    number: u32,
    sound_bytes: u64,
}

impl SoundWriter {
    /// Makes the file, and its folder where it is missing. Without a cipher it is a plain WAV file.
    pub fn create(path: &Path, cipher: Option<&Cipher>, kind: SoundKind) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let sealer = cipher.map(Cipher::sealer);
        if let Some(sealer) = &sealer {
            file.write_all(&sealer.header())?;
        }
        // Room for the header, which is written at the end.
        let piece = vec![0; WAV_HEADER];
        let path = path.to_owned();
        Ok(Self { path, file: Some(file), sealer, kind, first: Vec::new(), piece, number: 0, sound_bytes: 0 })
    }

    /// Samples of 16 bits, little endian, interleaved.
    pub fn write(&mut self, mut samples: &[u8]) -> io::Result<()> {
        self.sound_bytes += samples.len() as u64;
        while !samples.is_empty() {
            // Only once more comes is it known that a full piece is not the last.
            if self.piece.len() == PIECE {
                self.put_piece(false)?;
            }
            let (now, later) = samples.split_at(samples.len().min(PIECE - self.piece.len()));
            self.piece.extend_from_slice(now);
            samples = later;
        }
        Ok(())
    }

    /// The file is whole and on the disk; how long it is.
    pub fn finish(mut self) -> io::Result<u64> {
        let only = self.number == 0;
        self.put_piece(true)?;
        let header = wav_header(self.kind, self.sound_bytes);
        self.first[..WAV_HEADER].copy_from_slice(&header);
        let first = std::mem::take(&mut self.first);
        self.put(0, only, &first)?;
        let file = self.file.take().expect("it is taken only here");
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }

    fn put_piece(&mut self, last: bool) -> io::Result<()> {
        let piece = std::mem::take(&mut self.piece);
        if self.number == 0 {
            self.first = piece;
        } else {
            self.put(self.number, last, &piece)?;
        }
        self.number += 1;
        Ok(())
    }

    fn put(&mut self, number: u32, last: bool, piece: &[u8]) -> io::Result<()> {
        let file = self.file.as_mut().expect("it is open until the end");
        match &self.sealer {
            Some(sealer) => {
                file.seek(SeekFrom::Start((HEADER + number as usize * (PIECE + TAG)) as u64))?;
                file.write_all(&sealer.seal(number, last, piece))
            }
            None => {
                file.seek(SeekFrom::Start(u64::from(number) * PIECE as u64))?;
                file.write_all(piece)
            }
        }
    }
}

impl Drop for SoundWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A file of kept sound as the WAV file that it is.
pub struct SoundReader {
    file: File,
    opener: Option<Sealer>,
    /// Bytes of the WAV file, and of these read from the disk.
    length: u64,
    read: u64,
    number: u32,
    piece: Vec<u8>,
    /// What of the piece was given out.
    given: usize,
}

impl SoundReader {
    /// Reads the first piece: a wrong key shows at once.
    pub fn open(path: &Path, cipher: Option<&Cipher>) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let (opener, length) = match cipher {
            None => (None, bytes),
            Some(cipher) => {
                let mut header = [0; HEADER];
                file.read_exact(&mut header)?;
                let pieces = bytes - HEADER as u64;
                let tags = pieces.div_ceil((PIECE + TAG) as u64) * TAG as u64;
                let length = pieces.checked_sub(tags).ok_or_else(|| damaged(CipherError::Damaged))?;
                (Some(cipher.opener(&header).map_err(damaged)?), length)
            }
        };
        let mut reader = Self { file, opener, length, read: 0, number: 0, piece: Vec::new(), given: 0 };
        reader.next_piece()?;
        Ok(reader)
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    fn next_piece(&mut self) -> io::Result<()> {
        let plain = (self.length - self.read).min(PIECE as u64) as usize;
        let last = self.read + plain as u64 == self.length;
        let mut piece = vec![0; plain + if self.opener.is_some() { TAG } else { 0 }];
        self.file.read_exact(&mut piece)?;
        self.piece = match &self.opener {
            Some(opener) => opener.open(self.number, last, &piece).map_err(damaged)?,
            None => piece,
        };
        self.read += plain as u64;
        self.number += 1;
        self.given = 0;
        Ok(())
    }
}

impl Read for SoundReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.piece.len() && self.read < self.length {
            self.next_piece()?;
        }
        let now = buffer.len().min(self.piece.len() - self.given);
        buffer[..now].copy_from_slice(&self.piece[self.given..self.given + now]);
        self.given += now;
        Ok(now)
    }
}

fn damaged(error: CipherError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// PCM of 16 bits. What does not fit into 4 GiB is said to be as long as can be said; players read to the end.
fn wav_header(kind: SoundKind, sound_bytes: u64) -> [u8; WAV_HEADER] {
    let data = u32::try_from(sound_bytes).unwrap_or(u32::MAX - WAV_HEADER as u32);
    let frame = kind.channels * 2;
    let mut header = Vec::with_capacity(WAV_HEADER);
    header.extend(b"RIFF");
    header.extend((data + WAV_HEADER as u32 - 8).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16_u32.to_le_bytes());
    header.extend(1_u16.to_le_bytes());
    header.extend(kind.channels.to_le_bytes());
    header.extend(kind.sample_rate.to_le_bytes());
    header.extend((kind.sample_rate * u32::from(frame)).to_le_bytes());
    header.extend(frame.to_le_bytes());
    header.extend(16_u16.to_le_bytes());
    header.extend(b"data");
    header.extend(data.to_le_bytes());
    header.try_into().expect("the parts above are 44 bytes")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use config::Secret;

    use super::*;

    const KIND: SoundKind = SoundKind { sample_rate: 16_000, channels: 1 };

    fn cipher(byte: u8) -> Cipher {
        Cipher::parse(&Secret::new(STANDARD.encode([byte; 32]))).expect("32 bytes").expect("a key")
    }

    fn samples(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|n| (n / 3) as u8).collect()
    }

    #[test]
    fn what_was_written_in_parts_is_read_as_one_wav_file_of_any_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let lengths = [0, 2, PIECE - WAV_HEADER, PIECE - WAV_HEADER + 2, 2 * PIECE - WAV_HEADER, 3 * PIECE + 10];
        for (n, length) in lengths.into_iter().enumerate() {
            for key in [None, Some(cipher(1))] {
                let path = folder.path().join(format!("{n}-{}", key.is_some()));
                let sound = samples(length);
                let mut writer = SoundWriter::create(&path, key.as_ref(), KIND).expect("a new file");
                for chunk in sound.chunks(10_000) {
                    writer.write(chunk).expect("written");
                }
                assert_eq!(writer.finish().expect("written"), fs::metadata(&path).expect("a file").len());
                let mut reader = SoundReader::open(&path, key.as_ref()).expect("a file");
                let (said, mut wav) = (reader.length(), Vec::new());
                reader.read_to_end(&mut wav).expect("readable");
                assert_eq!(said, wav.len() as u64);
                let mut wav = hound::WavReader::new(io::Cursor::new(wav)).expect("a WAV file");
                assert_eq!((wav.spec().sample_rate, wav.spec().channels, wav.len() as usize), (16_000, 1, length / 2));
                let read: Vec<i16> = wav.samples().collect::<Result<_, _>>().expect("samples");
                assert_eq!(engine::audio::le_bytes(&read), sound);
            }
        }
    }

    #[test]
    fn a_sealed_file_opens_with_its_key_only_and_not_when_it_was_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sealed");
        let mut writer = SoundWriter::create(&path, Some(&cipher(1)), KIND).expect("a new file");
        writer.write(&samples(2 * PIECE)).expect("written");
        writer.finish().expect("written");
        assert!(SoundReader::open(&path, Some(&cipher(2))).is_err());
        let whole = fs::read(&path).expect("a file");
        let read_all = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("written");
            let mut reader = SoundReader::open(&path, Some(&cipher(1)))?;
            reader.read_to_end(&mut Vec::new())
        };
        assert_eq!(read_all(&whole).expect("it is whole"), 2 * PIECE + WAV_HEADER);
        for cut in [0, HEADER - 1, HEADER, HEADER + PIECE + TAG, whole.len() - 1] {
            assert!(read_all(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_file_that_was_not_finished_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("part");
        let mut writer = SoundWriter::create(&path, None, KIND).expect("a new file");
        writer.write(&samples(3 * PIECE)).expect("written");
        assert!(path.exists());
        drop(writer);
        assert!(!path.exists());
    }
}
