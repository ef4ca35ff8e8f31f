//! Work that outlives a connection: uploaded recordings, files, batches.

use crate::dialect::migration;

migration!(
    "m0008_jobs",
    "
    -- `place` orders the jobs of one client (time of recording); `generation` grows with every claim, so that a worker
    -- that lost its lease can no longer say anything about the job.
    CREATE TABLE jobs (
        id {ordinal_key},
        user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('recording', 'file', 'batch')),
        client TEXT NOT NULL,
        client_recording_id TEXT,
        recorded_at {int} NOT NULL,
        place {int} NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('receiving', 'queued', 'running', 'done', 'failed', 'cancelled')),
        stage TEXT NOT NULL,
        percent {int} NOT NULL CHECK (percent BETWEEN 0 AND 100),
        request TEXT NOT NULL,
        result TEXT,
        error_code TEXT,
        error_message TEXT,
        received_bytes {int} NOT NULL,
        total_bytes {int},
        attempts {int} NOT NULL,
        generation {int} NOT NULL,
        lease_until {int},
        not_before {int} NOT NULL,
        cancel_asked {bool} NOT NULL DEFAULT {false},
        created_at {int} NOT NULL,
        started_at {int},
        finished_at {int},
        UNIQUE (user_id, client_recording_id)
    ){strict};
    CREATE INDEX jobs_of_user ON jobs (user_id, id DESC);
    CREATE INDEX jobs_open ON jobs (id) WHERE state IN ('queued', 'running');
    CREATE INDEX jobs_open_of_client ON jobs (user_id, client, place) WHERE state IN ('queued', 'running');
    CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
    ",
    "DROP TABLE jobs;"
);
