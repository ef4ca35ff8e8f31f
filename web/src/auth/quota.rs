//! How much of a month's allowance is used. Pure, except for reading the sums.

use config::Limits as LimitSettings;
use store::{Consumption, Day, Moment, Store, UserId};

/// From here on the client is told.
const WARN_PERCENT: u64 = 80;

/// What a person may consume; none: as much as they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    pub audio_ms: Option<u64>,
    pub llm_tokens: Option<u64>,
    pub stored_bytes: Option<u64>,
}

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Fine,
    /// It is running out.
    Low {
        what: &'static str,
        percent: u32,
    },
    UsedUp {
        what: &'static str,
    },
}

impl Quotas {
    pub fn new(limits: &LimitSettings) -> Self {
        let some = |amount: u32, unit: u64| (amount > 0).then(|| u64::from(amount) * unit);
        Self {
            audio_ms: some(limits.audio_minutes_per_month, 60_000),
            llm_tokens: some(limits.llm_tokens_per_month, 1),
            stored_bytes: some(limits.storage_mb, 1 << 20),
        }
    }

    /// Of what was consumed this month; `stored_bytes` is what is kept now.
    pub fn standing(&self, used: Consumption) -> Standing {
        let all = [
            ("audio", used.audio_ms, self.audio_ms),
            ("llm_tokens", used.llm_tokens, self.llm_tokens),
            ("storage", used.stored_bytes, self.stored_bytes),
        ];
        let percents = all.map(|(what, used, limit)| (what, u64::from(percent(used, limit))));
        // What is used up most decides; storage being full only keeps sound from being kept.
        let worst = percents.into_iter().filter(|(what, _)| *what != "storage").max_by_key(|(_, percent)| *percent);
        match worst {
            Some((what, 100..)) => Standing::UsedUp { what },
            Some((what, percent)) if percent >= WARN_PERCENT => Standing::Low { what, percent: percent as u32 },
            _ => Standing::Fine,
        }
    }

    /// Whether so many more bytes may be kept.
    pub fn has_room(&self, stored: u64, more: u64) -> bool {
        self.stored_bytes.is_none_or(|limit| stored.saturating_add(more) <= limit)
    }

    /// What the person consumed this month, and keeps now.
    pub async fn consumed(store: &Store, user: UserId, now: Moment) -> store::Result<Consumption> {
        let today = now.day();
        let month = store.usage().total(user, today.first_of_month(), today).await?;
        Ok(Consumption { stored_bytes: store.audio().stored_bytes(user).await?, ..month })
    }
}

/// Of a limit; 0 where there is none, 100 and more where it is reached.
pub fn percent(used: u64, limit: Option<u64>) -> u32 {
    match limit {
        None => 0,
        Some(0) => 100,
        Some(limit) => u32::try_from(u128::from(used) * 100 / u128::from(limit)).unwrap_or(u32::MAX),
    }
}

/// The first day after this day's month.
pub fn next_month(day: Day) -> Day {
    // No month has more than 31 days, so 31 days after its first one the next has begun.
    Day::from_number(day.first_of_month().number() + 31).first_of_month()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Quotas = Quotas { audio_ms: Some(3_600_000), llm_tokens: Some(1000), stored_bytes: None };

    fn used(audio_ms: u64, llm_tokens: u64) -> Consumption {
        Consumption { audio_ms, llm_tokens, stored_bytes: u64::MAX }
    }

    #[test]
    fn a_notice_comes_at_80_percent_and_the_end_at_100() {
        assert_eq!(HOUR.standing(used(2_879_999, 0)), Standing::Fine);
        assert_eq!(HOUR.standing(used(2_880_000, 0)), Standing::Low { what: "audio", percent: 80 });
        assert_eq!(HOUR.standing(used(3_599_999, 799)), Standing::Low { what: "audio", percent: 99 });
        assert_eq!(HOUR.standing(used(0, 1000)), Standing::UsedUp { what: "llm_tokens" });
        assert_eq!(HOUR.standing(used(u64::MAX, 0)), Standing::UsedUp { what: "audio" });
    }

    #[test]
    fn without_limits_nothing_is_ever_used_up() {
        let none = Quotas { audio_ms: None, llm_tokens: None, stored_bytes: None };
        assert_eq!(none.standing(used(u64::MAX, u64::MAX)), Standing::Fine);
        assert!(none.has_room(u64::MAX, u64::MAX));
    }

    #[test]
    fn months_follow_each_other() {
        for (day, next) in [("2025-01-31", "2025-02-01"), ("2024-02-29", "2024-03-01"), ("2025-12-01", "2026-01-01")] {
            let day: Day = day.parse().expect("a day");
            assert_eq!(next_month(day).to_string(), next);
        }
    }
}
