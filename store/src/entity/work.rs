//! What the server does and has done.

use super::table;

table!(usage, "usage", {
    #[sea_orm(primary_key, auto_increment = false)]
    user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    day: i64,
    audio_ms: i64,
    llm_tokens: i64,
    stored_bytes: i64,
});

table!(jobs, "jobs", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: i64,
    user_id: Uuid,
    kind: String,
    client: String,
    client_recording_id: Option<String>,
    recorded_at: i64,
    place: i64,
    state: String,
    stage: String,
    percent: i64,
    request: String,
    result: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
    received_bytes: i64,
    total_bytes: Option<i64>,
    attempts: i64,
    generation: i64,
    lease_until: Option<i64>,
    not_before: i64,
    cancel_asked: bool,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
});

table!(audit, "audit", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: i64,
    at: i64,
    actor: Option<Uuid>,
    action: String,
    subject: String,
    address: String,
    details: String,
});

table!(facts, "facts", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    value: String,
});
