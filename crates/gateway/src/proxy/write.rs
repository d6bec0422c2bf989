//! Changes: noted before they are sent, sent once, finished even when the browser has gone.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use contract::session::{OPERATION_HEADER, REASON_HEADER};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::{
    Asked, answer,
    answer::Whole,
    repeats::{Outcome, Turn},
};
use crate::{app::App, audit::Change, envelope::RequestId, error::Refusal};

/// Longest reason that is kept, in characters.
const REASON: usize = 500;

pub async fn run(
    app: &App,
    id: &RequestId,
    headers: &HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    let reason = reason(headers)?;
    let (mut outcome, repeated) = match operation_id(headers)? {
        None => (start(app, id, asked, reason), false),
        Some(name) => match app
            .repeats
            .turn(asked.session.key, name, asked.fingerprint())?
        {
            Turn::Again(outcome) => (outcome, true),
            Turn::First(sender) => {
                let outcome = sender.subscribe();
                spawn(app, id, asked, reason, sender);
                (outcome, false)
            }
        },
    };
    let done = outcome.wait_for(Option::is_some).await;
    let done = done.ok().and_then(|done| done.clone());
    let lost = Refusal::Unreachable("The request ended without an answer.");
    let mut response = done.ok_or(lost)??.into_response();
    if repeated {
        let name = HeaderName::from_static("x-anchorage-repeated");
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static("1"));
    }
    Ok(response)
}

fn start(
    app: &App,
    id: &RequestId,
    asked: Asked,
    reason: String,
) -> watch::Receiver<Option<Outcome>> {
    let (sender, outcome) = watch::channel(None);
    spawn(app, id, asked, reason, sender);
    outcome
}

/// In a task of its own: when the browser goes away, the change still gets its answer and its audit row.
fn spawn(
    app: &App,
    id: &RequestId,
    asked: Asked,
    reason: String,
    sender: watch::Sender<Option<Outcome>>,
) {
    let (app, id) = (app.clone(), id.clone());
    tokio::spawn(async move {
        let outcome = noted(&app, &id, &asked, reason).await;
        sender.send_replace(Some(outcome));
    });
}

async fn noted(app: &App, id: &RequestId, asked: &Asked, reason: String) -> Outcome {
    // The token is fetched first: a sign-in that is over is no change anybody tried to make.
    let access = asked.session.access(app, &asked.route.project).await?;
    let permit = asked.admit(&access)?;
    let change = Change {
        at: asked.session.cloud.time(app.clock.now()),
        cloud: asked.session.cloud.id.clone(),
        project: asked.route.project.clone(),
        user: asked.session.user.clone(),
        user_id: asked.session.user_id.clone(),
        operation: asked.route.operation.id,
        path: asked.route.target.clone(),
        request_id: id.to_string(),
        reason,
        request: asked.body.clone(),
    };
    let row = app.audit.begin(change).await.map_err(|error| {
        tracing::error!(%error, "the audit log cannot be written");
        Refusal::AuditUnavailable
    })?;
    let outcome = match asked.send(app, &access, permit).await {
        Ok(sent) => answer::read_whole(app, asked, sent).await,
        Err(refusal) => Err(refusal),
    };
    let (status, response) = match &outcome {
        Ok(whole) => (whole.status.as_u16(), whole.body.clone()),
        // The service may or may not have made the change: no status is known.
        Err(_) => (0, bytes::Bytes::new()),
    };
    if let Err(error) = app.audit.finish(row, status, response).await {
        tracing::error!(%error, row, status, "the audit log cannot be written; the change was made");
    }
    match outcome {
        Ok(Whole {
            status: StatusCode::UNAUTHORIZED,
            ..
        }) => {
            // Not sent again on its own: the person signs in and decides.
            asked.session_is_over(app);
            Err(Refusal::SessionEnded)
        }
        other => other,
    }
}

impl Asked {
    fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [
            self.route.operation.id.as_bytes(),
            self.route.project.as_bytes(),
            self.route.target.as_bytes(),
            &self.body,
        ] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

fn operation_id(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let Some(value) = headers.get(OPERATION_HEADER) else {
        return Ok(None);
    };
    let id = value.to_str().ok().filter(|id| super::is_id(id));
    id.map(Some).ok_or(Refusal::Malformed(
        StatusCode::BAD_REQUEST,
        "The operation id must be 1 to 64 letters, digits, `.`, `_` and `-`.",
    ))
}

/// Percent-encoded by the console, because a header holds no text of all languages.
fn reason(headers: &HeaderMap) -> Result<String, Refusal> {
    let Some(value) = headers.get(REASON_HEADER) else {
        return Ok(String::new());
    };
    let text = percent_encoding::percent_decode(value.as_bytes()).decode_utf8();
    let text = text.map_err(|_| {
        Refusal::Malformed(StatusCode::BAD_REQUEST, "The reason is not readable text.")
    })?;
    Ok(text
        .chars()
        .filter(|c| !c.is_control())
        .take(REASON)
        .collect())
}
