//! `[limits]`: how much one person may ask for.

use std::net::IpAddr;

section! {
    /// How much one person may ask for, at once and in a month.
    Limits "limits" {
        /// Requests of one user per second, on the average of a few seconds. 0 = no limit.
        requests_per_second: u32 = 20, unit "requests", range 0..=100_000;
        /// Requests from one address per second, whoever makes them. 0 = no limit.
        requests_per_second_of_address: u32 = 100, unit "requests", range 0..=100_000;
        /// Sound that one user may have transcribed in a month. 0 = no limit.
        audio_minutes_per_month: u32 = 0, unit "minutes", range 0..=1_000_000;
        /// Tokens that language models may make for one user in a month. 0 = no limit.
        llm_tokens_per_month: u32 = 0, unit "tokens", range 0..=2_000_000_000;
        /// Sound that is kept for one user. 0 = no limit.
        storage_mb: u32 = 0, unit "MiB", range 0..=100_000_000;
        /// Largest recording that can be uploaded.
        recording_mb: u32 = 1024, unit "MiB", range 1..=100_000;
        /// Uploaded recordings that are transcribed at the same time; the others wait. Live speech goes before all of them.
        recordings_at_once: u32 = 2, unit "recordings", range 1..=64;
        /// Proxies whose `X-Forwarded-For` is believed, such as `10.0.0.7`. For all others the address of the
        /// connection counts.
        trusted_proxies: Vec<IpAddr> = [];
    }
}
