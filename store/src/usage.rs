//! What people consume, per day, for quotas and reports.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Value};
use serde::{Deserialize, Serialize};

use crate::connection::Store;
use crate::entity::work::usage;
use crate::error::Result;
use crate::ids::UserId;
use crate::moment::Day;
use crate::values::{signed, unsigned};

/// An amount of work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumption {
    pub audio_ms: u64,
    pub llm_tokens: u64,
    /// Bytes newly kept; what is kept now is `audio().stored_bytes()`.
    pub stored_bytes: u64,
}

/// A day and what was consumed on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayConsumption {
    pub day: Day,
    #[serde(flatten)]
    pub consumed: Consumption,
}

/// The usage records of a store.
#[derive(Clone, Copy)]
pub struct Usage<'s> {
    store: &'s Store,
}

impl Store {
    pub fn usage(&self) -> Usage<'_> {
        Usage { store: self }
    }
}

impl Usage<'_> {
    /// Adds to the owner's day. Nothing is lost when many do so at once.
    pub async fn add(&self, owner: UserId, day: Day, more: Consumption) -> Result<()> {
        let add = self.store.statement(
            "INSERT INTO usage (user_id, day, audio_ms, llm_tokens, stored_bytes) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (user_id, day) DO UPDATE SET
                audio_ms = usage.audio_ms + excluded.audio_ms,
                llm_tokens = usage.llm_tokens + excluded.llm_tokens,
                stored_bytes = usage.stored_bytes + excluded.stored_bytes",
            [
                owner.as_uuid().into(),
                day.number().into(),
                // Far beyond any day's work, and sums of it stay far within the column.
                amount(more.audio_ms),
                amount(more.llm_tokens),
                amount(more.stored_bytes),
            ],
        );
        self.store.writer().execute_raw(add).await?;
        Ok(())
    }

    /// What the owner consumed from the first day to the last, both included: the number that a quota is held against.
    pub async fn total(&self, owner: UserId, first: Day, last: Day) -> Result<Consumption> {
        let days = self.days(owner, first, last).await?;
        Ok(days.iter().fold(Consumption::default(), |sum, day| Consumption {
            audio_ms: sum.audio_ms.saturating_add(day.consumed.audio_ms),
            llm_tokens: sum.llm_tokens.saturating_add(day.consumed.llm_tokens),
            stored_bytes: sum.stored_bytes.saturating_add(day.consumed.stored_bytes),
        }))
    }

    /// The days on which anything was consumed, in order.
    pub async fn days(&self, owner: UserId, first: Day, last: Day) -> Result<Vec<DayConsumption>> {
        let rows = usage::Entity::find()
            .filter(usage::Column::UserId.eq(owner.as_uuid()))
            .filter(usage::Column::Day.between(first.number(), last.number()))
            .order_by_asc(usage::Column::Day)
            .all(self.store.reader())
            .await?;
        Ok(rows.into_iter().map(DayConsumption::from).collect())
    }
}

fn amount(given: u64) -> Value {
    const MOST: i64 = 1 << 50;
    signed(given).min(MOST).into()
}

impl From<usage::Model> for DayConsumption {
    fn from(row: usage::Model) -> Self {
        Self {
            day: Day::from_number(row.day),
            consumed: Consumption {
                audio_ms: unsigned(row.audio_ms),
                llm_tokens: unsigned(row.llm_tokens),
                stored_bytes: unsigned(row.stored_bytes),
            },
        }
    }
}
