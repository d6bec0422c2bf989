//! The session's cookie: an id of 256 random bits and nothing else.

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

use super::Key;
use crate::{app::App, hosts, secret::Secret};

const SECURE_NAME: &str = "__Host-anchorage";
/// On loopback there is no TLS, and a `__Host-` cookie needs it.
const LOOPBACK_NAME: &str = "anchorage";

/// A new id.
pub fn fresh() -> Secret {
    Secret::new(crate::random::hex::<32>())
}

/// What the store knows of an id.
pub fn key(id: &Secret) -> Key {
    Sha256::digest(id.expose()).into()
}

/// The id a request carries: well formed, and only one.
pub fn read(app: &App, headers: &HeaderMap) -> Option<Secret> {
    let name = name(secure(app, headers)?);
    let mut found: Option<&str> = None;
    for line in headers.get_all(header::COOKIE) {
        for pair in line.to_str().ok()?.split(';') {
            let Some((key, value)) = pair.trim().split_once('=') else {
                continue;
            };
            if key != name {
                continue;
            }
            // Someone may have planted a second one; nobody can tell which is ours.
            if found.is_some_and(|known| known != value) {
                return None;
            }
            found = Some(value);
        }
    }
    let id = found?;
    let well_formed = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    well_formed.then(|| Secret::new(id.to_owned()))
}

/// `Set-Cookie` for a new session.
pub fn set(app: &App, headers: &HeaderMap, id: &Secret) -> Option<HeaderValue> {
    line(secure(app, headers)?, id.expose(), "")
}

/// `Set-Cookie` that removes it.
pub fn clear(app: &App, headers: &HeaderMap) -> Option<HeaderValue> {
    line(secure(app, headers)?, "", "; Max-Age=0")
}

fn line(secure: bool, value: &str, more: &str) -> Option<HeaderValue> {
    let flag = if secure { "Secure; " } else { "" };
    let text = format!(
        "{}={value}; {flag}HttpOnly; SameSite=Strict; Path=/{more}",
        name(secure)
    );
    let mut line = HeaderValue::from_str(&text).ok()?;
    line.set_sensitive(true);
    Some(line)
}

fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { LOOPBACK_NAME }
}

fn secure(app: &App, headers: &HeaderMap) -> Option<bool> {
    hosts::of(app, headers).map(|origin| origin.secure)
}
