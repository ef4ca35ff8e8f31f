//! `[cache]`: results that are kept for the next time.

use crate::secret::SecretUrl;

section! {
    /// Results that are kept for the next time.
    Cache "cache" {
        /// Memory for clean-ups that were made before. 0 = none is kept.
        memory_mb: u32 = 16, unit "MiB", range 0..=65_536;
        /// How long a clean-up is kept.
        clean_ttl_s: u32 = 3600, unit "s", range 1..=2_592_000;
        /// Redis that shares the cache between servers (`redis://host:6379/0`). Empty = each server has its own.
        redis_url: Option<SecretUrl> = "";
    }
}
