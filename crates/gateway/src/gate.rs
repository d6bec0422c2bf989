//! What every request must be before any route sees it: readable, plain, addressed to us, and, when it changes
//! something, sent by the console's own page.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::session::CONSOLE_HEADER;

use crate::{app::App, connection::Unreadable, error::Refusal, hosts, hosts::Origin};

/// The second layer, inside the envelope.
pub async fn gate(State(app): State<App>, request: Request, next: Next) -> Response {
    match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(app: &App, request: &Request) -> Result<(), Refusal> {
    if let Some(Unreadable(status)) = request.extensions().get() {
        return Err(Refusal::Malformed(*status, unreadable(*status)));
    }
    let target = request.uri().path_and_query().map_or("", |t| t.as_str());
    if !is_plain(target) {
        return Err(Refusal::Malformed(
            StatusCode::BAD_REQUEST,
            "The address is not one this server has.",
        ));
    }
    let method = request.method();
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
    ];
    if !known.contains(method) {
        return Err(Refusal::MethodNotAllowed);
    }
    let origin = hosts::of(app, request.headers()).ok_or(Refusal::WrongHost)?;
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let path = request.uri().path();
    if !reads {
        same_origin(request.headers(), &origin)?;
        let form = path == "/sign-in" && *method == Method::POST;
        if !form && !request.headers().contains_key(CONSOLE_HEADER) {
            return Err(Refusal::CrossSite);
        }
    } else if is_data(path) {
        fetched_by_the_console(request.headers())?;
    }
    Ok(())
}

/// No part of the path that anything behind us could read as another path. Only the path: a query is data.
fn is_plain(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    let lower = path.to_ascii_lowercase();
    let disguised = [
        "%2e", "%2f", "%5c", "%25", "%00", "%0d", "%0a", "%09", "%c0", "%c1", "%e0%80",
    ];
    path.starts_with('/')
        && !path.contains("//")
        && !path.contains(['\\', ';', '#'])
        && !path.split('/').any(|part| part == "." || part == "..")
        && !disguised.iter().any(|code| lower.contains(code))
}

/// The browser says where a request comes from; a page cannot forge it.
fn same_origin(headers: &HeaderMap, ours: &Origin) -> Result<(), Refusal> {
    let site = headers.get("sec-fetch-site");
    let origin = headers.get(header::ORIGIN);
    let by_us = site.is_none_or(|site| site == "same-origin")
        && origin.is_none_or(|origin| origin == ours.text.as_str())
        && headers.get_all(header::ORIGIN).iter().count() <= 1
        && (site.is_some() || origin.is_some());
    if by_us {
        Ok(())
    } else {
        Err(Refusal::CrossSite)
    }
}

fn is_data(path: &str) -> bool {
    ["/api/", "/audit/", "/session"]
        .into_iter()
        .any(|prefix| path.starts_with(prefix))
}

/// Data is fetched by script; a tab, a frame or an image that asks for it is no one we know.
fn fetched_by_the_console(headers: &HeaderMap) -> Result<(), Refusal> {
    let is = |name, allowed: &[&str]| {
        headers
            .get(name)
            .is_none_or(|value| allowed.iter().any(|known| value == known))
    };
    if is("sec-fetch-dest", &["empty"]) && is("sec-fetch-site", &["same-origin", "none"]) {
        Ok(())
    } else {
        Err(Refusal::CrossSite)
    }
}

fn unreadable(status: StatusCode) -> &'static str {
    match status {
        StatusCode::REQUEST_TIMEOUT => "The request did not arrive in time.",
        StatusCode::URI_TOO_LONG => "The address is longer than 8 KB.",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "The request's headers are larger than 16 KB or more than 100."
        }
        _ => "The request is not valid HTTP/1.1.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_disguise_are_not_plain() {
        for path in [
            "/api/../etc/passwd",
            "/api/%2e%2e/x",
            "/api/..%2f..%2fadmin",
            "/api/%252e%252e/admin",
            "/api//evil.example/x",
            "//evil.example",
            "/api/..\\..\\admin",
            "/api/p%00.json",
            "/api/p%0d%0aX-Injected:1",
            "/api/..;/admin",
            "/api/%c0%ae%c0%ae/",
            "/./x",
            "",
        ] {
            assert!(!is_plain(path), "{path}");
        }
        for path in [
            "/",
            "/p/a/backups?name=..%2f&x=//",
            "/assets/app-1.0.js",
            "/p/%C3%A9",
        ] {
            assert!(is_plain(path), "{path}");
        }
    }

    #[test]
    fn d02_origins_are_compared_exactly() {
        let ours = Origin {
            text: "http://127.0.0.1:8080".to_owned(),
            secure: false,
        };
        let check = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().unwrap());
            }
            same_origin(&headers, &ours).is_ok()
        };
        assert!(check(&[("origin", "http://127.0.0.1:8080")]));
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        for refused in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "null"), ("sec-fetch-site", "same-origin")],
            &[("origin", "http://127.0.0.1:8080.evil.example")],
            &[("origin", "https://127.0.0.1:8080")],
            &[("origin", "http://127.0.0.1")],
            &[
                ("origin", "http://127.0.0.1:8080"),
                ("sec-fetch-site", "cross-site"),
            ],
            &[
                ("origin", "http://127.0.0.1:8080"),
                ("sec-fetch-site", "same-site"),
            ],
            &[
                ("origin", "http://127.0.0.1:8080"),
                ("origin", "http://evil.example"),
            ],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(!check(refused), "{refused:?}");
        }
    }
}
