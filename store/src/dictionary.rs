//! Words to listen for and how they are written.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::connection::Store;
use crate::entity::vocabulary::dictionary;
use crate::error::{Result, StoreError};
use crate::ids::{EntryId, UserId};
use crate::moment::Moment;
use crate::search::fold;
use crate::values::{check_label, optional_text, text};
use crate::vocabulary::{Shelf, usable_by};

/// A word of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: EntryId,
    /// Whether it is everybody's.
    pub team: bool,
    /// As it is written.
    pub term: String,
    /// As it may come out of the recogniser.
    pub sounds_like: Vec<String>,
    /// None: in every language.
    pub language: Option<String>,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// A word to be put into a dictionary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEntry {
    pub term: String,
    #[serde(default)]
    pub sounds_like: Vec<String>,
    #[serde(default)]
    pub language: Option<String>,
}

/// The dictionaries of a store.
#[derive(Clone, Copy)]
pub struct Dictionary<'s> {
    store: &'s Store,
}

impl Store {
    pub fn dictionary(&self) -> Dictionary<'_> {
        Dictionary { store: self }
    }
}

impl Dictionary<'_> {
    /// Puts words on a shelf, all or none. One that is there in any case is replaced and keeps its id.
    pub async fn put(&self, shelf: Shelf, new: &[NewEntry], now: Moment) -> Result<Vec<Entry>> {
        let tx = self.store.begin().await?;
        let mut entries = Vec::with_capacity(new.len());
        for entry in new {
            let row = row(shelf, entry, now)?;
            let key = row.term_key.clone();
            let mut same_term = OnConflict::columns(match shelf {
                Shelf::Personal(_) => vec![dictionary::Column::UserId, dictionary::Column::TermKey],
                Shelf::Team => vec![dictionary::Column::TermKey],
            });
            same_term.target_cond_where(shelf.index_condition(dictionary::Column::UserId)).update_columns([
                dictionary::Column::Term,
                dictionary::Column::SoundsLike,
                dictionary::Column::Language,
                dictionary::Column::UpdatedAt,
            ]);
            dictionary::Entity::insert(row.into_active_model().reset_all())
                .on_conflict(same_term)
                .exec_without_returning(&tx)
                .await?;
            let kept = dictionary::Entity::find()
                .filter(shelf.rows(dictionary::Column::UserId))
                .filter(dictionary::Column::TermKey.eq(key))
                .one(&tx)
                .await?;
            entries.push(kept.ok_or(StoreError::NotFound { what: "dictionary entry" })?.try_into()?);
        }
        tx.commit().await?;
        Ok(entries)
    }

    /// One shelf in alphabetical order.
    pub async fn list(&self, shelf: Shelf) -> Result<Vec<Entry>> {
        self.find(shelf.rows(dictionary::Column::UserId)).await
    }

    /// What a person's dictation uses: the team's words and their own, their own where both have one.
    pub async fn for_user(&self, owner: UserId) -> Result<Vec<Entry>> {
        let mut entries = self.find(usable_by(owner, dictionary::Column::UserId)).await?;
        // Sorted by term, so the two of one term stand together; the team's goes.
        entries.sort_by_key(|entry| (fold(&entry.term), entry.team));
        entries.dedup_by_key(|entry| fold(&entry.term));
        Ok(entries)
    }

    /// Whether it was on this shelf.
    pub async fn remove(&self, shelf: Shelf, id: EntryId) -> Result<bool> {
        let gone = dictionary::Entity::delete_many()
            .filter(dictionary::Column::Id.eq(id.as_uuid()))
            .filter(shelf.rows(dictionary::Column::UserId))
            .exec(self.store.writer())
            .await?;
        Ok(gone.rows_affected > 0)
    }

    async fn find(&self, which: Condition) -> Result<Vec<Entry>> {
        let found = dictionary::Entity::find().filter(which).order_by_asc(dictionary::Column::TermKey);
        found.all(self.store.reader()).await?.into_iter().map(Entry::try_from).collect()
    }
}

fn row(shelf: Shelf, new: &NewEntry, now: Moment) -> Result<dictionary::Model> {
    check_label("term", &new.term, 200)?;
    for sound in &new.sounds_like {
        check_label("sounds_like", sound, 200)?;
    }
    Ok(dictionary::Model {
        id: EntryId::new().as_uuid(),
        user_id: shelf.user(),
        term: text(new.term.trim()),
        term_key: text(fold(&new.term)),
        sounds_like: serde_json::Value::from(new.sounds_like.clone()).to_string(),
        language: optional_text(new.language.as_deref()),
        created_at: now.unix_ms(),
        updated_at: now.unix_ms(),
    })
}

impl TryFrom<dictionary::Model> for Entry {
    type Error = StoreError;

    fn try_from(row: dictionary::Model) -> Result<Self> {
        let sounds_like = serde_json::from_str(&row.sounds_like)
            .map_err(|error| StoreError::Damaged { table: "dictionary", reason: error.to_string() })?;
        Ok(Self {
            id: EntryId::from_uuid(row.id),
            team: row.user_id.is_none(),
            term: row.term,
            sounds_like,
            language: row.language,
            created_at: Moment::from_unix_ms(row.created_at),
            updated_at: Moment::from_unix_ms(row.updated_at),
        })
    }
}
