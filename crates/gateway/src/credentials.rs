//! How a call shows for whom it is made: a token, or a signature with the person's own keys.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use bytes::Bytes;
use contract::{operations::Service, time::Timestamp};
use http_body_util::Full;
use signing::{Authorization, Message, Scheme};

use crate::secret::Secret;

/// What a call carries.
#[derive(Debug, Clone, Default)]
pub enum Auth {
    /// Signing in, and the sandbox's controls.
    #[default]
    None,
    /// `X-Auth-Token`.
    Token(HeaderValue),
    /// `Authorization: SDK-HMAC-SHA256 …`, made when the call is sent.
    Signature(Signature),
}

/// An access key, its secret, and the security token of a temporary pair.
pub struct Keys {
    access: String,
    secret: Secret,
    security_token: Option<Secret>,
}

impl Keys {
    /// Nothing when one of them holds what no header may hold.
    pub fn new(access: &str, secret: Secret, security_token: Option<Secret>) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        let good = !access.is_empty() && access.bytes().all(plain) && !secret.expose().is_empty();
        let token_fits = security_token
            .as_ref()
            .is_none_or(|token| token.to_header().is_some());
        (good && token_fits).then(|| Self {
            access: access.to_owned(),
            secret,
            security_token,
        })
    }

    /// The access key, which is no secret.
    pub fn access(&self) -> &str {
        &self.access
    }

    pub fn are_temporary(&self) -> bool {
        self.security_token.is_some()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// The two incompatible forms of one algorithm (`signing::Scheme`); some services take only one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    Plain,
    Scoped,
}

impl Variant {
    pub const ALL: [Self; 2] = [Self::Plain, Self::Scoped];

    pub fn other(self) -> Self {
        match self {
            Self::Plain => Self::Scoped,
            Self::Scoped => Self::Plain,
        }
    }
}

/// A session's keys, and which variant each service was found to take.
#[derive(Debug)]
pub struct Keychain {
    pub keys: Arc<Keys>,
    /// What the identity service took.
    usual: Variant,
    learnt: Mutex<BTreeMap<&'static str, Variant>>,
}

impl Keychain {
    pub fn new(keys: Arc<Keys>, usual: Variant) -> Self {
        Self {
            keys,
            usual,
            learnt: Mutex::default(),
        }
    }

    /// For the identity service, about one project.
    pub fn for_project(&self, project_id: &str, at: Timestamp) -> Signature {
        Signature {
            keys: self.keys.clone(),
            variant: self.usual,
            project: Some(project_id.to_owned()),
            at,
        }
    }

    pub fn variant(&self, service: Service) -> Variant {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.get(service.word()).copied().unwrap_or(self.usual)
    }

    pub fn learn(&self, service: Service, variant: Variant) {
        let mut learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.insert(service.word(), variant);
    }
}

/// Everything a signature needs beside the request itself.
#[derive(Debug, Clone)]
pub struct Signature {
    pub keys: Arc<Keys>,
    pub variant: Variant,
    /// For services of a project; the identity service is asked without.
    pub project: Option<String>,
    /// This machine's time. Services refuse what is more than 15 minutes from theirs.
    pub at: Timestamp,
}

impl Signature {
    /// Signs a request that is complete but for what a signature adds.
    pub fn sign(&self, request: &mut Request<Full<Bytes>>, body: &[u8]) {
        if let Err(why) = self.try_sign(request, body) {
            // The service will refuse it as unsigned, which is said to the person.
            tracing::error!(why, "a request could not be signed");
        }
    }

    fn try_sign(
        &self,
        request: &mut Request<Full<Bytes>>,
        body: &[u8],
    ) -> Result<(), &'static str> {
        let date = signing::date_text(self.at.seconds()).ok_or("this machine's clock")?;
        let uri = request.uri().clone();
        let host = uri.authority().ok_or("no host")?.as_str();
        // Nothing may be left to the client: what it adds later would not be covered.
        let mut added = HeaderMap::new();
        insert(&mut added, header::HOST, without_default_port(&uri, host))?;
        insert(&mut added, HeaderName::from_static("x-sdk-date"), &date)?;
        let mut about = HeaderMap::new();
        if let Some(project) = &self.project {
            insert(&mut about, HeaderName::from_static("x-project-id"), project)?;
        }
        if let Some(token) = &self.keys.security_token {
            let token = token.to_header().ok_or("the security token")?;
            about.insert("x-security-token", token);
        }
        // Clients of the scoped variant add these two after signing, those of the plain one before.
        let signs_about = self.variant == Variant::Plain;
        let mut signed: Vec<(&str, &str)> = Vec::new();
        let covered = [header::CONTENT_TYPE];
        let present = request
            .headers()
            .iter()
            .filter(|(n, _)| covered.contains(n));
        let about_signed = about.iter().filter(|_| signs_about);
        for (name, value) in present.chain(&added).chain(about_signed) {
            signed.push((name.as_str(), value.to_str().map_err(|_| "a header")?));
        }
        let message = Message {
            method: request.method().as_str(),
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            headers: &signed,
            body,
        };
        let scheme = match self.variant {
            Variant::Plain => Scheme::Plain,
            Variant::Scoped => Scheme::scoped(&date),
        };
        let (access, secret) = (self.keys.access(), self.keys.secret.expose());
        let made = Authorization::sign(access, secret, scheme, &message)
            .map_err(|_| "the signature cannot be made")?;
        let mut value = HeaderValue::from_str(&made.to_string()).map_err(|_| "the access key")?;
        value.set_sensitive(true);
        let headers = request.headers_mut();
        headers.extend(added);
        headers.extend(about);
        headers.insert(header::AUTHORIZATION, value);
        Ok(())
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), &'static str> {
    let value = HeaderValue::from_str(value).map_err(|_| "a header")?;
    headers.insert(name, value);
    Ok(())
}

