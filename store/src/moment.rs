//! Points in time and days, as the store keeps them.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::StoreError;

const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// A point in time to the millisecond, UTC. As text and in JSON it is RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Moment(i64);

impl Moment {
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    pub const fn from_unix_ms(ms: i64) -> Self {
        Self(ms)
    }

    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// Later by `duration`, or the last moment there is.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Earlier by `duration`, or the first moment there is.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    pub fn day(self) -> Day {
        Day(self.0.div_euclid(MS_PER_DAY))
    }
}

impl From<OffsetDateTime> for Moment {
    fn from(at: OffsetDateTime) -> Self {
        Self(i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            // Outside the years that RFC 3339 can write; still unambiguous.
            None => write!(f, "@{}ms", self.0),
        }
    }
}

impl FromStr for Moment {
    type Err = StoreError;

    fn from_str(given: &str) -> Result<Self, StoreError> {
        OffsetDateTime::parse(given, &Rfc3339)
            .map(Self::from)
            .map_err(|_| StoreError::invalid("time", "write it like `2025-03-01T09:30:00Z`"))
    }
}

impl From<Moment> for String {
    fn from(at: Moment) -> Self {
        at.to_string()
    }
}

impl TryFrom<String> for Moment {
    type Error = StoreError;

    fn try_from(given: String) -> Result<Self, StoreError> {
        given.parse()
    }
}

/// A day in UTC. As text and in JSON it is `2025-03-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Day(i64);

impl Day {
    /// Days since 1970-01-01.
    pub const fn number(self) -> i64 {
        self.0
    }

    pub const fn from_number(days: i64) -> Self {
        Self(days)
    }

    pub const fn start(self) -> Moment {
        Moment(self.0.saturating_mul(MS_PER_DAY))
    }

    /// The first day of this day's month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        match self.date() {
            Some(date) => Self(self.0 - i64::from(date.day()) + 1),
            None => self,
        }
    }

    fn date(self) -> Option<time::Date> {
        let julian = i32::try_from(self.0).ok()?.checked_add(UNIX_EPOCH_JULIAN)?;
        time::Date::from_julian_day(julian).ok()
    }
}

/// The Julian day of 1970-01-01.
const UNIX_EPOCH_JULIAN: i32 = 2_440_588;

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day()),
            None => write!(f, "@{}d", self.0),
        }
    }
}

impl FromStr for Day {
    type Err = StoreError;

    fn from_str(given: &str) -> Result<Self, StoreError> {
        let format = time::macros::format_description!("[year]-[month]-[day]");
        time::Date::parse(given, format)
            .map(|date| Self(i64::from(date.to_julian_day() - UNIX_EPOCH_JULIAN)))
            .map_err(|_| StoreError::invalid("day", "write it like `2025-03-01`"))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = StoreError;

    fn try_from(given: String) -> Result<Self, StoreError> {
        given.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_being_written_and_read() {
        for ms in [0, 1, 1_740_821_400_123, -86_400_001] {
            let at = Moment::from_unix_ms(ms);
            assert_eq!(at.to_string().parse::<Moment>().unwrap(), at);
        }
        assert_eq!("2025-03-01T12:30:00.5+03:00".parse::<Moment>().unwrap().to_string(), "2025-03-01T09:30:00.5Z");
    }

    #[test]
    fn days_know_their_date_and_month() {
        let day: Day = "2025-03-31".parse().unwrap();
        assert_eq!(day.start().day(), day);
        assert_eq!(day.first_of_month().to_string(), "2025-03-01");
        assert_eq!(Moment::from_unix_ms(-1).day().to_string(), "1969-12-31");
    }

    #[test]
    fn absurd_times_are_printed_and_not_panicked_about() {
        for at in [i64::MIN, i64::MAX] {
            assert!(Moment::from_unix_ms(at).to_string().starts_with('@'));
            assert!(!Moment::from_unix_ms(at).day().first_of_month().to_string().is_empty());
        }
        assert_eq!(Moment::from_unix_ms(i64::MAX).plus(Duration::MAX).unix_ms(), i64::MAX);
    }
}
