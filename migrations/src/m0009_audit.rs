//! Who did what and when. Entries outlive the people in them, so nothing refers to a user's row.

use crate::dialect::migration;

migration!(
    "m0009_audit",
    "
    CREATE TABLE audit (
        id {ordinal_key},
        at {int} NOT NULL,
        actor {uuid},
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        address TEXT NOT NULL,
        details TEXT NOT NULL
    ){strict};
    CREATE INDEX audit_actor ON audit (actor, id DESC);
    CREATE INDEX audit_action ON audit (action, id DESC);

    -- Facts about the database itself, such as the version of the stems in it.
    CREATE TABLE facts (
        name TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ){strict};
    ",
    "DROP TABLE facts; DROP TABLE audit;"
);
