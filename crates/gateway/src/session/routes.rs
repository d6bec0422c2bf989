//! `/session` and `/clouds`: what the console asks about itself.

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::session::{SERVICE_DATE_HEADER, SignIn, SignInKind};

use super::{Session, cookie};
use crate::{
    app::App, body, cloud::http_date, connection::Peer, envelope::RequestId, error::Refusal,
    identity, session, sign_in,
};

/// `GET /clouds`
pub async fn clouds(State(app): State<App>) -> Response {
    let clouds: Vec<_> = app.clouds.iter().map(|cloud| cloud.info()).collect();
    Json(clouds).into_response()
}

/// `GET /session`
pub async fn show(State(app): State<App>, headers: HeaderMap) -> Response {
    match session::of(&app, &headers) {
        Ok(session) => about(&app, &session).into_response(),
        Err(refusal) => ended(&app, &headers, refusal),
    }
}

/// `POST /session`: sign in, or in again, without leaving the page.
pub async fn sign_in(
    State(app): State<App>,
    Extension(Peer(peer)): Extension<Peer>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Response, Refusal> {
    let bytes = body::read_json(&headers, body, app.limits.body, &app.limits).await?;
    let incomplete = Refusal::NotJson(
        "it needs the texts domain, user and password, or access_key and secret_key",
    );
    let mut with: SignIn = serde_json::from_slice(&bytes).map_err(|_| incomplete.clone())?;
    let named = !with.domain.is_empty() && !with.user.is_empty() && !with.password.is_empty();
    if with.kind() == SignInKind::Password && !named {
        sign_in::forget_secrets(&mut with);
        return Err(incomplete);
    }
    let entered = sign_in::enter(&app, peer.ip(), &headers, &with, &id).await;
    sign_in::forget_secrets(&mut with);
    let entered = entered?;
    let info = about(&app, &entered.session);
    Ok(([(header::SET_COOKIE, entered.cookie)], info).into_response())
}

/// What the console knows before it asks the service for anything: the session, and the service's clock. The first questions
/// are about the last days already, and the reader's own clock may be wrong.
fn about(app: &App, session: &Session) -> impl IntoResponse + use<> {
    let now = app.clock.now();
    let date = http_date(session.cloud.time(now));
    ([(SERVICE_DATE_HEADER, date)], Json(session.info(now)))
}

/// `DELETE /session`: the session ends here and at the cloud, and the browser forgets what it kept.
pub async fn sign_out(
    State(app): State<App>,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    if let Some(session) =
        cookie::read(&app, &headers).and_then(|id| app.sessions.remove(&cookie::key(&id)))
    {
        tracing::info!(id = %request, user = %sign_in::pseudonym(&session.user_id), "signed out");
        tokio::spawn(async move {
            for token in session.tokens() {
                identity::revoke(&session.cloud, &token).await;
            }
        });
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cleared) = cookie::clear(&app, &headers) {
        response.headers_mut().insert(header::SET_COOKIE, cleared);
    }
    let forget = HeaderValue::from_static("\"storage\"");
    response.headers_mut().insert("clear-site-data", forget);
    response
}

/// A refusal that also takes a cookie away that means nothing any more.
pub fn ended(app: &App, headers: &HeaderMap, refusal: Refusal) -> Response {
    let stale = refusal == Refusal::SessionEnded;
    let mut response = refusal.into_response();
    if stale && let Some(cleared) = cookie::clear(app, headers) {
        response.headers_mut().insert(header::SET_COOKIE, cleared);
    }
    response
}
