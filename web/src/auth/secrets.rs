//! Random secrets that are shown once and kept as hashes: refresh tokens, API keys, tickets, invites.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::SecretHash;

/// What a secret is for; its first letters say so, for people and for scanners that look for leaked keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    ApiKey,
    Refresh,
    Ticket,
    Invite,
}

impl SecretKind {
    pub fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "avk_",
            Self::Refresh => "avr_",
            Self::Ticket => "avt_",
            Self::Invite => "avi_",
        }
    }
}

/// A secret that was just made.
pub struct NewSecret {
    text: String,
}

/// Characters of an API key that its owner sees in lists.
const SHOWN: usize = 10;

impl NewSecret {
    /// 256 random bits.
    pub fn random(kind: SecretKind) -> Self {
        let bits: [u8; 32] = rand::random();
        Self { text: format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bits)) }
    }

    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.text)
    }

    /// Enough to know it by, far too little to guess the rest.
    pub fn shown_prefix(&self) -> &str {
        &self.text[..SHOWN]
    }

    /// For the one answer that shows it.
    pub fn reveal(self) -> String {
        self.text
    }
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewSecret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_different_and_never_printed() {
        let (one, two) = (NewSecret::random(SecretKind::ApiKey), NewSecret::random(SecretKind::ApiKey));
        assert_eq!(format!("{one:?}"), "NewSecret(***)");
        assert_eq!(one.shown_prefix().len(), 10);
        let (one, two) = (one.reveal(), two.reveal());
        assert!(one != two && one.starts_with("avk_") && one.len() == 47);
    }
}
