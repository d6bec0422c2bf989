//! Reads of the service's native superset (csbs-v1 section 11): restores, what was done, the provider and
//! its checkpoints. Their errors have the form that the native client can read. The last two are no
//! operations of the contract: only that client wants them, and the gateway lets no page ask.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use contract::csbs::backups::CheckpointAnswer;
use contract::csbs::operation_logs::{OperationLogAnswer, OperationLogsAnswer};
use contract::csbs::restores::{RestoreAnswer, RestoresAnswer};
use contract::rules::PROVIDER_ID;
use serde_json::{Value, json};

use super::operation_logs::{self, LogFilter};
use super::page::Page;
use super::{checkpoints, policies, restores};
use crate::Sandbox;
use crate::http::{Pairs, Problem};
use crate::iam::Authenticated;
use crate::refusal::{Failure, Refusal};

type Answer<T> = Result<Json<T>, Problem>;
type World = State<Arc<Sandbox>>;

/// The routes of the superset.
pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v1/{project_id}/restores", get(list_restores))
        .route("/v1/{project_id}/restores/{restore_id}", get(show_restore))
        .route("/v1/{project_id}/operation_logs", get(list_logs))
        .route("/v1/{project_id}/operation_logs/{log_id}", get(show_log))
        .route("/v1/{project_id}/providers", get(list_providers))
        .route(
            "/v1/{project_id}/providers/{provider_id}",
            get(show_provider),
        )
        .route(
            "/v1/{project_id}/providers/{provider_id}/checkpoints",
            get(list_checkpoints),
        )
        .route(
            "/v1/{project_id}/providers/{provider_id}/checkpoints/{checkpoint_id}",
            get(show_checkpoint),
        )
}

/// The collections of the native service that this one does not have (csbs-v1 section 11).
pub const ABSENT: [&str; 7] = [
    "plans",
    "triggers",
    "scheduled_operations",
    "verifications",
    "protectables",
    "quota_classes",
    "os-services",
];

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

/// The only provider there is.
fn provider() -> Value {
    json!({
        "id": PROVIDER_ID,
        "name": "Cloud Server Backup Service",
        "description": "Backups of servers with all their volumes",
        "extended_info_schema": {},
    })
}

async fn list_providers(_: Authenticated) -> Json<Value> {
    Json(json!({"providers": [provider()]}))
}

async fn show_provider(_: Authenticated, Path((_, id)): Path<(String, String)>) -> Answer<Value> {
    if id == PROVIDER_ID {
        Ok(Json(json!({"provider": provider()})))
    } else {
        let message = format!("There is no provider {id}.");
        Err(native(Refusal::not_found("CSBS.6040", message)))
    }
}

async fn list_checkpoints(
    State(sandbox): World,
    who: Authenticated,
    Path((_, provider_id)): Path<(String, String)>,
    pairs: Pairs,
) -> Answer<Value> {
    policies::check_provider(&provider_id).map_err(native)?;
    let page = Page::parse(&pairs).map_err(native)?;
    let plan = pairs.filled("plan_id").map(str::to_owned);
    let look = sandbox
        .look_async(move |turn| checkpoints::list(turn, &who.project.id, plan.as_deref(), &page));
    Ok(Json(json!({"checkpoints": look.await.map_err(native)?})))
}

async fn show_checkpoint(
    State(sandbox): World,
    who: Authenticated,
    Path((_, provider_id, id)): Path<(String, String, String)>,
) -> Answer<CheckpointAnswer> {
    policies::check_provider(&provider_id).map_err(native)?;
    let look = sandbox.look_async(move |turn| checkpoints::show(turn, &who.project.id, &id));
    Ok(Json(CheckpointAnswer {
        checkpoint: look.await.map_err(native)?,
    }))
}
