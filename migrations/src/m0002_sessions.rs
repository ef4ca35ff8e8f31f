//! Logins: families of refresh tokens, and one-time tickets that open a WebSocket.

use crate::dialect::migration;

migration!(
    "m0002_sessions",
    "
    -- One family per login. Its tokens replace each other; a second use of one ends the family.
    CREATE TABLE token_families (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        client TEXT NOT NULL,
        created_at {int} NOT NULL,
        last_used_at {int} NOT NULL,
        expires_at {int} NOT NULL,
        ended_at {int},
        end_reason TEXT
    ){strict};
    CREATE INDEX token_families_user ON token_families (user_id);
    CREATE INDEX token_families_expiry ON token_families (expires_at);

    CREATE TABLE refresh_tokens (
        hash {bytes} NOT NULL PRIMARY KEY,
        family_id {uuid} NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
        issued_at {int} NOT NULL,
        expires_at {int} NOT NULL,
        used_at {int}
    ){strict};
    CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

    CREATE TABLE tickets (
        hash {bytes} NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        scopes TEXT NOT NULL,
        expires_at {int} NOT NULL
    ){strict};
    CREATE INDEX tickets_user ON tickets (user_id);
    CREATE INDEX tickets_expiry ON tickets (expires_at);
    ",
    "DROP TABLE tickets; DROP TABLE refresh_tokens; DROP TABLE token_families;"
);
