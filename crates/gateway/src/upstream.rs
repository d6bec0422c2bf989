//! The client towards the clouds: TLS, time limits, and the one retry there is.

use std::{error::Error, io, path::Path, sync::Arc, sync::atomic::Ordering, time::Duration};

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, PeerIncompatible, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{
    credentials::Auth, error::Refusal, limits::Limits, metrics::Metrics, resolver::Resolver,
};

type Connector = HttpsConnector<HttpConnector<Resolver>>;

/// A cloud's client.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Keeps connections; a read that meets a dead one is repeated.
    pooled: Client<Connector, Full<Bytes>>,
    /// A new connection each time: a write never meets a dead one, so it never has to be repeated.
    fresh: Client<Connector, Full<Bytes>>,
    first_byte: Duration,
    total: Duration,
    metrics: Arc<Metrics>,
}

/// One request to a service; everything in it is ours.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub uri: Uri,
    pub auth: Auth,
    /// Named headers beside the fixed ones.
    pub headers: HeaderMap,
    /// JSON, or nothing.
    pub body: Bytes,
    /// Whether the answer may take as long as a whole exchange: moving the sandbox's clock by a month is work.
    pub patient: bool,
}

impl Call {
    pub fn new(method: Method, uri: Uri) -> Self {
        Self {
            method,
            uri,
            auth: Auth::None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            patient: false,
        }
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        *headers = self.headers.clone();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        headers.insert(header::USER_AGENT, HeaderValue::from_static(AGENT));
        if !self.body.is_empty() {
            let json = HeaderValue::from_static("application/json;charset=utf-8");
            headers.insert(header::CONTENT_TYPE, json);
        }
        match &self.auth {
            Auth::None => {}
            Auth::Token(token) => {
                headers.insert("x-auth-token", token.clone());
            }
            Auth::Signature(signature) => signature.sign(&mut request, &self.body),
        }
        request
    }
}

const AGENT: &str = concat!("anchorage/", env!("CARGO_PKG_VERSION"));

impl Upstream {
    /// `ca_file` adds certification authorities to the system's.
    pub fn new(
        ca_file: Option<&Path>,
        limits: &Limits,
        metrics: Arc<Metrics>,
    ) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(file) = ca_file {
            for certificate in read_roots(file)? {
                roots
                    .add(certificate)
                    .map_err(|error| format!("{}: {error}", file.display()))?;
            }
        }
        let tls =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| error.to_string())?
                .with_root_certificates(roots)
                .with_no_client_auth();
        let mut tcp = HttpConnector::new_with_resolver(Resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(limits.connect));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let mut builder = Client::builder(TokioExecutor::new());
        builder
            .retry_canceled_requests(false)
            .http1_max_headers(100)
            .http1_max_buf_size(128 * 1024)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20));
        Ok(Self {
            pooled: builder.build(connector.clone()),
            fresh: builder.pool_max_idle_per_host(0).build(connector),
            first_byte: limits.first_byte,
            total: limits.total,
            metrics,
        })
    }

    /// Sends a call and waits for the head of its answer. Redirects are answers like any other.
    pub async fn send(&self, call: &Call) -> Result<Response<Incoming>, Refusal> {
        if call.method != Method::GET {
            return self
                .try_once(&self.fresh, call)
                .await
                .map_err(|e| e.refusal());
        }
        match self.try_once(&self.pooled, call).await {
            Err(failure) if failure.may_be_a_dead_connection() => {
                self.metrics.retries.fetch_add(1, Ordering::Relaxed);
                self.try_once(&self.fresh, call)
                    .await
                    .map_err(|e| e.refusal())
            }
            result => result.map_err(|e| e.refusal()),
        }
    }

    async fn try_once(
        &self,
        client: &Client<Connector, Full<Bytes>>,
        call: &Call,
    ) -> Result<Response<Incoming>, Failure> {
        let patience = if call.patient {
            self.total
        } else {
            self.first_byte
        };
        let answer = tokio::time::timeout(patience, client.request(call.request()))
            .await
            .map_err(|_| Failure::Late)?
            .map_err(Failure::Client)?;
        // A tunnel nobody asked for.
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Failure::Tunnel);
        }
        Ok(answer)
    }
}

#[derive(Debug)]
enum Failure {
    Late,
    Tunnel,
    Client(legacy::Error),
}

impl Failure {
    /// The connection ended before any of the answer came: a kept one may have been closed long ago.
    fn may_be_a_dead_connection(&self) -> bool {
        match self {
            Self::Client(error) if !error.is_connect() => {
                find::<hyper::Error>(error).is_none_or(|e| !e.is_parse() && !e.is_user())
            }
            _ => false,
        }
    }

    fn refusal(&self) -> Refusal {
        let error = match self {
            Self::Late => {
                tracing::warn!("no answer within the time limit");
                return Refusal::UpstreamTimeout("The service did not answer in time.");
            }
            Self::Tunnel => {
                tracing::warn!("the service switched protocols unasked");
                return Refusal::UpstreamUnreadable("it switched protocols");
            }
            Self::Client(error) => error,
        };
        tracing::warn!(error = %chain(error), "call to the service failed");
        if let Some(tls) = tls_cause(error) {
            return Refusal::UpstreamTls(tls);
        }
        if !error.is_connect() {
            return match find::<hyper::Error>(error) {
                Some(e) if e.is_parse() => Refusal::UpstreamUnreadable("it is not HTTP/1.1"),
                _ => Refusal::Unreachable("The service closed the connection without an answer."),
            };
        }
        match find::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::TimedOut) => {
                Refusal::UpstreamTimeout("The service could not be reached in time.")
            }
            Some(io::ErrorKind::ConnectionRefused) => {
                Refusal::Unreachable("The service refused the connection.")
            }
            Some(io::ErrorKind::PermissionDenied) => {
                Refusal::Unreachable("The service's name leads to an address that is not allowed.")
            }
            _ if chain(error).contains("dns") => {
                Refusal::Unreachable("The service's name could not be resolved.")
            }
            _ => Refusal::Unreachable("The service could not be reached."),
        }
    }
}

/// An error and everything behind it. An `io::Error` names what it wraps with `get_ref`; its `source` skips that.
fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| {
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => (*error).source(),
        }
    })
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    sources(error).find_map(|source| source.downcast_ref())
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let parts: Vec<String> = sources(error).map(ToString::to_string).collect();
    parts.join(": ")
}

fn tls_cause(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let tls = find::<rustls::Error>(error)?;
    Some(match tls {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "The service's certificate has expired."
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "The service's certificate is not valid yet; check this machine's clock."
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "The service's certificate is for another name."
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                "The service's certificate comes from an authority that is not trusted here."
            }
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                "The service's certificate is signed in a way that is no longer safe."
            }
            CertificateError::Revoked => "The service's certificate was revoked.",
            _ => "The service's certificate is not acceptable.",
        },
        rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        )
        | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            "The service offers only TLS 1.1 or older, which is no longer safe."
        }
        _ => "No secure connection to the service could be made.",
    })
}

/// The certificates of a PEM file.
pub fn read_roots(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = file.display();
    let read = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("cannot read certificates from {shown}: {error}"))?;
    if read.is_empty() {
        return Err(format!("{shown} holds no certificate in PEM form"));
    }
    Ok(read)
}
