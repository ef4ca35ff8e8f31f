//! What was said and what was kept of its sound.

use super::table;

table!(audio, "audio", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: Uuid,
    user_id: Option<Uuid>,
    path: String,
    bytes: i64,
    key_id: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    doomed_at: Option<i64>,
});

table!(transcripts, "transcripts", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: i64,
    user_id: Uuid,
    session: String,
    utterance: String,
    client_recording_id: Option<String>,
    recorded_at: i64,
    created_at: i64,
    language: String,
    style: String,
    app: String,
    text: String,
    raw_text: String,
    confidence: f64,
    audio_ms: i64,
    cleaned_by: String,
    audio_id: Option<Uuid>,
    deleted_at: Option<i64>,
});

table!(transcript_details, "transcript_details", {
    #[sea_orm(primary_key, auto_increment = false)]
    transcript_id: i64,
    words: String,
    edits: String,
    timings: String,
});
