//! Encryption of kept sound: XChaCha20-Poly1305 in pieces of 64 KiB, so that no piece can be changed, moved, repeated or
//! cut off unseen (the STREAM construction).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use config::Secret;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// What such a file begins with.
const MAGIC: &[u8; 8] = b"AVSOUND1";
/// Bytes sealed together.
pub const PIECE: usize = 64 * 1024;
/// Bytes that a sealed piece is longer.
pub const TAG: usize = 16;
/// Random and the same for all pieces of a file; the rest of a nonce is the piece's number and whether it is the last.
const PREFIX: usize = 19;
/// Bytes before the first piece.
pub const HEADER: usize = MAGIC.len() + PREFIX;

/// A key. Cheap to clone.
#[derive(Clone)]
pub struct Cipher {
    cipher: XChaCha20Poly1305,
    id: String,
}

/// A key that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key is not 32 bytes in base64; make one with `openssl rand -base64 32`")]
pub struct KeyError;

/// A file that cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CipherError {
    #[error("it is not a file of kept sound")]
    NotOurs,
    #[error("it was changed or cut, or is encrypted with another key")]
    Damaged,
}

impl Cipher {
    /// None for an empty secret.
    pub fn parse(secret: &Secret) -> Result<Option<Self>, KeyError> {
        let text = secret.expose().trim();
        if text.is_empty() {
            return Ok(None);
        }
        let engines = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
        let bytes = engines.iter().find_map(|engine| engine.decode(text).ok()).map(Zeroizing::new).ok_or(KeyError)?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| KeyError)?;
        let digest = Sha256::new().chain_update(b"alfavoice sound key").chain_update(&*bytes).finalize();
        Ok(Some(Self { cipher, id: hex::encode(&digest[..6]) }))
    }

    /// Tells keys apart and says nothing about them.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// For a new file.
    pub fn sealer(&self) -> Sealer {
        Sealer { cipher: self.cipher.clone(), prefix: rand::random() }
    }

    /// For a file that begins with `header`.
    pub fn opener(&self, header: &[u8]) -> Result<Sealer, CipherError> {
        let prefix = header.strip_prefix(MAGIC).ok_or(CipherError::NotOurs)?;
        let prefix = prefix.try_into().map_err(|_| CipherError::NotOurs)?;
        Ok(Sealer { cipher: self.cipher.clone(), prefix })
    }

    /// Something small as a whole.
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let sealer = self.sealer();
        let mut sealed = sealer.header();
        // Nothing is one empty piece, so that its end is sealed, too.
        let count = plain.len().div_ceil(PIECE).max(1);
        for number in 0..count {
            let piece = &plain[number * PIECE..plain.len().min((number + 1) * PIECE)];
            sealed.extend(sealer.seal(number as u32, number + 1 == count, piece));
        }
        sealed
    }

    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        let (header, pieces) = sealed.split_at_checked(HEADER).ok_or(CipherError::NotOurs)?;
        let opener = self.opener(header)?;
        let count = pieces.len().div_ceil(PIECE + TAG).max(1);
        let mut plain = Vec::with_capacity(pieces.len());
        for number in 0..count {
            let piece = &pieces[number * (PIECE + TAG)..pieces.len().min((number + 1) * (PIECE + TAG))];
            plain.extend(opener.open(number as u32, number + 1 == count, piece)?);
        }
        Ok(plain)
    }
}

/// Seals and opens the pieces of one file.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    prefix: [u8; PREFIX],
}

impl Sealer {
    /// What the file begins with.
    pub fn header(&self) -> Vec<u8> {
        [&MAGIC[..], &self.prefix].concat()
    }

    /// A number is used for one piece only.
    pub fn seal(&self, number: u32, last: bool, piece: &[u8]) -> Vec<u8> {
        let nonce = nonce(&self.prefix, number, last);
        self.cipher.encrypt(&nonce, piece).expect("a piece is far below the cipher's limit")
    }

    pub fn open(&self, number: u32, last: bool, sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        self.cipher.decrypt(&nonce(&self.prefix, number, last), sealed).map_err(|_| CipherError::Damaged)
    }
}

fn nonce(prefix: &[u8; PREFIX], number: u32, last: bool) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..PREFIX].copy_from_slice(prefix);
    nonce[PREFIX..PREFIX + 4].copy_from_slice(&number.to_be_bytes());
    nonce[23] = u8::from(last);
    nonce.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher(byte: u8) -> Cipher {
        let key = STANDARD.encode([byte; 32]);
        Cipher::parse(&Secret::new(key)).expect("32 bytes").expect("a key")
    }

    #[test]
    fn what_was_sealed_opens_with_its_key_only() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let plain: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let sealed = cipher(1).seal(&plain);
            assert_eq!(cipher(1).open(&sealed).expect("it is whole"), plain);
            assert_eq!(cipher(2).open(&sealed), Err(CipherError::Damaged));
        }
    }

    #[test]
    fn nothing_can_be_changed_cut_off_or_moved() {
        let sealed = cipher(1).seal(&vec![7; 3 * PIECE]);
        let (start, step) = (HEADER, PIECE + TAG);
        for cut in [start, start + step, start + 2 * step, sealed.len() - 1] {
            assert_eq!(cipher(1).open(&sealed[..cut]), Err(CipherError::Damaged), "cut at {cut}");
        }
        let mut changed = sealed.clone();
        changed[start + 100] ^= 1;
        assert_eq!(cipher(1).open(&changed), Err(CipherError::Damaged));
        let mut moved = sealed.clone();
        moved[start..start + 2 * step].rotate_left(step);
        assert_eq!(cipher(1).open(&moved), Err(CipherError::Damaged));
        assert_eq!(cipher(1).open(b"RIFF"), Err(CipherError::NotOurs));
    }

    #[test]
    fn a_key_is_32_bytes_or_none() {
        assert!(Cipher::parse(&Secret::new(String::new())).expect("nothing is allowed").is_none());
        for odd in ["short", "not base64 at all!", &STANDARD.encode([1; 31])] {
            assert!(Cipher::parse(&Secret::new(odd.to_owned())).is_err(), "{odd}");
        }
        assert_ne!(cipher(1).id(), cipher(2).id());
    }
}
