//! For admins: people, invites, the audit log.

use serde::{Deserialize, Serialize};

use super::{Role, User};

/// `GET /api/admin/users`, in the order of creation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UserPage {
    pub items: Vec<User>,
    /// `after` of the next page; none where this is the last.
    pub next: Option<String>,
}

/// `PATCH /api/admin/users/{id}`: what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UserChange {
    #[serde(default)]
    pub role: Option<Role>,
    /// A disabled person keeps everything and gets in nowhere.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// A one-time permission to register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Invite {
    pub id: String,
    pub role: Role,
    /// For whom it is meant.
    pub note: String,
    pub created_by: Option<String>,
    pub created_at: String,
    pub expires_at: String,
    pub used_by: Option<String>,
    pub used_at: Option<String>,
    pub revoked_at: Option<String>,
}

/// `GET /api/admin/invites`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct InviteList {
    pub items: Vec<Invite>,
}

/// `POST /api/admin/invites`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewInvite {
    pub role: Role,
    #[serde(default)]
    pub note: String,
    /// Days until it runs out; 7 where nothing is said.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// The only time that the code itself is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CreatedInvite {
    pub invite: Invite,
    pub code: String,
}

/// `GET /api/admin/audit`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditPage {
    pub items: Vec<AuditEntry>,
    /// `before` of the next page; none where this is the last.
    pub next: Option<String>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AuditEntry {
    pub id: String,
    pub at: String,
    /// Id of who did it; none for the server itself and for strangers.
    pub actor: Option<String>,
    /// A stable word such as `login.failed`.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Network address it came from.
    pub address: String,
    pub details: String,
}
