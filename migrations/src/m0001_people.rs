//! Users and the invites with which they register.

use crate::dialect::migration;

migration!(
    "m0001_people",
    "
    -- `name_key` and `email_key` are the forms in which names are compared (case and width folded).
    CREATE TABLE users (
        id {uuid} NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,
        email TEXT,
        email_key TEXT UNIQUE,
        password_hash TEXT,
        role TEXT NOT NULL CHECK (role IN ('member', 'admin')),
        created_at {int} NOT NULL,
        disabled_at {int}
    ){strict};

    CREATE TABLE invites (
        id {uuid} NOT NULL PRIMARY KEY,
        code_hash {bytes} NOT NULL UNIQUE,
        role TEXT NOT NULL CHECK (role IN ('member', 'admin')),
        note TEXT NOT NULL,
        created_by {uuid} REFERENCES users (id) ON DELETE SET NULL,
        created_at {int} NOT NULL,
        expires_at {int} NOT NULL,
        used_by {uuid} REFERENCES users (id) ON DELETE SET NULL,
        used_at {int},
        revoked_at {int}
    ){strict};
    CREATE INDEX invites_created_by ON invites (created_by);
    CREATE INDEX invites_used_by ON invites (used_by);
    ",
    "DROP TABLE invites; DROP TABLE users;"
);
