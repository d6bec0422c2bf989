//! Asking about a token and ending it (iam-v3 section 4).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde_json::json;

use super::caller::Caller;
use super::catalog::catalog;
use super::sign_in::SUBJECT;
use super::tokens::Token;
use crate::Sandbox;
use crate::http::{Pairs, Problem, base_url};

fn subject(headers: &HeaderMap) -> Result<String, Problem> {
    headers
        .get(SUBJECT)
        .and_then(|token| token.to_str().ok())
        .map(str::to_owned)
        .ok_or_else(|| Problem::identity(StatusCode::BAD_REQUEST, "X-Subject-Token is missing."))
}

/// The token asked about, if it is one of the caller's own.
async fn own(sandbox: &Arc<Sandbox>, caller: &Caller, text: String) -> Result<Token, Problem> {
    let now = sandbox.clock.session_now();
    let found = sandbox
        .store
        .read(move |db| Token::find(db, &text, now))
        .await?;
    found
        .filter(|token| token.user.id == caller.user.id)
        .ok_or_else(|| Problem::identity(StatusCode::NOT_FOUND, "Could not find the token."))
}

/// `GET` and `HEAD /v3/auth/tokens`.
pub async fn show(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    query: Pairs,
) -> Result<Response, Problem> {
    let text = subject(&headers)?;
    let token = own(&sandbox, &caller, text.clone()).await?;
    let mut answer = token.json(&sandbox.clock);
    // The page of HEAD lists `nocatalog` among the headers.
    if query.filled("nocatalog").is_none() && !headers.contains_key("nocatalog") {
        answer["catalog"] = json!(catalog(&token.scope, &base_url(&headers)));
    }
    Ok(([(SUBJECT, text)], Json(json!({"token": answer}))).into_response())
}

/// `DELETE /v3/auth/tokens`.
pub async fn revoke(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let text = subject(&headers)?;
    own(&sandbox, &caller, text.clone()).await?;
    sandbox
        .store
        .write(move |db| Token::revoke(db, &text))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
