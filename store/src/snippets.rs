//! Spoken phrases that become prepared text.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::connection::Store;
use crate::entity::vocabulary::snippets;
use crate::error::{Result, StoreError};
use crate::ids::{SnippetId, UserId};
use crate::moment::Moment;
use crate::search::fold;
use crate::values::{check_label, text};
use crate::vocabulary::{Shelf, usable_by};

/// Longer texts are documents.
const MAX_BODY_CHARS: usize = 20_000;

/// A phrase and the text it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSnippet {
    pub id: SnippetId,
    /// Whether it is everybody's.
    pub team: bool,
    /// What is said.
    pub phrase: String,
    /// What is written.
    pub body: String,
    pub created_at: Moment,
    pub updated_at: Moment,
}

/// A snippet to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSnippet {
    pub phrase: String,
    pub body: String,
}

/// The snippets of a store.
#[derive(Clone, Copy)]
pub struct Snippets<'s> {
    store: &'s Store,
}

impl Store {
    pub fn snippets(&self) -> Snippets<'_> {
        Snippets { store: self }
    }
}

impl Snippets<'_> {
    /// Puts snippets on a shelf, all or none. One whose phrase is there in any case is replaced and keeps its id.
    pub async fn put(&self, shelf: Shelf, new: &[NewSnippet], now: Moment) -> Result<Vec<SavedSnippet>> {
        let tx = self.store.begin().await?;
        let mut saved = Vec::with_capacity(new.len());
        for snippet in new {
            let row = row(shelf, snippet, now)?;
            let key = row.phrase_key.clone();
            let mut same_phrase = OnConflict::columns(match shelf {
                Shelf::Personal(_) => vec![snippets::Column::UserId, snippets::Column::PhraseKey],
                Shelf::Team => vec![snippets::Column::PhraseKey],
            });
            same_phrase.target_cond_where(shelf.index_condition(snippets::Column::UserId)).update_columns([
                snippets::Column::Phrase,
                snippets::Column::Body,
                snippets::Column::UpdatedAt,
            ]);
            snippets::Entity::insert(row.into_active_model().reset_all())
                .on_conflict(same_phrase)
                .exec_without_returning(&tx)
                .await?;
            let kept = snippets::Entity::find()
                .filter(shelf.rows(snippets::Column::UserId))
                .filter(snippets::Column::PhraseKey.eq(key))
                .one(&tx)
                .await?;
            saved.push(kept.ok_or(StoreError::NotFound { what: "snippet" })?.into());
        }
        tx.commit().await?;
        Ok(saved)
    }

    /// One shelf in alphabetical order of the phrases.
    pub async fn list(&self, shelf: Shelf) -> Result<Vec<SavedSnippet>> {
        self.find(shelf.rows(snippets::Column::UserId)).await
    }

    /// What a person's dictation uses: the team's and their own, their own where both have one.
    pub async fn for_user(&self, owner: UserId) -> Result<Vec<SavedSnippet>> {
        let mut saved = self.find(usable_by(owner, snippets::Column::UserId)).await?;
        saved.sort_by_key(|snippet| (fold(&snippet.phrase), snippet.team));
        saved.dedup_by_key(|snippet| fold(&snippet.phrase));
        Ok(saved)
    }

    /// Whether it was on this shelf.
    pub async fn remove(&self, shelf: Shelf, id: SnippetId) -> Result<bool> {
        let gone = snippets::Entity::delete_many()
            .filter(snippets::Column::Id.eq(id.as_uuid()))
            .filter(shelf.rows(snippets::Column::UserId))
            .exec(self.store.writer())
            .await?;
        Ok(gone.rows_affected > 0)
    }

    async fn find(&self, which: Condition) -> Result<Vec<SavedSnippet>> {
        let found = snippets::Entity::find().filter(which).order_by_asc(snippets::Column::PhraseKey);
        Ok(found.all(self.store.reader()).await?.into_iter().map(SavedSnippet::from).collect())
    }
}

fn row(shelf: Shelf, new: &NewSnippet, now: Moment) -> Result<snippets::Model> {
    check_label("phrase", &new.phrase, 200)?;
    if new.body.is_empty() || new.body.chars().count() > MAX_BODY_CHARS {
        return Err(StoreError::invalid("body", format!("it has no text or more than {MAX_BODY_CHARS} characters")));
    }
    Ok(snippets::Model {
        id: SnippetId::new().as_uuid(),
        user_id: shelf.user(),
        phrase: text(new.phrase.trim()),
        phrase_key: text(fold(&new.phrase)),
        body: text(new.body.as_str()),
        created_at: now.unix_ms(),
        updated_at: now.unix_ms(),
    })
}

impl From<snippets::Model> for SavedSnippet {
    fn from(row: snippets::Model) -> Self {
        Self {
            id: SnippetId::from_uuid(row.id),
            team: row.user_id.is_none(),
            phrase: row.phrase,
            body: row.body,
            created_at: Moment::from_unix_ms(row.created_at),
            updated_at: Moment::from_unix_ms(row.updated_at),
        }
    }
}
