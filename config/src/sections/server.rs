//! `[server]`: the doors and how much they let in.

use std::net::SocketAddr;
use std::path::PathBuf;

section! {
    /// Where the server listens, what it keeps, and how much it lets in.
    Server "server" {
        /// Address and port of HTTP and WebSocket. Port 0 takes a free one (the address that it got is printed).
        listen: SocketAddr = "127.0.0.1:3000";
        /// Folder of everything that the server keeps: the database, logs, downloaded models. Made where it is missing.
        data_dir: PathBuf = "./data";
        /// Origins whose pages may use the API and the WebSocket from a browser (`https://voice.example.org`).
        /// The server's own page is always allowed; `*` allows every page and is refused in production.
        allowed_origins: Vec<String> = [];
        /// Threads that serve HTTP. 0 = one per core, at most 4: recognition needs the cores more.
        http_threads: u16 = 0, unit "threads", range 0..=256;
        /// Longest WebSocket frame and longest JSON message; a longer one closes the connection with code 1009.
        max_frame_bytes: u32 = 1_048_576, unit "bytes", range 4096..=8_388_608;
        /// Open connections of all people together; further ones are refused with `retry_after_ms`.
        max_connections: u32 = 5000, unit "connections", range 1..=1_000_000;
        /// Open connections of one user, or of one address where nobody is logged in.
        max_connections_per_user: u32 = 64, unit "connections", range 1..=1_000_000;
        /// A connection that sends nothing at all, not even an answer to our pings, is closed after this time.
        idle_timeout_s: u32 = 600, unit "seconds", range 5..=86_400;
        /// How often a silent connection is pinged.
        ping_interval_s: u32 = 20, unit "seconds", range 1..=3600;
        /// How long a session waits for a client whose connection broke; afterwards it cannot be resumed.
        resume_window_s: u32 = 60, unit "seconds", range 0..=86_400;
        /// At shutdown, how long running utterances may take to come to their final text.
        shutdown_drain_s: u32 = 20, unit "seconds", range 0..=3600;
        /// PEM file with the certificate chain. With `tls_key` the server speaks TLS; empty = plain HTTP.
        tls_certificate: Option<PathBuf> = "";
        /// PEM file with the private key that belongs to `tls_certificate`.
        tls_key: Option<PathBuf> = "";
    }
}
