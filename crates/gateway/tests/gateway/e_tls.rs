//! E12: clouds whose certificate cannot be trusted. There is no way to go on with one.

use std::sync::Arc;

use gateway::{config::CloudConfig, endpoint::Endpoint};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::support::{self, READ, Upstream, cookie_of};

/// A certification authority of the test's own.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn authority() -> Authority {
    let mut about = CertificateParams::new(Vec::<String>::new()).unwrap();
    about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = about.self_signed(&key).unwrap().pem();
    Authority {
        pem,
        issuer: Issuer::new(about, key),
    }
}

/// A certificate for `name`, valid from and to the first of January of these years.
fn acceptor(authority: &Authority, name: &str, years: (i32, i32)) -> TlsAcceptor {
    let mut about = CertificateParams::new(vec![name.to_owned()]).unwrap();
    about.not_before = date_time_ymd(years.0, 1, 1);
    about.not_after = date_time_ymd(years.1, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = about.signed_by(&key, &authority.issuer).unwrap();
    presenting(certificate.der().clone(), key.serialize_der())
}

/// A server with this certificate and its key.
fn presenting(certificate: CertificateDer<'static>, key: Vec<u8>) -> TlsAcceptor {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// TLS in front of a cloud; returns the port.
async fn front(acceptor: TlsAcceptor, upstream: &Upstream) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, behind) = (listener.local_addr().unwrap().port(), upstream.address);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut secure) = acceptor.accept(stream).await else {
                    return;
                };
                let mut plain = TcpStream::connect(behind).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut secure, &mut plain).await;
            });
        }
    });
    port
}

async fn sign_in_over(trusted: &str, acceptor: TlsAcceptor) -> (support::Setup, support::Reply) {
    let upstream = Upstream::start().await;
    let port = front(acceptor, &upstream).await;
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, trusted).unwrap();
    let cloud = CloudConfig {
        id: "secure".to_owned(),
        label: "Secure".to_owned(),
        auth_url: Endpoint::parse(&format!("https://localhost:{port}/v3")).unwrap(),
        region: String::new(),
        ca_file: Some(ca_file),
        ways: Default::default(),
        endpoints: Default::default(),
    };
    let setup = support::start_cloud(upstream, cloud, |_| {}).await;
    let body = "{\"domain\":\"acme\",\"user\":\"demo\",\"password\":\"right\"}";
    let reply = setup.change("POST", "/session", "", body).await;
    (setup, reply)
}

