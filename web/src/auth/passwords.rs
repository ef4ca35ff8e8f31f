//! Hashing passwords with Argon2id, a few at a time, away from the threads that serve.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// OWASP's recommendation for Argon2id (Password Storage Cheat Sheet, 2025): 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Checks that may wait; more would only time out.
const MOST_WAITING: usize = 64;

/// A password could not be hashed or checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("too many passwords are being checked")]
    Busy,
    #[error("the password could not be hashed: {0}")]
    Failed(String),
}

/// The one place where passwords are hashed. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Of no password: checked where there is no such user, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    pub fn new(at_once: usize) -> Self {
        let decoy = hash_now("no password at all").unwrap_or_default();
        Self {
            running: Arc::new(Semaphore::new(at_once.max(1))),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
            decoy: decoy.into(),
        }
    }

    /// A PHC string.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = password.to_owned();
        self.run(move || hash_now(&password)).await?
    }

    /// Whether it is this password. Takes as long where there is no hash at all.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, PasswordError> {
        let (password, known) = (password.to_owned(), hash.is_some());
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let right = self.run(move || hasher().verify_password(password.as_bytes(), hash.as_str()).is_ok()).await?;
        Ok(right && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| PasswordError::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::Busy)?;
        let work = spawn_blocking(move || {
            // Held by the work itself: a request that is given up does not free a place that is still taken.
            let _running = running;
            work()
        });
        work.await.map_err(|error| PasswordError::Failed(error.to_string()))
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("the numbers are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> Result<String, PasswordError> {
    let hash = hasher().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| PasswordError::Failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_rt::test]
    async fn the_right_password_is_right_and_nothing_else() {
        let passwords = Passwords::new(1);
        let hash = passwords.hash("correct horse battery").await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("correct horse battery", Some(&hash)).await.expect("checked"));
        assert!(!passwords.verify("correct horse batterx", Some(&hash)).await.expect("checked"));
        assert!(!passwords.verify("no password at all", None).await.expect("checked"));
        assert!(!passwords.verify("x", Some("not a hash")).await.expect("checked"));
    }
}
