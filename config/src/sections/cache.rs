//! `[cache]`: results that are kept for the next time.

use crate::secret::SecretUrl;

section! {
    /// Results that are kept for the next time.
    Cache "cache" {
        /// Redis that shares the cache between servers (`redis://host:6379/0`). Empty = each server has its own.
        redis_url: Option<SecretUrl> = "";
    }
}