#[tokio::test]
async fn e12_a_trusted_certificate_is_accepted() {
    let ours = authority();
    let (setup, reply) = sign_in_over(&ours.pem, acceptor(&ours, "localhost", (2020, 2100))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(setup.get(READ, &cookie_of(&reply)).await.status, 200);
}

async fn refused(acceptor: TlsAcceptor, trusted: &Authority, cause: &str) {
    refused_by(acceptor, &trusted.pem, cause).await;
}

async fn refused_by(acceptor: TlsAcceptor, trusted: &str, cause: &str) {
    let (setup, reply) = sign_in_over(trusted, acceptor).await;
    assert_eq!(
        (reply.status, reply.code()),
        (502, "Gateway.0018".to_owned()),
        "{reply:?}"
    );
    let message = reply.json()["error_msg"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(message.contains(cause), "{message}");
    assert!(
        setup.upstream.state().recorded.is_empty(),
        "no password was sent"
    );
    let id = reply.header("x-request-id").unwrap();
    let log = support::logs::text();
    assert!(
        log.lines()
            .any(|line| line.contains(id) && line.contains("Gateway.0018"))
    );
}

#[tokio::test]
async fn e12_an_expired_certificate() {
    let ours = authority();
    refused(acceptor(&ours, "localhost", (2019, 2020)), &ours, "expired").await;
}

#[tokio::test]
async fn e12_a_certificate_that_is_not_valid_yet() {
    let ours = authority();
    refused(
        acceptor(&ours, "localhost", (2090, 2100)),
        &ours,
        "not valid yet",
    )
    .await;
}

#[tokio::test]
async fn e12_a_certificate_for_another_name() {
    let ours = authority();
    refused(
        acceptor(&ours, "evil.example", (2020, 2100)),
        &ours,
        "another name",
    )
    .await;
}

#[tokio::test]
async fn e12_a_certificate_of_an_unknown_authority() {
    let stranger = authority();
    refused(
        acceptor(&stranger, "localhost", (2020, 2100)),
        &authority(),
        "not trusted",
    )
    .await;
}

/// Two certificates of one authority for one key, made with `openssl x509 -req -sha1` and `-sha256`: no library of ours
/// signs with SHA-1 any more.
#[tokio::test]
async fn e12_a_certificate_signed_with_sha_1() {
    const AUTHORITY: &str = include_str!("sha1/ca.pem");
    let key = include_bytes!("sha1/leaf.key.der").to_vec();
    let safe = CertificateDer::from(&include_bytes!("sha1/leaf-sha256.der")[..]);
    let (_, reply) = sign_in_over(AUTHORITY, presenting(safe, key.clone())).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let unsafe_one = CertificateDer::from(&include_bytes!("sha1/leaf-sha1.der")[..]);
    refused_by(presenting(unsafe_one, key), AUTHORITY, "no longer safe").await;
}

#[tokio::test]
async fn e12_something_that_is_not_tls() {
    let upstream = Upstream::start().await;
    let url = format!("https://localhost:{}/v3", upstream.address.port());
    let short = std::time::Duration::from_millis(300);
    let setup = support::start_for(upstream, &url, |limits| limits.first_byte = short).await;
    let body = "{\"domain\":\"acme\",\"user\":\"demo\",\"password\":\"right\"}";
    let reply = setup.change("POST", "/session", "", body).await;
    assert_eq!(
        (reply.status, reply.code()),
        (504, "Gateway.0019".to_owned())
    );
    assert!(setup.upstream.state().recorded.is_empty());
}

/// A `ServerHello` for this version of TLS (RFC 5246 section 7.4.1.3), with a cipher suite of its time.
fn server_hello(version: [u8; 2]) -> Vec<u8> {
    let [major, minor] = version;
    let mut hello = vec![0x02, 0, 0, 38, major, minor];
    hello.extend([0x5a; 32]);
    // No session id, ECDHE_RSA_WITH_AES_128_CBC_SHA, no compression.
    hello.extend([0, 0xc0, 0x13, 0]);
    let mut record = vec![0x16, major, minor, 0, hello.len() as u8];
    record.extend(hello);
    record
}

#[tokio::test]
async fn e12_tls_that_is_no_longer_safe_is_refused() {
    let alert = vec![0x15, 3, 1, 0, 2, 2, 70];
    for (name, answer) in [
        ("TLS 1.1", server_hello([3, 2])),
        ("TLS 1.0", server_hello([3, 1])),
        ("SSL 3", server_hello([3, 0])),
        ("a server that ends it itself", alert),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 5];
            stream.read_exact(&mut hello).await.unwrap();
            let mut rest = vec![0; usize::from(hello[3]) * 256 + usize::from(hello[4])];
            stream.read_exact(&mut rest).await.unwrap();
            stream.write_all(&answer).await.unwrap();
            let mut heard = Vec::new();
            let _ = stream.read_to_end(&mut heard).await;
            heard
        });
        let url = format!("https://localhost:{port}/v3");
        let setup = support::start_for(Upstream::start().await, &url, |_| {}).await;
        let body = "{\"domain\":\"acme\",\"user\":\"demo\",\"password\":\"right\"}";
        let reply = setup.change("POST", "/session", "", body).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (502, "Gateway.0018"),
            "{name}: {reply:?}"
        );
        assert!(
            reply.body.contains("TLS 1.1 or older"),
            "{name}: {}",
            reply.body
        );
        // At most an alert (RFC 5246 section 7.2): nothing of the sign-in was sent.
        let heard = heard.await.unwrap();
        assert!(heard.len() <= 7, "{name}: {}", heard.escape_ascii());
    }
}
