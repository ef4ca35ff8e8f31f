//! Names of rows. Each kind has its own type, so that a transcript's id cannot stand where a job's belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::StoreError;
use crate::moment::Moment;

/// Ids that are random to outsiders.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one, never given before.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = StoreError;

            fn from_str(given: &str) -> Result<Self, StoreError> {
                given.parse().map(Self).map_err(|_| StoreError::invalid("id", "it is not one that we gave"))
            }
        }
    };
}

uuid_id! {
    /// A person. Everything personal in the store is asked for with one of these, so that nobody can reach another's.
    UserId
}
uuid_id! {
    /// An invite to register.
    InviteId
}
uuid_id! {
    /// A login: the family of refresh tokens that follow each other.
    FamilyId
}
uuid_id! {
    /// A program's key.
    ApiKeyId
}
uuid_id! {
    /// A kept sound file.
    AudioId
}
uuid_id! {
    /// A word of a dictionary.
    EntryId
}
uuid_id! {
    /// A snippet.
    SnippetId
}

/// Ids that are also an order: time in milliseconds and a random rest. As text 16 hexadecimal digits, so that text
/// sorts as time and no JSON reader rounds it.
macro_rules! ordinal_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(i64);

        impl $name {
            pub(crate) const fn from_i64(id: i64) -> Self {
                Self(id)
            }

            pub(crate) const fn as_i64(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = StoreError;

            fn from_str(given: &str) -> Result<Self, StoreError> {
                parse_ordinal(given).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = StoreError;

            fn try_from(given: String) -> Result<Self, StoreError> {
                given.parse()
            }
        }
    };
}

ordinal_id! {
    /// A transcript; later recorded means greater, so it is also the cursor of a history page.
    TranscriptId
}
ordinal_id! {
    /// A job; later created means greater.
    JobId
}
ordinal_id! {
    /// An entry of the audit log; later means greater.
    AuditId
}

const RANDOM_BITS: u32 = 20;

/// The latest time that fits: the year 2248.
const LAST_MS: i64 = (1 << (63 - RANDOM_BITS)) - 1;

/// A new ordinal of this time. Two of one millisecond collide once in a million; who inserts one tries again.
pub(crate) fn new_ordinal(at: Moment) -> i64 {
    first_ordinal(at) | i64::from(rand::random::<u32>() >> (32 - RANDOM_BITS))
}

/// The least ordinal of this time; times outside 1970..2248 count as the nearest inside.
pub(crate) fn first_ordinal(at: Moment) -> i64 {
    at.unix_ms().clamp(0, LAST_MS) << RANDOM_BITS
}

fn parse_ordinal(given: &str) -> Result<i64, StoreError> {
    let refused = || StoreError::invalid("id", "it is not one that we gave");
    if given.len() != 16 || !given.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(refused());
    }
    i64::from_str_radix(given, 16).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_sort_by_time_as_numbers_and_as_text() {
        let times = [i64::MIN, 0, 1, 1_740_000_000_000, 1_740_000_000_001, LAST_MS];
        for pair in times.windows(2) {
            let [earlier, later] = [pair[0], pair[1]].map(|ms| first_ordinal(Moment::from_unix_ms(ms)));
            assert!(earlier <= later);
            assert!(TranscriptId(earlier).to_string() <= TranscriptId(later).to_string());
        }
        assert!(new_ordinal(Moment::from_unix_ms(i64::MAX)) > 0);
    }

    #[test]
    fn an_ordinal_of_a_time_lies_within_its_millisecond() {
        let at = Moment::from_unix_ms(1_740_000_000_000);
        let next = Moment::from_unix_ms(1_740_000_000_001);
        for _ in 0..1000 {
            let ordinal = new_ordinal(at);
            assert!(first_ordinal(at) <= ordinal && ordinal < first_ordinal(next));
        }
    }

    #[test]
    fn only_sixteen_hexadecimal_digits_are_an_id() {
        let id = TranscriptId(0x0195_4321_0000_0abc);
        assert_eq!(id.to_string().parse::<TranscriptId>().unwrap(), id);
        for given in ["", "+195432100000abc", "19543210", "ffffffffffffffff", "01954321-0000abcd", "наша строка длинна"]
        {
            assert!(given.parse::<TranscriptId>().is_err(), "{given}");
        }
    }
}
