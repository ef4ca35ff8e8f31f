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
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;
/// Random and the same for all pieces of a file; the rest of a nonce is the piece's number and whether it is the last.
const PREFIX: usize = 19;

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

    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let prefix: [u8; PREFIX] = rand::random();
        let mut sealed = Vec::with_capacity(MAGIC.len() + PREFIX + plain.len() + TAG * (plain.len() / PIECE + 1));
        sealed.extend_from_slice(MAGIC);
        sealed.extend_from_slice(&prefix);
        // Nothing is one empty piece, so that its end is sealed, too.
        let count = plain.len().div_ceil(PIECE).max(1);
        for number in 0..count {
            let piece = &plain[number * PIECE..plain.len().min((number + 1) * PIECE)];
            let nonce = nonce(&prefix, number, number + 1 == count);
            let piece = self.cipher.encrypt(&nonce, piece).expect("a piece is far below the cipher's limit");
            sealed.extend_from_slice(&piece);
        }
        sealed
    }

    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        let rest = sealed.strip_prefix(MAGIC).ok_or(CipherError::NotOurs)?;
        let (prefix, pieces) = rest.split_first_chunk::<PREFIX>().ok_or(CipherError::NotOurs)?;
        let count = pieces.len().div_ceil(PIECE + TAG).max(1);
        let mut plain = Vec::with_capacity(pieces.len());
        for number in 0..count {
            let piece = &pieces[number * (PIECE + TAG)..pieces.len().min((number + 1) * (PIECE + TAG))];
            let nonce = nonce(prefix, number, number + 1 == count);
            plain.extend(self.cipher.decrypt(&nonce, piece).map_err(|_| CipherError::Damaged)?);
        }
        Ok(plain)
    }
}

fn nonce(prefix: &[u8; PREFIX], number: usize, last: bool) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..PREFIX].copy_from_slice(prefix);
    let number = u32::try_from(number).expect("a file of 2^48 bytes does not fit into memory");
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
        let (start, step) = (MAGIC.len() + PREFIX, PIECE + TAG);
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
