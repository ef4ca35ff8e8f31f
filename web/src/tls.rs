//! Which cryptography TLS uses.

/// Chooses ring for the whole process; two libraries are linked, and rustls will not guess between them. Harmless when
/// called again.
pub fn choose_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
