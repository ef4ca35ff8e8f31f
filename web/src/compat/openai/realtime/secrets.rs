//! Client secrets: a short-lived key for a browser, which opens one person's transcription sessions and nothing else.
//!
//! They live in this process; a server that restarts forgets them, and clients ask for new ones.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use actors::ids::Owner;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub const PREFIX: &str = "ek_";
/// Beyond it the oldest go.
const MOST: usize = 10_000;

struct Secret {
    owner: Owner,
    session: Value,
    expires_at: u64,
}

/// By the hash of the secret, so that a look-up takes the same time whatever is asked for.
static SECRETS: LazyLock<Mutex<HashMap<[u8; 32], Secret>>> = LazyLock::new(Mutex::default);

/// A new secret for this person.
pub fn make(owner: Owner, session: Value, expires_at: u64) -> String {
    let value = format!("{PREFIX}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let mut secrets = lock();
    if secrets.len() >= MOST {
        let mut times: Vec<u64> = secrets.values().map(|secret| secret.expires_at).collect();
        times.sort_unstable();
        let keep_from = times[times.len() / 2];
        secrets.retain(|_, secret| secret.expires_at > keep_from);
    }
    secrets.insert(hash(&value), Secret { owner, session, expires_at });
    value
}

/// Whose it is and what it was made for, if it is still good.
pub fn find(value: &str, now: u64) -> Option<(Owner, Value)> {
    let mut secrets = lock();
    secrets.retain(|_, secret| secret.expires_at > now);
    secrets.get(&hash(value)).map(|secret| (secret.owner.clone(), secret.session.clone()))
}

fn hash(value: &str) -> [u8; 32] {
    Sha256::digest(value.as_bytes()).into()
}

fn lock() -> MutexGuard<'static, HashMap<[u8; 32], Secret>> {
    SECRETS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_good_until_it_runs_out() {
        let value = make(Owner::new("anna"), Value::Null, 1_000_000_000_100);
        assert_eq!(find(&value, 1_000_000_000_099).map(|(owner, _)| owner), Some(Owner::new("anna")));
        assert_eq!(find(&value, 1_000_000_000_100), None);
        assert_eq!(find("ek_nothing", 0), None);
    }
}
