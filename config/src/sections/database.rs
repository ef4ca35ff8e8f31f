//! `[database]`: where texts and people are stored.

use crate::secret::SecretUrl;

section! {
    /// Where history, people and settings are stored.
    Database "database" {
        /// `sqlite:FILE` (a relative path counts from `server.data_dir`; `sqlite::memory:` forgets everything) or
        /// `postgres://user:password@host/name`.
        url: SecretUrl = "sqlite:alfavoice.db";
        /// Connections that are kept open.
        pool_size: u32 = 10, unit "connections", range 1..=1000;
        /// How long a statement waits for a locked SQLite file, or for a free connection.
        busy_timeout_ms: u32 = 5000, unit "ms", range 1..=600_000;
    }
}
