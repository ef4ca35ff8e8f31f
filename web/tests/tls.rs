//! TLS 1.3 from files, read again when they change.

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream, SupportedProtocolVersion};
use support::TestServer;

struct Issued {
    certificate: CertificateDer<'static>,
    pem: String,
    key: String,
}

fn issue() -> Issued {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    Issued { certificate: issued.cert.der().clone(), pem: issued.cert.pem(), key: issued.signing_key.serialize_pem() }
}

impl Issued {
    fn write(&self, folder: &Path) {
        std::fs::write(folder.join("key.pem"), &self.key).expect("a file");
        std::fs::write(folder.join("certificate.pem"), &self.pem).expect("a file");
    }
}

/// The certificate and the answer to `/healthz`, for a client that trusts these and speaks these versions.
fn ask(
    address: &str,
    trusted: &[&Issued],
    versions: &[&'static SupportedProtocolVersion],
) -> std::io::Result<(CertificateDer<'static>, String)> {
    let mut roots = RootCertStore::empty();
    for issued in trusted {
        roots.add(issued.certificate.clone()).expect("a certificate");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;
    let mut socket = TcpStream::connect(address)?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    // Some servers close without a goodbye; what came is what counts.
    let _ = stream.read_to_end(&mut answer);
    let certificate = connection.peer_certificates().and_then(<[_]>::first).cloned();
    let certificate = certificate.ok_or_else(|| std::io::Error::other("no certificate"))?;
    Ok((certificate, String::from_utf8_lossy(&answer).into_owned()))
}

#[actix_rt::test]
async fn a_new_certificate_is_served_without_a_restart_and_old_tls_never() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (issue(), issue());
    first.write(folder.path());
    let certificate = format!("server.tls_certificate={}", folder.path().join("certificate.pem").display());
    let key = format!("server.tls_key={}", folder.path().join("key.pem").display());
    let server = TestServer::start_unready(&[&certificate, &key], &[]);
    let tls13 = [&rustls::version::TLS13];
    let (served, answer) = ask(&server.address, &[&first], &tls13).expect("an answer");
    assert_eq!(served, first.certificate);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security"), "{answer}");
    assert!(ask(&server.address, &[&first], &[&rustls::version::TLS12]).is_err(), "TLS 1.2 is refused");

    // Half a change leaves the old one in place.
    std::fs::write(folder.path().join("certificate.pem"), &second.pem).expect("a file");
    assert_eq!(ask(&server.address, &[&first, &second], &tls13).expect("an answer").0, first.certificate);
    second.write(folder.path());
    let start = Instant::now();
    loop {
        let (served, _) = ask(&server.address, &[&first, &second], &tls13).expect("an answer");
        if served == second.certificate {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "the new certificate never came");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
