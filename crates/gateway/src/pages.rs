//! Every address that is no interface of ours: a file of the console, or the console itself, which routes on its own.

use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::{app::App, error::Refusal, session, sign_in};

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Anchorage</title>\n\
    <h1>The console has not been built</h1>\n<p>This gateway runs, but it was started without the console's files. \
    Build them with <code>cargo xtask build</code> and start it again, or use <code>cargo xtask run</code>, \
    which does both.</p>\n</html>\n";

pub async fn page(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path();
    if !matches!(method, Method::GET | Method::HEAD) {
        return Refusal::MethodNotAllowed.into_response();
    }
    if app.site.has(path) {
        return app.site.answer(path, &method, &headers);
    }
    let first = path.split('/').nth(1).unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let interface = ["api", "assets", "audit", "session", "sandbox"].contains(&first);
    if interface || last.contains('.') {
        return Refusal::NoSuchPage.into_response();
    }
    if wants_a_page_unsigned(&app, &headers) {
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        return match sign_in::safe_next(target) {
            "/" => Redirect::to("/sign-in").into_response(),
            next => Redirect::to(&format!("/sign-in?next={}", encoded(next))).into_response(),
        };
    }
    if !app.site.has_console() {
        let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
        return (StatusCode::SERVICE_UNAVAILABLE, [kind], NOT_BUILT).into_response();
    }
    app.site.page(path, &method, &headers)
}

/// A person opens an address without being signed in. A link from another site carries no cookie even when they
/// are (SameSite=Strict), so then the console finds out by itself.
fn wants_a_page_unsigned(app: &App, headers: &HeaderMap) -> bool {
    let is = |name, values: &[&str]| {
        headers
            .get(name)
            .is_some_and(|v| values.iter().any(|x| v == x))
    };
    is("sec-fetch-mode", &["navigate"])
        && is("sec-fetch-site", &["none", "same-origin"])
        && session::of(app, headers).is_err()
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    contract::operations::push_encoded(&mut out, text);
    out
}
