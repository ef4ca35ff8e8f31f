//! Users and what lets them in.

use super::table;

table!(users, "users", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    name: String,
    name_key: String,
    email: Option<String>,
    email_key: Option<String>,
    password_hash: Option<String>,
    role: String,
    created_at: i64,
    disabled_at: Option<i64>,
});

table!(invites, "invites", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    code_hash: Vec<u8>,
    role: String,
    note: String,
    created_by: Option<Uuid>,
    created_at: i64,
    expires_at: i64,
    used_by: Option<Uuid>,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
});

table!(token_families, "token_families", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Uuid,
    client: String,
    created_at: i64,
    last_used_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    end_reason: Option<String>,
});

table!(refresh_tokens, "refresh_tokens", {
    #[sea_orm(primary_key, auto_increment = false)]
    hash: Vec<u8>,
    family_id: Uuid,
    issued_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
});

table!(tickets, "tickets", {
    #[sea_orm(primary_key, auto_increment = false)]
    hash: Vec<u8>,
    user_id: Uuid,
    scopes: String,
    expires_at: i64,
});

table!(api_keys, "api_keys", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Uuid,
    name: String,
    prefix: String,
    hash: Vec<u8>,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
});
