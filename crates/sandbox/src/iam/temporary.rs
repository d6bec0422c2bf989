//! Temporary key pairs (iam-v3 section 6).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use contract::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::accounts::{new_access_key, new_secret_key};
use super::caller::Caller;
use crate::Sandbox;
use crate::clock::Micros;
use crate::http::{Problem, read_json};
use crate::store::StoreError;

/// How long a pair may live, in seconds.
const DURATION: std::ops::RangeInclusive<i64> = 900..=86_400;

#[derive(Deserialize)]
struct Body {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    identity: Identity,
}

#[derive(Deserialize)]
struct Identity {
    methods: Vec<String>,
    token: Option<TokenPart>,
}

#[derive(Deserialize)]
struct TokenPart {
    /// In the place of `X-Auth-Token`.
    id: Option<String>,
    duration_seconds: Option<i64>,
}

fn bad(message: impl Into<String>) -> Problem {
    Problem::identity(StatusCode::BAD_REQUEST, message)
}

/// `POST /v3.0/OS-CREDENTIAL/securitytokens`: a pair for the caller's user.
pub async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    caller: Option<Extension<Caller>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let body: Body = read_json(&body).map_err(bad)?;
    let identity = body.auth.identity;
    match identity.methods.as_slice() {
        [method] if method == "token" => {}
        [method] if method == "assume_role" => {
            return Err(Problem::identity(
                StatusCode::NOT_FOUND,
                "Could not find the agency.",
            ));
        }
        _ => return Err(bad("identity.methods must be [\"token\"].")),
    }
    let (token_id, seconds) = identity
        .token
        .map_or((None, None), |t| (t.id, t.duration_seconds));
    let caller = match (caller, token_id) {
        (Some(Extension(caller)), _) => caller,
        (None, Some(token)) => Caller::with_token(&sandbox, token).await?,
        (None, None) => return Err(Caller::missing()),
    };
    let seconds = seconds.unwrap_or(*DURATION.start());
    if !DURATION.contains(&seconds) {
        return Err(bad("duration_seconds must be from 900 to 86400."));
    }
    let now: Micros = sandbox.clock.session_now();
    let expires_at = now + seconds * 1_000_000;
    let (access, secret) = (new_access_key(), new_secret_key());
    let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let answer = json!({"credential": {
        "access": access,
        "secret": secret,
        "securitytoken": token,
        "expires_at": Timestamp::from_micros(sandbox.clock.shown(expires_at)).to_zulu_text(),
    }});
    let user_id = caller.user.id;
    sandbox
        .store
        .write(move |db| {
            db.execute("DELETE FROM access_keys WHERE expires_at <= ?1", [now])?;
            db.execute(
                "INSERT INTO access_keys (access, secret, user_id, security_token, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                (access, secret, user_id, token, expires_at),
            )?;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok((StatusCode::CREATED, Json(answer)))
}
