//! Values on their way into the database and out of it.

use sha2::{Digest, Sha256};

use crate::error::{Result, StoreError};

/// Text that both databases take: PostgreSQL has no NUL in text, so it becomes the replacement character.
pub(crate) fn text(given: impl Into<String>) -> String {
    let given = given.into();
    if given.contains('\0') { given.replace('\0', "\u{fffd}") } else { given }
}

/// The same for text that may be missing.
pub(crate) fn optional_text(given: Option<&str>) -> Option<String> {
    given.map(text)
}

/// Text that stands in an index, of which PostgreSQL takes at most 2704 bytes: longer names, which only a client that
/// means no good gives, are told apart by a hash.
pub(crate) fn key(given: &str) -> String {
    const LONGEST: usize = 255;
    let key = text(given);
    if key.len() <= LONGEST {
        return key;
    }
    let hash = hex::encode(Sha256::digest(key.as_bytes()));
    let mut end = LONGEST - hash.len() - 1;
    while !key.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}#{hash}", &key[..end])
}

/// The same for a name that may be missing.
pub(crate) fn optional_key(given: Option<&str>) -> Option<String> {
    given.map(key)
}

/// The databases' integers have a sign.
pub(crate) fn signed(given: u64) -> i64 {
    i64::try_from(given).unwrap_or(i64::MAX)
}

/// What `signed` wrote.
pub(crate) fn unsigned(kept: i64) -> u64 {
    u64::try_from(kept).unwrap_or(0)
}

/// Refuses text that is empty, too long or cannot be shown.
pub(crate) fn check_label(field: &'static str, given: &str, max_chars: usize) -> Result<()> {
    if given.trim().is_empty() {
        return Err(StoreError::invalid(field, "it is empty"));
    }
    if given.chars().count() > max_chars {
        return Err(StoreError::invalid(field, format!("it is longer than {max_chars} characters")));
    }
    if given.chars().any(char::is_control) {
        return Err(StoreError::invalid(field, "it contains control characters"));
    }
    Ok(())
}

/// The SHA-256 of a random secret (token, key, ticket, invite code); the secret itself is never kept. No salt is
/// needed, because nobody can guess 128 random bits and more.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// Not even the hash belongs in a log.
impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_holds_what_postgresql_refuses() {
        assert_eq!(text("a\0b"), "a\u{fffd}b");
        assert_eq!(optional_text(Some("\0")).as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn long_keys_are_shortened_and_stay_different() {
        let [one, two] = ["a", "b"].map(|end| key(&format!("{}{end}", "ё".repeat(5000))));
        assert!(one != two && one.len() <= 255 && two.len() <= 255);
        assert_eq!(key(&"x".repeat(255)), "x".repeat(255));
        assert_eq!(key(&one), one);
    }

    #[test]
    fn numbers_beyond_the_databases_range_are_clamped() {
        assert_eq!(signed(u64::MAX), i64::MAX);
        assert_eq!(unsigned(-1), 0);
    }

    #[test]
    fn labels_are_checked_with_a_reason() {
        for bad in ["", "  ", "a\nb", &"x".repeat(65)] {
            assert!(check_label("name", bad, 64).is_err(), "{bad:?}");
        }
        assert!(check_label("name", "Анна Б.", 64).is_ok());
    }
}
