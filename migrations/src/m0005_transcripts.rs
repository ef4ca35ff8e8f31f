//! The history: what was said, the sound that was kept of it, and the search in it.
//!
//! `stems` holds the stemmed words of text and raw text, separated by spaces, made by `store::search`. Both databases
//! index exactly these words and one made of the owner's id (with a `§`, which no word has), so both find the same
//! rows and a search never walks through other people's words.

use sea_orm_migration::sea_orm::{DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::dialect::{run, run_only};

const TABLES: &str = "
    -- Files of kept sound. A row with `doomed_at` is only waiting for its file to be removed.
    CREATE TABLE audio (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} REFERENCES users (id) ON DELETE SET NULL,
        path TEXT NOT NULL UNIQUE,
        bytes {int} NOT NULL,
        key_id TEXT,
        created_at {int} NOT NULL,
        expires_at {int},
        doomed_at {int}
    ){strict};
    CREATE INDEX audio_user ON audio (user_id);
    CREATE INDEX audio_expiry ON audio (expires_at) WHERE expires_at IS NOT NULL;
    CREATE INDEX audio_doomed ON audio (doomed_at) WHERE doomed_at IS NOT NULL;

    -- `id` is the time of recording in milliseconds, shifted left by 20 bits, plus a random number: the history's
    -- order, the cursor of its pages and the key of the search index in one.
    CREATE TABLE transcripts (
        id {ordinal_key},
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        session TEXT NOT NULL,
        utterance TEXT NOT NULL,
        client_recording_id TEXT,
        recorded_at {int} NOT NULL,
        created_at {int} NOT NULL,
        language TEXT NOT NULL,
        style TEXT NOT NULL,
        app TEXT NOT NULL,
        text TEXT NOT NULL,
        raw_text TEXT NOT NULL,
        stems TEXT NOT NULL,
        confidence {real} NOT NULL,
        audio_ms {int} NOT NULL,
        cleaned_by TEXT NOT NULL CHECK (cleaned_by IN ('llm', 'rules')),
        audio_id {uuid} REFERENCES audio (id) ON DELETE SET NULL,
        deleted_at {int},
        UNIQUE (user_id, utterance)
    ){strict};
    CREATE INDEX transcripts_history ON transcripts (user_id, id DESC) WHERE deleted_at IS NULL;
    CREATE INDEX transcripts_deleted ON transcripts (deleted_at) WHERE deleted_at IS NOT NULL;
    CREATE INDEX transcripts_audio ON transcripts (audio_id) WHERE audio_id IS NOT NULL;

    -- Apart, because they are several times as long as the text and only one transcript's are ever shown.
    CREATE TABLE transcript_details (
        transcript_id {ordinal_key} REFERENCES transcripts (id) ON DELETE CASCADE,
        words TEXT NOT NULL,
        edits TEXT NOT NULL,
        timings TEXT NOT NULL
    ){strict};
";

// `ascii` splits at ASCII punctuation and folds nothing else, so the index holds our words as they are.
// Positions are not needed (`detail=none`): phrases are checked on the stems. Beginnings of three and four letters are
// indexed as well (`prefix`): they fit so many words that collecting them took 200 ms with 200,000 transcripts.
const SEARCH_SQLITE: &str = "
    CREATE VIRTUAL TABLE transcript_search USING fts5(
        words, content='', contentless_delete=1, detail=none, prefix='3 4', tokenize='ascii'
    );
    CREATE TRIGGER transcript_search_insert AFTER INSERT ON transcripts BEGIN
        INSERT INTO transcript_search (rowid, words)
        VALUES (new.id, '§' || lower(hex(new.user_id)) || ' ' || new.stems);
    END;
    CREATE TRIGGER transcript_search_update AFTER UPDATE OF stems, user_id ON transcripts BEGIN
        DELETE FROM transcript_search WHERE rowid = old.id;
        INSERT INTO transcript_search (rowid, words)
        VALUES (new.id, '§' || lower(hex(new.user_id)) || ' ' || new.stems);
    END;
    CREATE TRIGGER transcript_search_delete AFTER DELETE ON transcripts BEGIN
        DELETE FROM transcript_search WHERE rowid = old.id;
    END;
";

// Without `fastupdate` an insert pays for itself instead of every search paying for a list of pending rows.
const SEARCH_POSTGRES: &str = "
    ALTER TABLE transcripts ADD COLUMN search tsvector NOT NULL
        GENERATED ALWAYS AS (('§' || replace(user_id::text, '-', '') || ' ' || stems)::tsvector) STORED;
    CREATE INDEX transcripts_search ON transcripts USING gin (search) WITH (fastupdate = off);
";

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_transcripts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, TABLES).await?;
        run_only(manager, DbBackend::Sqlite, SEARCH_SQLITE).await?;
        run_only(manager, DbBackend::Postgres, SEARCH_POSTGRES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_only(manager, DbBackend::Sqlite, "DROP TABLE transcript_search;").await?;
        run(manager, "DROP TABLE transcript_details; DROP TABLE transcripts; DROP TABLE audio;").await
    }
}
