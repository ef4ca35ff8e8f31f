//! What dictionary and snippets have in common: they lie on a person's shelf or on the team's.

use sea_orm::{ColumnTrait, Condition};

use crate::ids::UserId;

/// Whose words are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    Personal(UserId),
    /// Everybody's. Who may change it is decided by the caller (an admin).
    Team,
}

impl Shelf {
    pub(crate) fn user(self) -> Option<uuid::Uuid> {
        match self {
            Self::Personal(owner) => Some(owner.as_uuid()),
            Self::Team => None,
        }
    }

    /// The rows of this shelf and no other.
    pub(crate) fn rows(self, user_column: impl ColumnTrait) -> Condition {
        Condition::all().add(match self {
            Self::Personal(owner) => user_column.eq(owner.as_uuid()),
            Self::Team => user_column.is_null(),
        })
    }

    /// The condition of the unique index that a row of this shelf falls under.
    pub(crate) fn index_condition(self, user_column: impl ColumnTrait) -> Condition {
        Condition::all().add(match self {
            Self::Personal(_) => user_column.is_not_null(),
            Self::Team => user_column.is_null(),
        })
    }
}

/// The rows that a person uses: the team's and their own.
pub(crate) fn usable_by(owner: UserId, user_column: impl ColumnTrait + Copy) -> Condition {
    Condition::any().add(user_column.eq(owner.as_uuid())).add(user_column.is_null())
}
