//! Keys for programs.

use serde::{Deserialize, Serialize};

/// What a key may do. Accounts, logins and keys themselves are only for people who logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Scope {
    /// Sound in, text out: WebSocket and recordings.
    #[serde(rename = "transcribe")]
    Transcribe,
    #[serde(rename = "history.read")]
    HistoryRead,
    #[serde(rename = "history.write")]
    HistoryWrite,
    /// Settings, dictionary, snippets.
    #[serde(rename = "settings")]
    Settings,
    /// What an admin may, if the key's owner is one.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    pub const ALL: [Self; 5] = [Self::Transcribe, Self::HistoryRead, Self::HistoryWrite, Self::Settings, Self::Admin];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transcribe => "transcribe",
            Self::HistoryRead => "history.read",
            Self::HistoryWrite => "history.write",
            Self::Settings => "settings",
            Self::Admin => "admin",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A key as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ApiKey {
    pub id: String,
    pub name: String,
    /// The first characters of the key, by which its owner knows it.
    pub prefix: String,
    pub scopes: Vec<Scope>,
    pub created_at: String,
    pub expires_at: Option<String>,
    pub last_used_at: Option<String>,
    pub revoked_at: Option<String>,
}

/// `GET /api/keys`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ApiKeyList {
    pub items: Vec<ApiKey>,
}

/// `POST /api/keys`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewApiKey {
    pub name: String,
    pub scopes: Vec<Scope>,
    /// None: until it is revoked.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// The only time that the key itself is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CreatedApiKey {
    pub key: ApiKey,
    /// For the header `Authorization: Bearer ...`.
    pub secret: String,
}
