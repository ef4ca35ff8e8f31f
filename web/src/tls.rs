//! TLS: the cryptography, and certificates that are read again when their files change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use config::Settings;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tracing::{error, info};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Chooses ring for the whole process; two libraries are linked, and rustls will not guess between them. Harmless when
/// called again.
pub fn choose_provider() {
    let _ = ring::default_provider().install_default();
}

/// TLS 1.3 with the certificate of the settings; none where they name none.
pub fn server_config(settings: &Settings) -> anyhow::Result<Option<ServerConfig>> {
    let (Some(certificate), Some(key)) = (&settings.server.tls_certificate, &settings.server.tls_key) else {
        return Ok(None);
    };
    let files = Files { certificate: certificate.clone(), key: key.clone() };
    let current = Arc::new(Current { key: RwLock::new(files.read()?) });
    actix_web::rt::spawn(keep_up(files, Arc::clone(&current)));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .context("TLS 1.3 is not available")?
        .with_no_client_auth()
        .with_cert_resolver(current);
    Ok(Some(config))
}

/// The certificate of new connections; running ones keep theirs.
#[derive(Debug)]
struct Current {
    key: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn read(&self) -> anyhow::Result<Arc<CertifiedKey>> {
        let of = |path: &Path| format!("`{}`", path.display());
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&self.certificate)
            .with_context(|| of(&self.certificate))?
            .collect::<Result<_, _>>()
            .with_context(|| of(&self.certificate))?;
        anyhow::ensure!(!chain.is_empty(), "{} has no certificate in it", of(&self.certificate));
        let key = PrivateKeyDer::from_pem_file(&self.key).with_context(|| of(&self.key))?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider())
            .with_context(|| format!("{} and {} cannot be used together", of(&self.certificate), of(&self.key)))?;
        Ok(Arc::new(key))
    }

    fn changed_at(&self) -> Option<(SystemTime, SystemTime)> {
        let at = |path: &Path| std::fs::metadata(path).and_then(|facts| facts.modified()).ok();
        at(&self.certificate).zip(at(&self.key))
    }
}

/// Reads the files again when they change. What cannot be read leaves the old certificate in place.
async fn keep_up(files: Files, current: Arc<Current>) {
    let mut known = files.changed_at();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = files.changed_at();
        if now.is_none() || now == known {
            continue;
        }
        match files.read() {
            Ok(key) => {
                *current.key.write().unwrap_or_else(PoisonError::into_inner) = key;
                known = now;
                info!("the certificate was read again");
            }
            // Perhaps only one of the two files is written yet: it is tried again.
            Err(error) => error!(error = format!("{error:#}"), "the new certificate cannot be used; the old one stays"),
        }
    }
}
