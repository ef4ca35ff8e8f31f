//! One JSON document of settings per user, with the version that makes its ETag.

use crate::dialect::migration;

migration!(
    "m0004_settings",
    "
    CREATE TABLE settings (
        user_id {uuid} NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
        body TEXT NOT NULL,
        version {int} NOT NULL,
        updated_at {int} NOT NULL
    ){strict};
    ",
    "DROP TABLE settings;"
);
