//! What people configured for themselves and for the team.

use super::table;

table!(settings, "settings", {
    #[sea_orm(primary_key, auto_increment = false)]
    user_id: Uuid,
    body: String,
    version: i64,
    updated_at: i64,
});

table!(dictionary, "dictionary", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Option<Uuid>,
    term: String,
    term_key: String,
    sounds_like: String,
    language: Option<String>,
    created_at: i64,
    updated_at: i64,
});

table!(snippets, "snippets", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Option<Uuid>,
    phrase: String,
    phrase_key: String,
    body: String,
    created_at: i64,
    updated_at: i64,
});
