//! Keys for programs. Only a hash of the key is kept, and a prefix by which its owner knows it.

use crate::dialect::migration;

migration!(
    "m0003_api_keys",
    "
    CREATE TABLE api_keys (
        id {uuid} NOT NULL PRIMARY KEY,
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        prefix TEXT NOT NULL,
        hash {bytes} NOT NULL UNIQUE,
        scopes TEXT NOT NULL,
        created_at {int} NOT NULL,
        expires_at {int},
        last_used_at {int},
        revoked_at {int}
    ){strict};
    CREATE INDEX api_keys_user ON api_keys (user_id);
    ",
    "DROP TABLE api_keys;"
);
