//! Routes of backups and checkpoints.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::cbr::backups::{
    BackupAnswer, BackupUpdateRequest, BackupsAnswer, Metadata, RestoreRequest,
};
use contract::cbr::checkpoints::{CheckpointAnswer, CheckpointCreateRequest};

use super::{Answer, Done, World, act, echo, look, read_body};
use crate::Sandbox;
use crate::cbr::{backups, checkpoints, list, page, restores};
use crate::http::Pairs;
use crate::iam::Authenticated;

type Id = Path<(String, String)>;

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/v3/{project_id}/checkpoints", post(create_checkpoint))
        .route(
            "/v3/{project_id}/checkpoints/{checkpoint_id}",
            get(show_checkpoint),
        )
        .route("/v3/{project_id}/backups", get(find))
        .route(
            "/v3/{project_id}/backups/{backup_id}",
            get(show).put(rename).delete(remove),
        )
        .route(
            "/v3/{project_id}/backups/{backup_id}/restore",
            post(restore),
        )
        .route(
            "/v3/{project_id}/backups/{backup_id}/metadata",
            get(metadata),
        )
}

async fn create_checkpoint(
    State(sandbox): World,
    who: Authenticated,
    body: Bytes,
) -> Answer<CheckpointAnswer> {
    let wanted: CheckpointCreateRequest = read_body(&body)?;
    let checkpoint = act(&sandbox, who, move |turn, who| {
        checkpoints::create(turn, &who.project.id, &wanted.checkpoint)
    })
    .await?;
    Ok(Json(CheckpointAnswer { checkpoint }))
}

async fn show_checkpoint(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
) -> Answer<CheckpointAnswer> {
    let checkpoint = look(&sandbox, who, move |turn, project| {
        checkpoints::show(turn, project, &id)
    })
    .await?;
    Ok(Json(CheckpointAnswer { checkpoint }))
}

async fn find(State(sandbox): World, who: Authenticated, pairs: Pairs) -> Answer<BackupsAnswer> {
    let page = page::read(&pairs)?;
    let (limit, offset) = echo(&pairs);
    let found = look(&sandbox, who, move |turn, project| {
        list::list(turn, project, &pairs, &page)
    })
    .await?;
    Ok(Json(BackupsAnswer {
        backups: found.rows,
        count: Some(found.count),
        limit,
        offset,
    }))
}

async fn show(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
) -> Answer<BackupAnswer> {
    let backup = look(&sandbox, who, move |turn, project| {
        backups::show(turn, project, &id)
    })
    .await?;
    Ok(Json(BackupAnswer { backup }))
}

async fn rename(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<BackupAnswer> {
    let change: BackupUpdateRequest = read_body(&body)?;
    let backup = act(&sandbox, who, move |turn, who| {
        backups::rename(turn, &who.project.id, &id, change.backup.name.as_str())
    })
    .await?;
    Ok(Json(BackupAnswer { backup }))
}

async fn remove(State(sandbox): World, who: Authenticated, Path((_, id)): Id) -> Done {
    act(&sandbox, who, move |turn, who| {
        backups::delete(turn, &who.project.id, &id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn restore(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Done {
    let wanted: RestoreRequest = read_body(&body)?;
    act(&sandbox, who, move |turn, who| {
        restores::create(turn, &who.project.id, &id, &wanted.restore)
    })
    .await?;
    Ok(StatusCode::ACCEPTED)
}

async fn metadata(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
) -> Answer<Metadata> {
    Ok(Json(
        look(&sandbox, who, move |turn, project| {
            backups::metadata(turn, project, &id)
        })
        .await?,
    ))
}
