//! Routes of policies and tasks.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::cbr::policies::{
    PoliciesAnswer, PolicyAnswer, PolicyCreateRequest, PolicyUpdateRequest,
};
use contract::cbr::tasks::{TaskAnswer, TasksAnswer};

use super::{Answer, Done, World, act, echo, look, read_body};
use crate::Sandbox;
use crate::cbr::{page, policies, tasks};
use crate::http::Pairs;
use crate::iam::Authenticated;

type Id = Path<(String, String)>;

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v3/{project_id}/policies", post(create).get(list))
        .route(
            "/v3/{project_id}/policies/{policy_id}",
            get(show).put(update).delete(remove),
        )
        .route("/v3/{project_id}/operation-logs", get(list_tasks))
        .route(
            "/v3/{project_id}/operation-logs/{operation_log_id}",
            get(show_task),
        )
}

async fn create(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<PolicyAnswer> {
    let wanted: PolicyCreateRequest = read_body(&body)?;
    let policy = act(&sandbox, who, move |turn, who| {
        policies::create(turn, &who.project.id, &wanted.policy)
    })
    .await?;
    Ok(Json(PolicyAnswer { policy }))
}

async fn list(State(sandbox): World, who: Authenticated, pairs: Pairs) -> Answer<PoliciesAnswer> {
    let page = page::read(&pairs)?;
    let found = look(&sandbox, who, move |turn, project| {
        policies::list(turn, project, &pairs, &page)
    })
    .await?;
    Ok(Json(PoliciesAnswer {
        policies: found.rows,
        count: Some(found.count),
    }))
}

async fn show(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
) -> Answer<PolicyAnswer> {
    let policy = look(&sandbox, who, move |turn, project| {
        policies::show(turn, project, &id)
    })
    .await?;
    Ok(Json(PolicyAnswer { policy }))
}

async fn update(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<PolicyAnswer> {
    let change: PolicyUpdateRequest = read_body(&body)?;
    let policy = act(&sandbox, who, move |turn, who| {
        policies::update(turn, &who.project.id, &id, &change.policy)
    })
    .await?;
    Ok(Json(PolicyAnswer { policy }))
}

async fn remove(State(sandbox): World, who: Authenticated, Path((_, id)): Id) -> Done {
    act(&sandbox, who, move |turn, who| {
        policies::delete(turn, &who.project.id, &id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list_tasks(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
) -> Answer<TasksAnswer> {
    let page = page::read(&pairs)?;
    let (limit, offset) = echo(&pairs);
    let found = look(&sandbox, who, move |turn, project| {
        tasks::list(turn, project, &pairs, &page)
    })
    .await?;
    Ok(Json(TasksAnswer {
        operation_logs: found.rows,
        count: Some(found.count),
        limit,
        offset,
    }))
}

async fn show_task(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
) -> Answer<TaskAnswer> {
    let operation_log = look(&sandbox, who, move |turn, project| {
        tasks::show(turn, project, &id)
    })
    .await?;
    Ok(Json(TaskAnswer { operation_log }))
}
