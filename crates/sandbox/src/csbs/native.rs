//! Reads of the service's native superset (csbs-v1 section 11): restores and what was done. Their
//! errors have the form that the native client can read.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use contract::csbs::operation_logs::{OperationLogAnswer, OperationLogsAnswer};
use contract::csbs::restores::{RestoreAnswer, RestoresAnswer};

use super::operation_logs::{self, LogFilter};
use super::page::Page;
use super::restores;
use crate::Sandbox;
use crate::http::{Pairs, Problem};
use crate::iam::Authenticated;
use crate::refusal::Failure;

type Answer<T> = Result<Json<T>, Problem>;
type World = State<Arc<Sandbox>>;

/// The routes of the superset.
pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v1/{project_id}/restores", get(list_restores))
        .route("/v1/{project_id}/restores/{restore_id}", get(show_restore))
        .route("/v1/{project_id}/operation_logs", get(list_logs))
        .route("/v1/{project_id}/operation_logs/{log_id}", get(show_log))
}

fn native(failure: impl Into<Failure>) -> Problem {
    Problem::from(failure.into()).native()
}

async fn list_restores(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
) -> Answer<RestoresAnswer> {
    let page = Page::parse(&pairs).map_err(native)?;
    let look = sandbox.look_async(move |turn| restores::list(turn, &who.project.id, &page));
    Ok(Json(RestoresAnswer {
        restores: look.await.map_err(native)?,
    }))
}

async fn show_restore(
    State(sandbox): World,
    who: Authenticated,
    Path((_, restore_id)): Path<(String, String)>,
) -> Answer<RestoreAnswer> {
    let look = sandbox.look_async(move |turn| restores::show(turn, &who.project.id, &restore_id));
    Ok(Json(RestoreAnswer {
        restore: look.await.map_err(native)?,
    }))
}

async fn list_logs(
    State(sandbox): World,
    who: Authenticated,
    pairs: Pairs,
) -> Answer<OperationLogsAnswer> {
    let page = Page::parse(&pairs).map_err(native)?;
    let filter = LogFilter::parse(&pairs);
    let look =
        sandbox.look_async(move |turn| operation_logs::list(turn, &who.project.id, &filter, &page));
    Ok(Json(OperationLogsAnswer {
        operation_logs: look.await.map_err(native)?,
    }))
}

async fn show_log(
    State(sandbox): World,
    who: Authenticated,
    Path((_, log_id)): Path<(String, String)>,
) -> Answer<OperationLogAnswer> {
    let look = sandbox.look_async(move |turn| operation_logs::show(turn, &who.project.id, &log_id));
    Ok(Json(OperationLogAnswer {
        operation_log: look.await.map_err(native)?,
    }))
}