/// `Host` as clients send it and services check it.
fn without_default_port<'a>(uri: &axum::http::Uri, host: &'a str) -> &'a str {
    let default = match uri.scheme_str() {
        Some("https") => ":443",
        _ => ":80",
    };
    host.strip_suffix(default).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(variant: Variant, body: &'static str) -> Request<Full<Bytes>> {
        let keys = Keys::new(
            "AKEXAMPLE0123456789A",
            Secret::new("SKexample0123456789abcdef0123456789ABCDEF".to_owned()),
            (!body.is_empty()).then(|| Secret::new("STSEXAMPLE".to_owned())),
        );
        let signature = Signature {
            keys: Arc::new(keys.unwrap()),
            variant,
            project: Some("0605767a1b80d5ee2fb4c00950e4ae11".to_owned()),
            at: Timestamp::from_seconds(1_894_695_330),
        };
        let path = "/v3/0605767a1b80d5ee2fb4c00950e4ae11/vaults";
        let (method, query, kind) = match body {
            "" => ("GET", "?limit=2&name=my%20vault&status=available", None),
            _ => ("POST", "", Some("application/json;charset=utf-8")),
        };
        let mut request = Request::new(Full::new(Bytes::from_static(body.as_bytes())));
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = format!("http://127.0.0.1:8080{path}{query}")
            .parse()
            .unwrap();
        if let Some(kind) = kind {
            request
                .headers_mut()
                .insert("content-type", kind.parse().unwrap());
        }
        request
            .headers_mut()
            .insert("accept", "application/json".parse().unwrap());
        signature.sign(&mut request, body.as_bytes());
        request
    }

    /// Vector V2 of iam-v3 section 7.4: a POST with a temporary key, variant A.
    #[test]
    fn the_documented_request_gets_the_documented_signature() {
        let body = r#"{"vault":{"name":"v1","resources":[],"billing":{"consistent_level":"crash_consistent","object_type":"server","protect_type":"backup","size":40}}}"#;
        let request = signed(Variant::Plain, body);
        assert_eq!(
            request.headers()["authorization"],
            "SDK-HMAC-SHA256 Access=AKEXAMPLE0123456789A, \
             SignedHeaders=content-type;host;x-project-id;x-sdk-date;x-security-token, \
             Signature=8939f2b98d7e68ccebab13dfc1204f85f7e7bc5b33fcb347680d2ce2270847dc"
        );
        assert!(request.headers()["authorization"].is_sensitive());
        assert!(request.headers()["x-security-token"].is_sensitive());
    }

    #[test]
    fn the_scoped_variant_adds_the_project_after_signing() {
        let request = signed(Variant::Scoped, "");
        let line = request.headers()["authorization"].to_str().unwrap();
        let scope = "Credential=AKEXAMPLE0123456789A/20300115///sdk_request, SignedHeaders=host;x-sdk-date,";
        assert!(line.contains(scope), "{line}");
        assert!(request.headers().contains_key("x-project-id"));
    }

    #[test]
    fn keys_that_fit_in_no_header_are_none() {
        let secret = || Secret::new("s".to_owned());
        assert!(Keys::new("AK", secret(), None).is_some());
        for access in ["", "A K", "AK\r\nX: 1", "AK,Signature=1", "é"] {
            assert!(Keys::new(access, secret(), None).is_none(), "{access:?}");
        }
        let token = Secret::new("a\nb".to_owned());
        assert!(Keys::new("AK", secret(), Some(token)).is_none());
        assert!(Keys::new("AK", Secret::new(String::new()), None).is_none());
    }
}
