//! Coming in: accounts, tokens, tickets, logins.

use serde::{Deserialize, Serialize};

use super::Scope;

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Their own things, and reading the team's.
    Member,
    /// Also the team's things, other users and the audit log.
    Admin,
}

/// A person as others may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub role: Role,
    pub created_at: String,
    /// Set where the person may not come in any more.
    pub disabled_at: Option<String>,
}

/// `POST /api/auth/register`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RegisterRequest {
    /// Unique whatever its case; no `@` in it.
    pub name: String,
    #[serde(default)]
    pub email: Option<String>,
    /// At least 10 characters.
    pub password: String,
    /// The code of an invite, where the server wants one.
    #[serde(default)]
    pub invite: Option<String>,
    /// What the client is, shown in the list of logins ("Firefox on Linux").
    #[serde(default)]
    pub client: Option<String>,
}

/// `POST /api/auth/login`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LoginRequest {
    /// Name or address, in any case.
    pub login: String,
    pub password: String,
    #[serde(default)]
    pub client: Option<String>,
}

/// `POST /api/auth/refresh`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RefreshRequest {
    pub refresh_token: String,
}

/// `POST /api/auth/logout`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LogoutRequest {
    pub refresh_token: String,
}

/// `POST /api/auth/password`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PasswordChange {
    pub current: String,
    /// At least 10 characters. All other logins end with the change.
    pub new: String,
}

/// The answer to a login, a registration and a refresh. The refresh token is good once: each refresh brings the next,
/// and one that is used twice ends the login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Tokens {
    /// For the header `Authorization: Bearer ...`.
    pub access_token: String,
    /// `Bearer`
    pub token_type: String,
    /// Seconds until the access token runs out.
    pub expires_in: u32,
    pub refresh_token: String,
    pub refresh_expires_at: String,
    pub user: User,
}

/// How the caller came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// With an access token of a login.
    Token,
    ApiKey,
    /// Without anything, as the development profile's own user.
    Local,
    /// With a one-time ticket.
    Ticket,
}

/// `GET /api/auth/me`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Me {
    pub user: User,
    pub auth: AuthKind,
    /// What the caller may do; a login may do everything that its role may.
    pub scopes: Vec<Scope>,
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    Open,
    Invite,
    Closed,
}

/// `GET /api/auth/server`: what a login page needs to know before anybody is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ServerFacts {
    pub version: String,
    pub registration: RegistrationMode,
    /// Whether everybody is let in as the local user (development profile).
    pub open: bool,
}

/// `POST /api/auth/ws-ticket`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewTicket {
    /// What the WebSocket may do; nothing said: what the caller may.
    #[serde(default)]
    pub scopes: Option<Vec<Scope>>,
}

/// Opens one WebSocket, once: `/transcribe?ticket=...`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Ticket {
    pub ticket: String,
    pub expires_at: String,
}

/// A login of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LoginSession {
    pub id: String,
    pub client: String,
    pub created_at: String,
    pub last_used_at: String,
    pub expires_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// `GET /api/auth/sessions`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LoginList {
    pub items: Vec<LoginSession>,
}

/// How many things an action ended or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Ended {
    pub count: u64,
}
