//! How often somebody may ask: per user, per address, and for wrong passwords.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use config::Settings;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use store::UserId;

/// All the server's rate limiters.
pub struct Limits {
    users: Limiter<UserId>,
    addresses: Limiter<IpAddr>,
    names: Limiter<String>,
    guesses: Limiter<IpAddr>,
}

/// Requests of a few seconds may come at once: a page that opens asks for several things.
const BURST_SECONDS: u32 = 3;

impl Limits {
    pub fn new(settings: &Settings) -> Self {
        let limits = &settings.limits;
        let per_minute = u32::from(settings.auth.login_attempts_per_minute);
        Self {
            users: Limiter::per_second(limits.requests_per_second),
            addresses: Limiter::per_second(limits.requests_per_second_of_address),
            names: Limiter::per_minute(per_minute),
            // Behind one address there may be a whole office.
            guesses: Limiter::per_minute(per_minute * 5),
        }
    }

    /// How long to wait, if the user has asked too often.
    pub fn user(&self, user: UserId) -> Result<(), Duration> {
        self.users.take(&user)
    }

    pub fn address(&self, address: IpAddr) -> Result<(), Duration> {
        self.addresses.take(&address)
    }

    /// Before a password is checked: for the name in any case, and for the address.
    pub fn login(&self, name: &str, address: IpAddr) -> Result<(), Duration> {
        // Nobody's name is that long; a limiter's key must not grow with what a stranger sends.
        let name: String = name.trim().to_lowercase().chars().take(300).collect();
        self.names.take(&name)?;
        self.guesses.take(&address)
    }

    /// Forgets who has not asked for a while; call it now and then.
    pub fn tidy(&self) {
        self.users.tidy();
        self.addresses.tidy();
        self.names.tidy();
        self.guesses.tidy();
    }
}

/// None: as often as one likes.
struct Limiter<K: Clone + Hash + Eq>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Clone + Hash + Eq> Limiter<K> {
    fn per_second(rate: u32) -> Self {
        Self(NonZeroU32::new(rate).map(|rate| {
            let burst = rate.saturating_mul(NonZeroU32::new(BURST_SECONDS).expect("it is three"));
            DefaultKeyedRateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))
        }))
    }

    fn per_minute(rate: u32) -> Self {
        Self(NonZeroU32::new(rate).map(|rate| DefaultKeyedRateLimiter::keyed(Quota::per_minute(rate))))
    }

    fn take(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(key).map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }

    fn tidy(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_asks_too_often_waits_and_others_do_not() {
        let limiter = Limiter::per_minute(2);
        assert!(limiter.take(&"anna").is_ok() && limiter.take(&"anna").is_ok());
        let wait = limiter.take(&"anna").expect_err("that was the third");
        assert!(wait > Duration::from_secs(10) && wait <= Duration::from_secs(30), "{wait:?}");
        assert!(limiter.take(&"boris").is_ok());
    }

    #[test]
    fn no_limit_is_no_limit() {
        let limiter = Limiter::per_second(0);
        assert!((0..10_000).all(|_| limiter.take(&1).is_ok()));
    }
    #[test]
    fn who_has_not_asked_for_a_while_is_forgotten() {
        let limiter = Limiter::per_second(100);
        (0..1000).for_each(|user| assert!(limiter.take(&user).is_ok()));
        let known = || limiter.0.as_ref().map_or(0, DefaultKeyedRateLimiter::len);
        assert_eq!(known(), 1000);
        std::thread::sleep(Duration::from_millis(50));
        limiter.tidy();
        assert_eq!(known(), 0);
    }
}
