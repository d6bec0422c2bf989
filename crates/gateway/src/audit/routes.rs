//! `GET /audit/{project_id}`: the log of a project, for those who may enter it.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use contract::session::AuditPage;

use super::Filter;
use crate::{app::App, error::Refusal, proxy, session};

const MOST: u32 = 1000;

pub async fn list(
    State(app): State<App>,
    Path(project): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let session = match session::of(&app, &headers) {
        Ok(session) => session,
        Err(refusal) => return Ok(session::routes::ended(&app, &headers, refusal)),
    };
    if !session.may_enter(&project) {
        return Err(Refusal::NoSuchProject);
    }
    let mut filter = Filter {
        cloud: session.cloud.id.clone(),
        project,
        limit: 100,
        ..Filter::default()
    };
    let wrong = Refusal::Malformed(
        StatusCode::BAD_REQUEST,
        "The query is not one this address has.",
    );
    for (name, value) in proxy::query::pairs(&query.unwrap_or_default()).ok_or(wrong.clone())? {
        match name.as_str() {
            "operation" => filter.operation = value,
            "limit" => filter.limit = value.parse().map_err(|_| wrong.clone())?,
            "before" if !value.is_empty() => {
                filter.before = Some(value.parse().map_err(|_| wrong.clone())?)
            }
            "before" => {}
            _ => return Err(wrong),
        }
    }
    filter.limit = filter.limit.clamp(1, MOST);
    let entries = app.audit.list(filter).await.map_err(|error| {
        tracing::error!(%error, "the audit log cannot be read");
        Refusal::AuditUnavailable
    })?;
    Ok(Json(AuditPage { entries }).into_response())
}
