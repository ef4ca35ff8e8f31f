//! Dictionary and snippets: a person's own and the team's.

use serde::{Deserialize, Serialize};

/// Whose words are meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    #[default]
    Personal,
    /// Everybody reads it, admins change it.
    Team,
}

/// A word of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DictionaryEntry {
    pub id: String,
    pub shelf: Shelf,
    /// As it is written.
    pub term: String,
    /// As it may come out of the recogniser.
    pub sounds_like: Vec<String>,
    /// None: in every language.
    pub language: Option<String>,
    pub created_at: String,
    pub updated_at: String,
}

/// `POST /api/dictionary`. A word that is there in any case is replaced and keeps its id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewDictionaryEntry {
    pub term: String,
    #[serde(default)]
    pub sounds_like: Vec<String>,
    #[serde(default)]
    pub language: Option<String>,
}

/// `GET /api/dictionary`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DictionaryList {
    pub items: Vec<DictionaryEntry>,
}

/// `POST /api/dictionary/import`: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DictionaryImport {
    pub items: Vec<NewDictionaryEntry>,
}

/// A phrase and the text it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Snippet {
    pub id: String,
    pub shelf: Shelf,
    /// What is said.
    pub phrase: String,
    /// What is written.
    pub body: String,
    pub created_at: String,
    pub updated_at: String,
}

/// `POST /api/snippets`. One whose phrase is there in any case is replaced and keeps its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewSnippet {
    pub phrase: String,
    pub body: String,
}

/// `GET /api/snippets`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SnippetList {
    pub items: Vec<Snippet>,
}

/// `POST /api/snippets/import`: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SnippetImport {
    pub items: Vec<NewSnippet>,
}
