//! Everything that letting people in needs, in one place.

use std::sync::OnceLock;
use std::time::Duration;

use config::{Registration, Settings};
use store::{Moment, User};

use super::{Limits, Passwords, Quotas, TokenKeys};

/// Belongs to the server's state; made once from the settings.
pub struct Auth {
    pub keys: TokenKeys,
    pub passwords: Passwords,
    pub limits: Limits,
    pub quotas: Quotas,
    pub registration: Registration,
    /// Whether whoever presents nothing is the local user.
    pub open: bool,
    refresh_lifetime: Duration,
    local: OnceLock<User>,
}

/// The local user's name.
pub const LOCAL: &str = "local";

impl Auth {
    pub fn new(settings: &Settings) -> Self {
        let auth = &settings.auth;
        Self {
            keys: TokenKeys::new(
                &auth.jwt_secret,
                &auth.jwt_previous_secret,
                u32::from(auth.access_token_minutes) * 60,
            ),
            passwords: Passwords::new(usize::from(auth.password_checks)),
            limits: Limits::new(settings),
            quotas: Quotas::new(&settings.limits),
            registration: auth.registration,
            open: auth.local_user,
            refresh_lifetime: Duration::from_secs(u64::from(auth.refresh_token_days) * 24 * 3600),
            local: OnceLock::new(),
        }
    }

    pub fn refresh_expires_at(&self, now: Moment) -> Moment {
        now.plus(self.refresh_lifetime)
    }

    /// The local user, once the database has been asked for it.
    pub async fn local_user(&self, store: &store::Store) -> store::Result<User> {
        if let Some(user) = self.local.get() {
            return Ok(user.clone());
        }
        let user = store.users().ensure_local(LOCAL, Moment::now()).await?;
        Ok(self.local.get_or_init(|| user).clone())
    }
}
