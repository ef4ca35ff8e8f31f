//! Phrases and beginnings in PostgreSQL's search index.
//!
//! GIN knows neither where words stand nor how they begin, so a phrase meant looking at every text with its words in it,
//! and a beginning meant collecting the lists of all words that begin so: 260 and 195 ms with 200,000 transcripts of one
//! person. Pairs of neighbouring stems (`›один›два`) and beginnings of three and four letters (`‹оди`, `‹один`) are words
//! of their own now. Texts too long for their pairs (a `tsvector` takes 1 MiB) have the word `›` instead.

use sea_orm_migration::sea_orm::{DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::dialect::run_only;

const UP: &str = "
    CREATE FUNCTION transcript_words(owner UUID, stems TEXT) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        WITH words AS (
            SELECT word, lead(word) OVER (ORDER BY place) AS next
            FROM unnest(string_to_array(stems, ' ')) WITH ORDINALITY AS said (word, place)
            WHERE word <> ''
        )
        SELECT array_to_tsvector(array_agg(DISTINCT all_words.word)) FROM (
            SELECT '§' || replace(owner::text, '-', '') AS word
            UNION ALL SELECT word FROM words
            UNION ALL SELECT '‹' || left(word, length) FROM words, (VALUES (3), (4)) AS lengths (length)
                WHERE length(word) >= length
            UNION ALL SELECT '›' || word || '›' || next FROM words WHERE next IS NOT NULL AND octet_length(stems) <= 131072
            UNION ALL SELECT '›' WHERE octet_length(stems) > 131072
        ) AS all_words
    $$;
    ALTER TABLE transcripts DROP COLUMN search;
    ALTER TABLE transcripts ADD COLUMN search tsvector NOT NULL
        GENERATED ALWAYS AS (transcript_words(user_id, stems)) STORED;
    CREATE INDEX transcripts_search ON transcripts USING gin (search) WITH (fastupdate = off);
";

const DOWN: &str = "
    ALTER TABLE transcripts DROP COLUMN search;
    DROP FUNCTION transcript_words(UUID, TEXT);
    ALTER TABLE transcripts ADD COLUMN search tsvector NOT NULL
        GENERATED ALWAYS AS (('§' || replace(user_id::text, '-', '') || ' ' || stems)::tsvector) STORED;
    CREATE INDEX transcripts_search ON transcripts USING gin (search) WITH (fastupdate = off);
";

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0010_phrases"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_only(manager, DbBackend::Postgres, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_only(manager, DbBackend::Postgres, DOWN).await
    }
}
