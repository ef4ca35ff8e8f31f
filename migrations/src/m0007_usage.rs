//! What each user consumed on each day (UTC, counted from 1970-01-01).

use crate::dialect::migration;

migration!(
    "m0007_usage",
    "
    CREATE TABLE usage (
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        day {int} NOT NULL,
        audio_ms {int} NOT NULL,
        llm_tokens {int} NOT NULL,
        stored_bytes {int} NOT NULL,
        PRIMARY KEY (user_id, day)
    ){strict};
    ",
    "DROP TABLE usage;"
);
