//! Dictionary and snippets: personal ones have a user, the team's have none.

use crate::dialect::migration;

migration!(
    "m0006_vocabulary",
    "
    CREATE TABLE dictionary (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} REFERENCES users (id) ON DELETE CASCADE,
        term TEXT NOT NULL,
        term_key TEXT NOT NULL,
        sounds_like TEXT NOT NULL,
        language TEXT,
        created_at {int} NOT NULL,
        updated_at {int} NOT NULL
    ){strict};
    -- Two, because NULL never equals NULL in a unique index.
    CREATE UNIQUE INDEX dictionary_personal ON dictionary (user_id, term_key) WHERE user_id IS NOT NULL;
    CREATE UNIQUE INDEX dictionary_team ON dictionary (term_key) WHERE user_id IS NULL;

    CREATE TABLE snippets (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} REFERENCES users (id) ON DELETE CASCADE,
        phrase TEXT NOT NULL,
        phrase_key TEXT NOT NULL,
        body TEXT NOT NULL,
        created_at {int} NOT NULL,
        updated_at {int} NOT NULL
    ){strict};
    CREATE UNIQUE INDEX snippets_personal ON snippets (user_id, phrase_key) WHERE user_id IS NOT NULL;
    CREATE UNIQUE INDEX snippets_team ON snippets (phrase_key) WHERE user_id IS NULL;
    ",
    "DROP TABLE snippets; DROP TABLE dictionary;"
);
