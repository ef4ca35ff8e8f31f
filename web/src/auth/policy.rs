//! What a password must be. Pure.

use std::fmt;

/// Shorter ones are guessed.
pub const MIN_PASSWORD_CHARS: usize = 10;

/// Longer ones only keep the server busy.
const MAX_PASSWORD_BYTES: usize = 1024;

/// Different characters that a password must have.
const MIN_DISTINCT: usize = 5;

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordWeakness {
    TooShort,
    TooLong,
    TooUniform,
    ContainsName,
    Common,
}

/// Beginnings and wholes of the passwords that are tried first.
const COMMON: [&str; 16] = [
    "password",
    "passw0rd",
    "qwerty",
    "12345678",
    "1234567890",
    "letmein",
    "iloveyou",
    "admin",
    "welcome",
    "monkey",
    "dragon",
    "йцукен",
    "пароль",
    "любовь",
    "alfavoice",
    "привет",
];

/// Why the password is no good for this person; none where it will do.
pub fn weakness_of(password: &str, name: &str) -> Option<PasswordWeakness> {
    let chars = password.chars().count();
    if chars < MIN_PASSWORD_CHARS {
        return Some(PasswordWeakness::TooShort);
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Some(PasswordWeakness::TooLong);
    }
    let folded = password.to_lowercase();
    let distinct = folded.chars().collect::<std::collections::BTreeSet<_>>().len();
    if distinct < MIN_DISTINCT {
        return Some(PasswordWeakness::TooUniform);
    }
    let name = name.trim().to_lowercase();
    if name.chars().count() >= 3 && folded.contains(&name) && chars < name.chars().count() + 8 {
        return Some(PasswordWeakness::ContainsName);
    }
    // A common word with a few more characters is as good as none; in a long sentence it does no harm.
    let common = COMMON.iter().any(|word| folded.contains(word) && chars < word.chars().count() + 6);
    common.then_some(PasswordWeakness::Common)
}

impl fmt::Display for PasswordWeakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => "it is shorter than 10 characters",
            Self::TooLong => "it is longer than 1024 bytes",
            Self::TooUniform => "it repeats too few characters",
            Self::ContainsName => "it is little more than the name",
            Self::Common => "it is among those that are tried first",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_named_and_good_ones_pass() {
        use PasswordWeakness::{Common, ContainsName, TooLong, TooShort, TooUniform};
        let cases = [
            ("short", "anna", Some(TooShort)),
            ("aaaaaaaaaaaaaa", "anna", Some(TooUniform)),
            ("anna2024!x", "anna", Some(ContainsName)),
            ("Password123", "anna", Some(Common)),
            ("пароль1234", "анна", Some(Common)),
            ("correct horse battery", "anna", None),
            ("девять зелёных слонов", "анна", None),
            ("my password is a long sentence", "anna", None),
        ];
        for (password, name, expected) in cases {
            assert_eq!(weakness_of(password, name), expected, "{password}");
        }
        assert_eq!(weakness_of(&"abcdefgh".repeat(200), "anna"), Some(TooLong));
    }
}
