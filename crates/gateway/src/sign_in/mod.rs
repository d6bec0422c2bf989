//! Signing in: the page that needs no script, the limits on guessing, and what happens when it succeeds.

mod accept;
mod next;
mod page;
mod throttle;

use std::{net::IpAddr, sync::Arc, sync::atomic::Ordering};

use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use contract::session::SignIn;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use self::{
    accept::Credentials,
    page::{Page, Way},
};
pub use self::{
    next::safe_next,
    page::{EARLY, STYLE},
    throttle::Throttle,
};
use crate::{
    app::App,
    body,
    connection::Peer,
    envelope::RequestId,
    error::Refusal,
    hosts,
    session::{self, Session, cookie},
};

/// Largest form: a security token, every byte of it encoded, and the other fields.
const FORM: usize = 3 * (accept::SECURITY_TOKEN + 8 * 256);

/// A successful sign-in.
pub struct Entered {
    pub session: Arc<Session>,
    pub cookie: HeaderValue,
}

/// Asks the cloud, makes a session with a new id, and ends the one the browser had.
pub async fn enter(
    app: &App,
    peer: IpAddr,
    headers: &HeaderMap,
    with: &SignIn,
    request: &RequestId,
) -> Result<Entered, Refusal> {
    let cloud = app.cloud(&with.cloud).ok_or(Refusal::WrongSignIn)?;
    let credentials = Credentials::of(with, cloud)?;
    let who = pseudonym(&credentials.who(cloud));
    let attempt = app
        .throttle
        .begin(&who, address(app, peer, headers))
        .inspect_err(|refusal| {
            tracing::warn!(id = %request, user = %who, code = refusal.code(), "sign-in held back");
        })?;
    let accepted = match credentials.present(app, cloud).await {
        Ok(accepted) => accepted,
        Err(refusal) => {
            app.metrics.sign_ins_refused.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(id = %request, user = %who, code = refusal.code(), "sign-in refused");
            // What is not the person's fault is not counted against them.
            if !matches!(refusal, Refusal::WrongSignIn | Refusal::WrongKeys) {
                attempt.undo();
            }
            return Err(refusal);
        }
    };
    let id = cookie::fresh();
    let session = Session::begin(app, cloud.clone(), accepted, cookie::key(&id));
    attempt.succeeded();
    if let Some(old) = cookie::read(app, headers) {
        app.sessions.remove(&cookie::key(&old));
    }
    app.metrics.sign_ins.fetch_add(1, Ordering::Relaxed);
    tracing::info!(id = %request, user = %pseudonym(&session.user_id), "signed in");
    Ok(Entered {
        session: app.sessions.insert(session),
        cookie: cookie::set(app, headers, &id).ok_or(Refusal::WrongHost)?,
    })
}

/// Where a person is: behind the TLS proxy of the public address, which runs on this machine, the proxy says it.
fn address(app: &App, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let proxied = peer.is_loopback() && hosts::of(app, headers).is_some_and(|ours| ours.secure);
    let said = headers.get_all("x-forwarded-for").iter().next_back();
    // The last entry is the proxy's own; those before it are whatever the client wrote.
    let last = said.and_then(|line| line.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    last.filter(|_| proxied).unwrap_or(peer)
}

/// How a user appears in the log: the same for the same person, and nothing to read.
pub fn pseudonym(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..6])
}

/// `GET /sign-in`
pub async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let fields = form_fields(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let field = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map_or("", |(_, value)| value)
    };
    let next = safe_next(field("next"));
    if session::of(&app, &headers).is_ok() {
        return Redirect::to(next).into_response();
    }
    let page = Page {
        app: &app,
        way: Way::from_word(field("with")),
        with: &SignIn::default(),
        next,
        refusal: None,
    };
    form_page(StatusCode::OK, &page)
}

/// `POST /sign-in`
pub async fn submit(
    State(app): State<App>,
    Extension(Peer(peer)): Extension<Peer>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], HeaderValue::as_bytes);
    if !kind.starts_with(b"application/x-www-form-urlencoded") {
        return Err(Refusal::WrongMediaType);
    }
    let bytes = body::read(body, FORM, &app.limits).await?;
    let malformed = Refusal::Malformed(StatusCode::BAD_REQUEST, "The form is not readable.");
    let fields = form_fields(&bytes).ok_or(malformed.clone())?;
    drop(bytes);
    let mut with = SignIn::default();
    let mut way = Way::Password;
    let mut next = "/".to_owned();
    for (name, value) in fields {
        match name.as_str() {
            "cloud" => with.cloud = value,
            "domain" => with.domain = value,
            "user" => with.user = value,
            "password" => with.password = value,
            "project" => with.project = value,
            "access_key" => with.access_key = value,
            "secret_key" => with.secret_key = value,
            "security_token" => with.security_token = value,
            "with" => way = Way::from_word(&value),
            "next" => safe_next(&value).clone_into(&mut next),
            _ => return Err(malformed),
        }
    }
    let entered = enter(&app, peer.ip(), &headers, &with, &id).await;
    forget_secrets(&mut with);
    match entered {
        Ok(entered) => {
            let cookie = [(header::SET_COOKIE, entered.cookie)];
            Ok((cookie, Redirect::to(&next)).into_response())
        }
        Err(refusal) => {
            let page = Page {
                app: &app,
                way,
                with: &with,
                next: &next,
                refusal: Some((&refusal, &id)),
            };
            let mut response = form_page(refusal.status(), &page);
            if let Refusal::TooManyTries(wait) = refusal {
                let seconds = HeaderValue::from(wait.as_secs().max(1));
                response.headers_mut().insert(header::RETRY_AFTER, seconds);
            }
            Ok(response)
        }
    }
}

/// With `no-referrer` a browser would send `Origin: null` with the form, and we could not tell whose it is.
fn form_page(status: StatusCode, page: &Page) -> Response {
    let policy = [(header::REFERRER_POLICY, "same-origin")];
    (status, policy, Html(page.render())).into_response()
}

/// Wipes what was typed and must not stay.
pub fn forget_secrets(with: &mut SignIn) {
    with.password.zeroize();
    with.secret_key.zeroize();
    with.security_token.zeroize();
}

/// `application/x-www-form-urlencoded`; nothing when it is not UTF-8 or names a field twice.
fn form_fields(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let decode = |part: &str| {
        let spaced = part.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&spaced)
            .decode_utf8()
            .ok()?;
        Some(decoded.into_owned())
    };
    let mut fields: Vec<(String, String)> = Vec::new();
    for pair in std::str::from_utf8(bytes)
        .ok()?
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        if fields.iter().any(|(known, _)| *known == name) {
            return None;
        }
        fields.push((name, value));
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_as_browsers_write_them() {
        let fields = form_fields(b"user=a+b&password=%C3%A9%26%3D&project=").unwrap();
        let pairs: Vec<_> = fields
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [("user", "a b"), ("password", "é&="), ("project", "")]
        );
        assert_eq!(form_fields(b"a=1&a=2"), None);
        assert_eq!(form_fields(b"a=%ff"), None);
        assert_eq!(form_fields(b""), Some(vec![]));
    }
}
