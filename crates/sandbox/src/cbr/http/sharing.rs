//! Routes of sharing, replication and imports.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::cbr::checkpoints::{CheckpointReplicateRequest, CheckpointSyncRequest};
use contract::cbr::sharing::{
    BackupReplicateRequest, BackupSyncRequest, MemberAnswer, MemberUpdate, MembersAdd,
    MembersAnswer,
};
use serde_json::{Value, json};

use super::{Answer, Done, World, act, look, read_body};
use crate::Sandbox;
use crate::cbr::{imports, invalid, members, page, replication};
use crate::http::Pairs;
use crate::iam::Authenticated;
use crate::refusal::Failure;

type Id = Path<(String, String)>;
type MemberId = Path<(String, String, String)>;

pub fn routes() -> Router<Arc<Sandbox>> {
    let members = "/v3/{project_id}/backups/{backup_id}/members";
    Router::new()
        .route(members, post(add).get(list))
        .route(
            &format!("{members}/{{member_id}}"),
            get(show).put(update).delete(remove),
        )
        .route(
            "/v3/{project_id}/backups/{backup_id}/replicate",
            post(copy_backup),
        )
        .route("/v3/{project_id}/backups/sync", post(sync_backups))
        .route("/v3/{project_id}/checkpoints/replicate", post(copy_vault))
        .route("/v3/{project_id}/checkpoints/sync", post(sync_vault))
}

async fn add(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<MembersAnswer> {
    let wanted: MembersAdd = read_body(&body)?;
    let members = act(&sandbox, who, move |turn, who| {
        members::add(turn, &who.project.id, &id, &wanted.members)
    })
    .await?;
    Ok(Json(MembersAnswer {
        count: i64::try_from(members.len()).ok(),
        members,
    }))
}

async fn list(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    pairs: Pairs,
) -> Answer<MembersAnswer> {
    let page = page::read(&pairs)?;
    let found = look(&sandbox, who, move |turn, project| {
        members::list(turn, project, &id, &pairs, &page)
    })
    .await?;
    Ok(Json(MembersAnswer {
        members: found.rows,
        count: Some(found.count),
    }))
}

async fn show(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id, member)): MemberId,
) -> Answer<MemberAnswer> {
    let member = look(&sandbox, who, move |turn, project| {
        members::show(turn, project, &id, &member)
    })
    .await?;
    Ok(Json(MemberAnswer { member }))
}

async fn update(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id, member)): MemberId,
    body: Bytes,
) -> Answer<MemberAnswer> {
    let change: MemberUpdate = read_body(&body)?;
    let member = act(&sandbox, who, move |turn, who| {
        members::update(turn, &who.project.id, &id, &member, &change)
    })
    .await?;
    Ok(Json(MemberAnswer { member }))
}

async fn remove(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id, member)): MemberId,
) -> Done {
    act(&sandbox, who, move |turn, who| {
        members::remove(turn, &who.project.id, &id, &member)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn copy_backup(
    State(sandbox): World,
    who: Authenticated,
    Path((_, id)): Id,
    body: Bytes,
) -> Answer<Value> {
    let wanted: BackupReplicateRequest = read_body(&body)?;
    let replication = act(&sandbox, who, move |turn, who| {
        replication::copy_backup(turn, &who.project.id, &id, &wanted.replicate)
    })
    .await?;
    Ok(Json(json!({"replication": replication})))
}

async fn copy_vault(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: CheckpointReplicateRequest = read_body(&body)?;
    let wrapped = wanted.checkpoint.and_then(|inner| inner.replicate);
    let wanted = wanted
        .replicate
        .or(wrapped)
        .ok_or_else(|| Failure::from(invalid("replicate", "is missing")))?;
    let replication = act(&sandbox, who, move |turn, who| {
        replication::copy_vault(turn, &who.project.id, &wanted)
    })
    .await?;
    Ok(Json(json!({"replication": replication})))
}

async fn sync_vault(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: CheckpointSyncRequest = read_body(&body)?;
    let sync = act(&sandbox, who, move |turn, who| {
        imports::sync_vault(turn, &who.project.id, &wanted.sync)
    })
    .await?;
    Ok(Json(json!({"sync": sync})))
}

async fn sync_backups(State(sandbox): World, who: Authenticated, body: Bytes) -> Answer<Value> {
    let wanted: BackupSyncRequest = read_body(&body)?;
    let sync = act(&sandbox, who, move |turn, who| {
        imports::sync_backups(turn, &who.project.id, &wanted.sync)
    })
    .await?;
    Ok(Json(json!({"sync": sync})))
}
